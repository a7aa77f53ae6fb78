import { StatementError } from '../odps-error.js'
import { allColumns, newPhysicalName, partitionKey, type Partition, type Table } from '../table.js'
import { makePhysical } from './create-table.js'
import { partitionCondition } from './partition.js'
import type { FillContext } from './run-context.js'

export interface Filling {
  readonly overwrite: boolean
  /** Values of the partition that is written; fewer than the table has for dynamic partitions. */
  readonly values: readonly string[]
  /** Engine queries, each with all columns of the table in order, in their stored form. */
  readonly selects: readonly string[]
}

/** Of one statement: the stricter of the two readings of the service's limit, a process or a statement. */
export const dynamicPartitionCountMax = 512
/** Of one table (maxcompute.md 5.3). */
export const partitionCountMax = 60_000

/** Adds or replaces rows, all or nothing. Readers of the old rows go on undisturbed. */
export async function fillTable(table: Table, filling: Filling, run: FillContext): Promise<number> {
  if (table.primaryKey.length > 0 && filling.overwrite) throw noOverwrite(table)
  if (table.partitionColumns.length > 0) return fillPartitions(table, filling, run)
  const target: Table = filling.overwrite ? { ...table, physical: newPhysicalName() } : table
  const { connection } = run
  if (table.primaryKey.length > 0) return upsert(table, filling, run)
  await connection.run('BEGIN')
  try {
    if (filling.overwrite) await makePhysical(target, run)
    const rowCount = await insertAll(target.physical, table, filling.selects, run)
    await connection.run('COMMIT')
    replace(table, { physical: target.physical }, run)
    return rowCount
  } catch (error) {
    await connection.run('ROLLBACK')
    throw error
  }
}

/** Delta tables are said to take none (maxcompute.md 4.2). */
function noOverwrite({ name }: Table): StatementError {
  return new StatementError(
    '0130071',
    `[1,1] Semantic analysis exception - overwriting ${name}, a Delta table with primary key, is not supported by this emulator`,
  )
}

/** Of rows with one key the last that came stays. */
async function upsert(table: Table, filling: Filling, run: FillContext): Promise<number> {
  const { connection } = run
  const stage = newPhysicalName()
  const key = table.primaryKey
    .map((name) => table.columns.find((column) => column.name === name)?.physical ?? '')
    .join(', ')
  const one = `SELECT * FROM ${stage} QUALIFY row_number() OVER (PARTITION BY ${key} ORDER BY rowid DESC) = 1`
  await connection.run('BEGIN')
  try {
    await makePhysical({ ...table, physical: stage }, run)
    const rowCount = await insertAll(stage, table, filling.selects, run)
    await connection.run(`DELETE FROM ${table.physical} WHERE (${key}) IN (SELECT (${key}) FROM ${stage})`)
    await connection.run(`INSERT INTO ${table.physical} BY NAME ${one}`)
    await connection.run(`DROP TABLE ${stage}`)
    await connection.run('COMMIT')
    replace(table, {}, run)
    return rowCount
  } catch (error) {
    await connection.run('ROLLBACK')
    throw error
  }
}

async function insertAll(
  physical: string,
  table: Table,
  selects: readonly string[],
  run: FillContext,
): Promise<number> {
  const columns = allColumns(table).map((column) => column.physical)
  let rowCount = 0
  for (const select of selects) {
    const result = await run.connection.query(`INSERT INTO ${physical} (${columns.join(', ')}) ${select}`)
    rowCount += Number(result.rows[0]?.[0] ?? result.rowsChanged)
  }
  return rowCount
}

/** The newest state of the table gets the change; a table that was dropped meanwhile fails the statement. */
function replace(table: Table, change: Partial<Table>, run: FillContext): void {
  const current = run.project.tables.get(table.name)
  if (current?.id !== table.id) {
    throw new StatementError('0110999', `Critical internal error - table ${table.name} was changed by another job`)
  }
  if (change.physical !== undefined && change.physical !== current.physical) run.project.retire(current.physical)
  run.project.tables.put({ ...current, ...change, modifiedAt: Date.now() })
}

/** Rows go to a staging table first: it tells which partitions are written. */
async function fillPartitions(table: Table, filling: Filling, run: FillContext): Promise<number> {
  const isDynamic = filling.values.length < table.partitionColumns.length
  if (isDynamic && table.clustering !== undefined)
    throw new StatementError(
      '0123031',
      `Partition exception - clustered table ${table.name} takes no dynamic partitions`,
    )
  if (table.primaryKey.length > 0)
    throw new StatementError(
      '0123031',
      `Partition exception - a partitioned Delta table (${table.name}) is not supported by this emulator`,
    )
  const { connection } = run
  const stage = newPhysicalName()
  await connection.run('BEGIN')
  try {
    await makePhysical({ ...table, physical: stage }, run)
    const rowCount = await insertAll(stage, table, filling.selects, run)
    const written = await writtenPartitions(stage, table, filling, run)
    if (filling.overwrite) {
      for (const values of written)
        await connection.run(`DELETE FROM ${table.physical} WHERE ${partitionCondition(table, values)}`)
    }
    await connection.run(`INSERT INTO ${table.physical} BY NAME SELECT * FROM ${stage}`)
    await connection.run(`DROP TABLE ${stage}`)
    const partitions = withPartitions(table, written, run)
    await connection.run('COMMIT')
    replace(table, { partitions }, run)
    return rowCount
  } catch (error) {
    await connection.run('ROLLBACK')
    throw error
  }
}

async function writtenPartitions(
  stage: string,
  table: Table,
  filling: Filling,
  run: FillContext,
): Promise<readonly (readonly string[])[]> {
  if (filling.values.length === table.partitionColumns.length) return [filling.values]
  const items = table.partitionColumns.map((column) => `CAST(${column.physical} AS VARCHAR)`)
  const result = await run.connection.query(`SELECT DISTINCT ${items.join(', ')} FROM ${stage}`)
  if (result.rows.length > dynamicPartitionCountMax) {
    const counts = `${result.rows.length} dynamic partitions, the maximum is ${dynamicPartitionCountMax}`
    throw new StatementError('0123031', `Partition exception - ${counts}`)
  }
  return result.rows.map((row) => row.map(dynamicValue))
}

/** No NULL, no special characters, 1 to 255 bytes; digits may lead, as every date shows. */
function dynamicValue(value: unknown): string {
  const legal = typeof value === 'string' && /^[A-Za-z0-9][-A-Za-z0-9 :_$#.!@]*$/.test(value) && value.length <= 255
  if (legal) return value
  throw new StatementError('0123031', `Partition exception - invalid dynamic partition value: ${String(value)}`)
}

function withPartitions(
  table: Table,
  written: readonly (readonly string[])[],
  run: FillContext,
): ReadonlyMap<string, Partition> {
  const partitions = new Map(run.project.tables.get(table.name)?.partitions)
  const now = Date.now()
  for (const values of written) {
    const key = partitionKey(table, values)
    partitions.set(key, { createdAt: now, ...partitions.get(key), values, modifiedAt: now })
  }
  if (partitions.size > partitionCountMax)
    throw new StatementError(
      '0123031',
      `Partition exception - table ${table.name} would have ${partitions.size} partitions`,
    )
  return partitions
}
