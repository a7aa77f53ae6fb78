import { typeText } from '../data-type.js'
import { httpDate, textReply, xmlReply, paging, type Exchange, type Reply } from '../exchange.js'
import { ServiceError } from '../odps-error.js'
import type { Project } from '../project.js'
import { readSettings } from '../settings.js'
import { allColumns, defaultSchema, schemaOf, seconds, tableKey, titleOf, type Column, type Table } from '../table.js'
import { checkPartition, tunnelPartition } from '../tunnel/tunnel-partition.js'
import { rowsCsv } from '../result-csv.js'
import { partitionCondition } from '../run/partition.js'
import { getPartition, listPartitions } from './partition-rest.js'
import { cdata, element, textElement, xmlHead } from '../xml.js'

/** `GET /projects/{p}/tables`: names and owners, nothing else (maxcompute.md 3). */
export function listTables(exchange: Exchange, project: Project): Reply {
  const { marker, maxItems } = paging(exchange.params)
  const type = exchange.params.get('type')
  const wanted = [currentSchema(exchange, project), (exchange.params.get('name') ?? '').toLowerCase(), marker] as const
  const tables = type === undefined || type === 'MANAGED_TABLE' ? project.tables.list(...wanted) : []
  const views = type === undefined || type === 'VIRTUAL_VIEW' ? project.views.list(...wanted) : []
  const all = [
    ...tables.map(({ name, owner }) => ({ name, owner, type: 'MANAGED_TABLE' })),
    ...views.map(({ name, owner }) => ({ name, owner, type: 'VIRTUAL_VIEW' })),
  ].sort((a, b) => (a.name < b.name ? -1 : 1))
  const page = all.slice(0, maxItems)
  const next = all.length > page.length ? titleOf(page[page.length - 1]?.name ?? '') : ''
  const elements = page.map((table) =>
    element(
      'Table',
      textElement('Name', titleOf(table.name)) + textElement('Owner', table.owner) + textElement('Type', table.type),
    ),
  )
  return xmlReply(
    `${xmlHead}<Tables>${textElement('Marker', next)}<MaxItems>${maxItems}</MaxItems>${elements.join('')}</Tables>`,
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
  if (exchange.params.has('data')) return previewTable(exchange, table, project)
  if (exchange.params.has('partitions')) return listPartitions(exchange, table, project)
  const partition = exchange.params.get('partition')
  if (partition !== undefined) return getPartition(partition, table, project, exchange.params.has('extended'))
  if (!exchange.params.has('extended')) return xmlReply(xmlHead + (await describeTable(table, project)))
  return xmlReply(xmlHead + tableXml(table, project, JSON.stringify(extendedSchema(table))))
}

export async function describeTable(table: Table, project: Project): Promise<string> {
  const schema = tableSchema(table, await countRows(table, project))
  return tableXml(table, project, JSON.stringify(schema))
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

/** Rows of a preview (maxcompute.md 1.2). */
const previewRowCountMax = 10_000

/** `?data&linenum=n[&cols=a,b][&partition=…]`: the first rows as CSV, in the project's time zone. */
async function previewTable({ params }: Exchange, table: Table, project: Project): Promise<Reply> {
  const names = params.get('cols')?.toLowerCase().split(',')
  const columns = allColumns(table).filter((column) => names === undefined || names.includes(column.name))
  const values = params.has('partition') ? tunnelPartition(params.get('partition'), table) : []
  checkPartition(values, table)
  const where = values.length === 0 ? '' : ` WHERE ${partitionCondition(table, values)}`
  const count = Math.min(Number(params.get('linenum') ?? '1') || 1, previewRowCountMax)
  const { timeZone } = readSettings(project.properties, {})
  const form = { timeZone, trimZeros: true, switches: project.switches }
  const from = `${table.physical}${where} ORDER BY rowid LIMIT ${Math.floor(count)}`
  return textReply(await project.withConnection((connection) => rowsCsv(columns, from, form, connection)))
}

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
          BucketNum: clustering.bucketCount,
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
