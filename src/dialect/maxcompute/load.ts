import { createHash } from 'node:crypto'
import { relationText, tableText, type Location, type TableName } from '../../model/names.js'
import { partColumns } from '../../model/part-columns.js'
import type { ColumnPlan, PartitionPlan, RelationPlan, TextLayout } from '../../model/plan.js'
import type { Statement } from '../../model/statement.js'
import { createTableStatement } from './create-table.js'
import { emptyStatement, fillStatements, partitionClause } from './fill.js'
import { tableSql } from './identifier.js'
import { quoteLiteral } from './literal.js'
import { namespaceSettings, typeSettings, utcSettings, type Settings } from './settings.js'

/** Longest table name that the service takes (maxcompute.md 5.3). */
const tableNameByteCountMax = 128

/** A staging table that nobody dropped goes by itself after this many days. */
export const stagingLifecycleDays = 7

/** Lasting keys: the address has no place for a token. */
export interface LoadKeys {
  readonly accessKeyId: string
  readonly accessKeySecret: string
}

export interface LoadRequest {
  readonly plan: RelationPlan
  readonly run: string
  /** The prefix in OSS that holds the parts and nothing else: LOAD reads every object below it (maxcompute.md 4.2). */
  readonly location: Location
  /** Host (and port) as MaxCompute reaches OSS: the internal endpoint; a scheme before it is dropped. */
  readonly loadEndpoint: string
  /** The role that MaxCompute assumes to read; absent: the account's default role. */
  readonly roleArn?: string
  /** Read with these instead, which then stand in the statement for all who see the project's instances (maxcompute.md 4.2). */
  readonly loadKeys?: LoadKeys
  /** Some projects find the Parquet reader only in Hive mode (maxcompute.md 4.3). It changes SQL semantics, so it is off. */
  readonly hiveCompatible?: boolean
  /** The names of the partitions that the parts hold, where the plan has partitions. */
  readonly partitions?: readonly string[]
}

/** What fills the table, in order: one LOAD, or LOAD into the staging table and what fills it from there. */
export function loadStatements(request: LoadRequest): readonly Statement[] {
  const { plan, run } = request
  const { partition } = plan
  // OVERWRITE replaces only the partitions that lie there.
  const before = partition === undefined ? [] : [emptyStatement(plan)]
  if (plan.strategy === 'direct') return [...before, loadStatement(request, plan.target, partition)]
  const staging = stagingTable(plan, run)
  return [loadStatement(request, staging), ...fillStatements(plan, staging, request.partitions)]
}

/** Exists for one run, and is known as ours by its name. */
export function stagingTable(plan: Pick<RelationPlan, 'relationId' | 'target'>, run: string): TableName {
  const rest = legal(plan.relationId)
  return { ...plan.target, name: `mig_${shortened(legal(run), tableNameByteCountMax - rest.length - 5)}_${rest}` }
}

function legal(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9_]/g, '_')
}

function shortened(text: string, byteCountMax: number): string {
  if (text.length <= byteCountMax) return text
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 8)
  return `${text.slice(0, byteCountMax - 9)}_${hash}`
}

export function createStagingStatement(plan: RelationPlan, run: string): Statement {
  const columns = partColumns(plan).map((column) => ({
    target: column.target,
    targetType: column.staging?.type ?? column.targetType,
    notNull: false,
  }))
  const comment = stagingComment(plan, run)
  return createTableStatement(stagingTable(plan, run), columns, { comment, lifecycleDays: stagingLifecycleDays })
}

/** Our mark: a table of that name without it is somebody else's. */
export function stagingComment(plan: Pick<RelationPlan, 'source'>, run: string): string {
  return `Staging of ${relationText(plan.source)} for run ${run}`
}

export function dropStagingStatement(plan: RelationPlan, run: string): Statement {
  return dropTableStatement(stagingTable(plan, run))
}

export function dropTableStatement(table: TableName): Statement {
  return {
    purpose: `drop ${tableText(table)}`,
    text: `DROP TABLE IF EXISTS ${tableSql(table)}`,
    settings: namespaceSettings(table),
  }
}

function loadStatement(request: LoadRequest, table: TableName, partition?: PartitionPlan): Statement {
  const { hiveCompatible = false } = request
  const clause = partition === undefined ? '' : partitionClause(partition)
  const lines = [
    `LOAD OVERWRITE TABLE ${tableSql(table)}${clause}`,
    `FROM LOCATION ${quoteLiteral(ossLocation(request))}`,
    ...readerClauses(request),
  ]
  return {
    purpose: `load ${tableText(table)}`,
    text: lines.join('\n'),
    settings: loadSettings(request.plan.columns, table, hiveCompatible),
  }
}

/** Parquet by Hive's reader; csv and text both by the built-in one (maxcompute.md 4.1). */
function readerClauses({ plan: { layout }, roleArn, loadKeys }: LoadRequest): readonly string[] {
  const role: Readonly<Record<string, string>> =
    roleArn === undefined || loadKeys !== undefined ? {} : { 'odps.properties.rolearn': roleArn }
  if (layout !== undefined) {
    return [`STORED BY 'com.aliyun.odps.CsvStorageHandler'`, ...propertiesSql({ ...role, ...textOptions(layout) })]
  }
  return [
    `ROW FORMAT SERDE 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe'`,
    ...propertiesSql(role),
    'STORED AS PARQUET',
  ]
}

function propertiesSql(properties: Readonly<Record<string, string>>): readonly string[] {
  const pairs = Object.entries(properties).map(([name, value]) => `${quoteLiteral(name)}=${quoteLiteral(value)}`)
  return pairs.length === 0 ? [] : [`WITH SERDEPROPERTIES (${pairs.join(', ')})`]
}

/** Quotes are read in both formats: text has none of them but those of ADDQUOTES. */
function textOptions({ delimiter, nullText, header }: TextLayout): Readonly<Record<string, string>> {
  return {
    'odps.text.option.delimiter': delimiter,
    'odps.text.option.null.indicator': nullText,
    'odps.text.option.use.quote': 'true',
    'odps.text.option.gzip.input.enabled': 'true',
    'odps.text.option.ignore.empty.lines': 'false',
    ...(header ? { 'odps.text.option.header.lines.count': '1' } : {}),
  }
}

/** Only the native reader knows DECIMAL (maxcompute.md 4.4). */
function loadSettings(columns: readonly ColumnPlan[], table: TableName, hiveCompatible: boolean): Settings {
  return {
    ...typeSettings(columns),
    'odps.ext.parquet.native': 'true',
    ...utcSettings,
    ...(hiveCompatible ? { 'odps.sql.hive.compatible': 'true' } : {}),
    ...namespaceSettings(table),
  }
}

function ossLocation({ loadEndpoint, location, loadKeys }: LoadRequest): string {
  const host = loadEndpoint.replace(/^[a-z]+:\/\//i, '').replace(/\/+$/, '')
  const key = location.key === '' || location.key.endsWith('/') ? location.key : `${location.key}/`
  const keys = loadKeys === undefined ? '' : `${loadKeys.accessKeyId}:${loadKeys.accessKeySecret}@`
  return `oss://${keys}${host}/${location.bucket}/${key}`
}
