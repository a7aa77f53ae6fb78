import { ServiceError } from '../odps-error.js'
import { partitionKey, type Table } from '../table.js'

/** Values of `ds=20200101,hh=01`, in the table's order; quotes are taken off (maxcompute.md 2.6). */
export function tunnelPartition(written: string | undefined, table: Table): readonly string[] {
  const parts = (written ?? '').split(/[,/]/).filter((part) => part.trim() !== '')
  const given = new Map(
    parts.map((part): [string, string] => {
      const cut = part.indexOf('=')
      const value = part.slice(cut + 1).trim()
      return [part.slice(0, Math.max(0, cut)).trim().toLowerCase(), value.replace(/^(['"])(.*)\1$/, '$2')]
    }),
  )
  const wanted = table.partitionColumns.map((column) => column.name)
  const fits = given.size === wanted.length && wanted.every((name) => given.has(name))
  if (fits) return wanted.map((name) => given.get(name) ?? '')
  const found = written === undefined || written === '' ? 'none' : `'${written}'`
  const names = wanted.length === 0 ? 'no partition' : `a partition of ${wanted.join(', ')}`
  throw new ServiceError(400, 'InvalidPartitionSpec', `table ${table.name} needs ${names}, found ${found}`)
}

export function checkPartition(values: readonly string[], table: Table): void {
  if (values.length === 0 || table.partitions.has(partitionKey(table, values))) return
  throw new ServiceError(
    404,
    'NoSuchPartition',
    `The specified partition does not exist: ${partitionKey(table, values)}`,
  )
}
