import { paging, xmlReply, type Exchange, type Reply } from '../exchange.js'
import type { Project } from '../project.js'
import { partitionKey, seconds, type Partition, type Table } from '../table.js'
import { checkPartition, tunnelPartition } from '../tunnel/tunnel-partition.js'
import { cdata, element, textElement, xmlHead } from '../xml.js'

/** `?partitions[&partition=ds='20200101']`: in pages, with those alone that begin so (maxcompute.md 3). */
export async function listPartitions({ params }: Exchange, table: Table, project: Project): Promise<Reply> {
  const { marker, maxItems } = paging(params)
  const wanted = readPrefix(params.get('partition') ?? '')
  const all = [...table.partitions]
    .filter(([key, { values }]) => key > marker && isWanted(values, wanted, table))
    .sort(([a], [b]) => (a < b ? -1 : 1))
  const page = all.slice(0, maxItems)
  const next = all.length > page.length ? (page[page.length - 1]?.[0] ?? '') : ''
  const counts = await countRows(table, project)
  const rows = page.map(([key, partition]) => partitionXml(partition, counts.get(key) ?? 0, table))
  const head = `${textElement('Marker', next)}<MaxItems>${maxItems}</MaxItems>`
  return xmlReply(`${xmlHead}<Partitions>${head}${rows.join('')}</Partitions>`)
}

/** Columns and values of `type='test',s=1`; quotes are optional. */
function readPrefix(written: string): ReadonlyMap<string, string> {
  const parts = written.split(/[,/]/).filter((part) => part.includes('='))
  return new Map(
    parts.map((part): [string, string] => {
      const cut = part.indexOf('=')
      const value = part.slice(cut + 1).trim()
      return [part.slice(0, cut).trim().toLowerCase(), value.replace(/^(['"])(.*)\1$/, '$2')]
    }),
  )
}

function isWanted(values: readonly string[], wanted: ReadonlyMap<string, string>, table: Table): boolean {
  return table.partitionColumns.every(({ name }, i) => !wanted.has(name) || wanted.get(name) === values[i])
}

/** Rows by partition; of all partitions at once. */
async function countRows(table: Table, project: Project): Promise<ReadonlyMap<string, number>> {
  const columns = table.partitionColumns.map((column) => `CAST(${column.physical} AS VARCHAR)`)
  const sql = `SELECT ${columns.join(', ')}, count(*) FROM ${table.physical} GROUP BY ALL`
  const { rows } = await project.withConnection((connection) => connection.query(sql))
  return new Map(rows.map((row) => [partitionKey(table, row.slice(0, -1) as string[]), Number(row[row.length - 1])]))
}

/** The emulator measures no bytes: what holds rows is one byte a row. */
function partitionXml(partition: Partition, rowCount: number, table: Table): string {
  const columns = table.partitionColumns.map((column, i) => {
    const value = (partition.values[i] ?? '').replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
    return `<Column Name="${column.name}" Value="${value}"/>`
  })
  return element(
    'Partition',
    [
      ...columns,
      textElement('CreationTime', String(seconds(partition.createdAt))),
      textElement('LastDDLTime', String(seconds(partition.ddlAt ?? partition.createdAt))),
      textElement('LastModifiedTime', String(seconds(partition.modifiedAt))),
      textElement('PartitionSize', String(rowCount)),
      textElement('PartitionRecordCount', String(rowCount)),
    ].join(''),
  )
}

/** `?partition=ds='20200101',hh='01'`, quotes optional; with `?extended` what every SDK keeps apart from the rest. */
export async function getPartition(written: string, table: Table, project: Project, extended: boolean): Promise<Reply> {
  const values = tunnelPartition(written, table)
  checkPartition(values, table)
  const key = partitionKey(table, values)
  const partition = table.partitions.get(key)
  const rowCount = (await countRows(table, project)).get(key) ?? 0
  const extendedSchema = {
    IsArchived: false,
    IsExstore: false,
    LifeCycle: -1,
    PhysicalSize: rowCount,
    FileNum: 1,
    Reserved: '{}',
  }
  const schema = {
    createTime: seconds(partition?.createdAt ?? 0),
    lastDDLTime: seconds(partition?.ddlAt ?? partition?.createdAt ?? 0),
    lastModifiedTime: seconds(partition?.modifiedAt ?? 0),
    partitionSize: rowCount,
    partitionRecordNum: rowCount,
  }
  return xmlReply(
    `${xmlHead}<Partition><Schema>${cdata(JSON.stringify(extended ? extendedSchema : schema))}</Schema></Partition>`,
  )
}
