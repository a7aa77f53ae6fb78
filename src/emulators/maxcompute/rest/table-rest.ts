import { typeText } from '../data-type.js'
import { httpDate, paging, xmlReply, type Exchange, type Reply } from '../exchange.js'
import { ServiceError } from '../odps-error.js'
import type { Project } from '../project.js'
import { defaultSchema, schemaOf, tableKey, titleOf, type Column, type Partition, type Table } from '../table.js'
import { cdata, element, textElement, xmlHead } from '../xml.js'

/** `GET /projects/{p}/tables`: names and owners, nothing else (maxcompute.md 3). */
export function listTables(exchange: Exchange, project: Project): Reply {
  const { marker, maxItems } = paging(exchange.params)
  const type = exchange.params.get('type')
  const all =
    type === undefined || type === 'MANAGED_TABLE'
      ? project.tables.list(currentSchema(exchange, project), (exchange.params.get('name') ?? '').toLowerCase(), marker)
      : []
  const page = all.slice(0, maxItems)
  const next = all.length > page.length ? titleOf(page[page.length - 1]?.name ?? '') : ''
  const tables = page.map((table) =>
    element(
      'Table',
      textElement('Name', titleOf(table.name)) +
        textElement('Owner', table.owner) +
        textElement('Type', 'MANAGED_TABLE'),
    ),
  )
  return xmlReply(
    `${xmlHead}<Tables>${textElement('Marker', next)}<MaxItems>${maxItems}</MaxItems>${tables.join('')}</Tables>`,
  )
}

/** `default` where the request names none; 0422155 for one that is not there. */
export function currentSchema({ params }: Exchange, { name, schemas, world }: Project): string {
  const given = params.get('curr_schema')?.toLowerCase() ?? ''
  // Alibaba's JDBC driver names the project itself there when names have two levels.
  const isProject = world.maxcompute.schemaModel !== true && given === name.toLowerCase()
  if (given === '' || isProject) return defaultSchema
  if (schemas.has(given)) return given
  throw new ServiceError(404, 'NoSuchSchema', `ODPS-0422155: Schema not found - '${name}.${given}'`)
}

export function findTable(name: string, schema: string, project: Project): Table {
  const table = project.tables.get(tableKey(schema, name.toLowerCase()))
  if (table === undefined)
    throw new ServiceError(404, 'NoSuchObject', `ODPS-0420111: Table not found - '${project.name}.${name}'`)
  return table
}

/** What a table is, as of `GET /projects/{p}/tables/{t}` and its flags. */
export async function getTable(exchange: Exchange, table: Table, project: Project): Promise<Reply> {
  if (exchange.method !== 'GET')
    throw new ServiceError(405, 'MethodNotAllowed', `${exchange.method} on a table is not supported by this emulator`)
  if (exchange.params.has('data'))
    throw new ServiceError(400, 'InvalidParameter', 'table preview is not supported by this emulator')
  if (exchange.params.has('partitions')) return listPartitions(exchange, table)
  const partition = exchange.params.get('partition')
  if (partition !== undefined) return getPartition(partition, table)
  const rowCount = exchange.params.has('extended') ? undefined : await countRows(table, project)
  const schema = exchange.params.has('extended') ? extendedSchema(table) : tableSchema(table, rowCount)
  return xmlReply(xmlHead + tableXml(table, project, JSON.stringify(schema)))
}

async function countRows(table: Table, project: Project): Promise<number> {
  const result = await project.withConnection((connection) =>
    connection.query(`SELECT count(*) FROM ${table.physical}`),
  )
  return Number(result.rows[0]?.[0] ?? 0)
}

function tableXml(table: Table, project: Project, schema: string): string {
  return element(
    'Table',
    [
      textElement('Name', titleOf(table.name)),
      textElement('TableId', table.id),
      textElement('Comment', table.comment),
      textElement('Owner', table.owner),
      textElement('Project', project.name),
      textElement('SchemaName', project.world.maxcompute.schemaModel === true ? schemaOf(table.name) : ''),
      textElement('TableLabel', ''),
      textElement('CryptoAlgo', ''),
      textElement('CreationTime', httpDate(table.createdAt)),
      textElement('LastModifiedTime', httpDate(table.modifiedAt)),
      textElement('LastAccessTime', httpDate(table.modifiedAt)),
      textElement('Type', 'MANAGED_TABLE'),
      `<Schema format="Json">${cdata(schema)}</Schema>`,
    ].join(''),
  )
}

const seconds = (milliseconds: number): number => Math.floor(milliseconds / 1000)

/** Types matter: Go decodes strictly (maxcompute.md 3). */
function tableSchema(table: Table, rowCount: number | undefined) {
  return {
    columns: table.columns.map(columnSchema),
    partitionKeys: table.partitionColumns.map(columnSchema),
    comment: table.comment,
    owner: table.owner,
    createTime: seconds(table.createdAt),
    lastModifiedTime: seconds(table.modifiedAt),
    lastDDLTime: seconds(table.ddlAt),
    lastAccessTime: seconds(table.modifiedAt),
    isVirtualView: false,
    isMaterializedView: false,
    isExternal: false,
    lifecycle: table.lifecycle ?? -1,
    hubLifecycle: -1,
    size: 0,
    recordNum: rowCount ?? -1,
    tableLabel: '0',
    shardExist: false,
    tableProperties: JSON.stringify(table.properties),
  }
}

function columnSchema(column: Column) {
  return {
    name: column.name,
    type: typeText(column.type),
    comment: column.comment,
    label: '',
    isNullable: !column.notNull,
    hasDefaultValue: column.defaultValue !== undefined,
    ...(column.defaultValue === undefined ? {} : { defaultValue: column.defaultValue.text }),
    extendedLabels: [],
    hasGenerateExpression: false,
  }
}

function extendedSchema(table: Table) {
  const { clustering, properties } = table
  const reserved = {
    Transactional: properties.transactional ?? 'false',
    PrimaryKey: table.primaryKey,
    ...(clustering === undefined
      ? {}
      : {
          ClusterType: clustering.type,
          BucketNum: String(clustering.bucketCount),
          ClusterCols: clustering.columns,
          SortCols: clustering.sortedBy.map(({ column, descending }) => ({
            col: column,
            order: descending ? 'desc' : 'asc',
          })),
        }),
  }
  return {
    ...tableSchema(table, undefined),
    IsArchived: false,
    PhysicalSize: 0,
    FileNum: 0,
    Reserved: JSON.stringify(reserved),
  }
}

function listPartitions(exchange: Exchange, table: Table): Reply {
  const { marker, maxItems } = paging(exchange.params)
  const all = [...table.partitions].filter(([key]) => key > marker).sort(([a], [b]) => (a < b ? -1 : 1))
  const page = all.slice(0, maxItems)
  const next = all.length > page.length ? (page[page.length - 1]?.[0] ?? '') : ''
  const partitions = page.map(([, partition]) => partitionXml(partition, table))
  return xmlReply(
    `${xmlHead}<Partitions>${textElement('Marker', next)}<MaxItems>${maxItems}</MaxItems>${partitions.join('')}</Partitions>`,
  )
}

function partitionXml(partition: Partition, table: Table): string {
  const columns = table.partitionColumns.map((column, i) => {
    const value = (partition.values[i] ?? '').replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
    return `<Column Name="${column.name}" Value="${value}"/>`
  })
  return element(
    'Partition',
    [
      ...columns,
      textElement('CreationTime', String(seconds(partition.createdAt))),
      textElement('LastDDLTime', String(seconds(partition.createdAt))),
      textElement('LastModifiedTime', String(seconds(partition.modifiedAt))),
      textElement('PartitionSize', '0'),
      textElement('PartitionRecordCount', '0'),
    ].join(''),
  )
}

/** `ds='20200101',hh='01'`, quotes optional. */
function getPartition(written: string, table: Table): Reply {
  const key = written
    .split(/[,/]/)
    .map((part) => part.trim().replace(/=\s*['"]?(.*?)['"]?$/, '=$1'))
    .join('/')
  const partition = table.partitions.get(key)
  if (partition === undefined)
    throw new ServiceError(404, 'NoSuchPartition', `ODPS-0420111: Partition not found - '${written}'`)
  const schema = {
    createTime: seconds(partition.createdAt),
    lastDDLTime: seconds(partition.createdAt),
    lastModifiedTime: seconds(partition.modifiedAt),
    partitionSize: 0,
    partitionRecordNum: -1,
  }
  return xmlReply(`${xmlHead}<Partition><Schema>${cdata(JSON.stringify(schema))}</Schema></Partition>`)
}
