import type { AccessKeys } from '../../model/credentials.js'
import { locationText, type Location } from '../../model/names.js'
import { selectedColumns } from '../../model/part-columns.js'
import type { ColumnPlan, RelationPlan } from '../../model/plan.js'
import { quoteIdentifier, relationSql } from './identifier.js'
import { quoteLiteral } from './literal.js'
import { whereSql } from './row-filter.js'

/** What UNLOAD is told besides its relation, the same for all relations of a run. */
export interface UnloadOptions {
  /** An ARN, several joined by commas (role chaining), or `default` for the cluster's default role. This, or `keys`. */
  readonly iamRole?: string
  /** Shown masked by query history; never to be written anywhere else (redshift.md 1.8). */
  readonly keys?: AccessKeys
  /** The bucket's region, where it is not the cluster's. */
  readonly region?: string
  /** Server-side encryption with this KMS key; otherwise SSE-S3. */
  readonly kmsKeyId?: string
  /** `auto`: with the bucket's default KMS key when it has one; excludes `kmsKeyId` (redshift.md 1.7). */
  readonly encryption?: 'auto'
  /** From 32 to 128; Redshift's default is 32 (redshift.md 1.2). */
  readonly rowGroupMegabytes?: number
}

export interface UnloadRequest extends UnloadOptions {
  readonly plan: RelationPlan
  /** A prefix in S3 that no attempt used before. */
  readonly to: Location
  /** Stands at the head of the statement, where query history shows it. */
  readonly comment: string
}

/**
 * UNLOAD with a manifest (redshift.md 1.14). Every column is named and aliased, because LOAD of Parquet matches by name;
 * of csv and text by position, which the manifest's names prove.
 * Neither ALLOWOVERWRITE nor CLEANPATH, ever: the first leaves stale parts, the second deletes.
 */
export function unloadStatement(request: UnloadRequest): string {
  const { plan, to, region, kmsKeyId, encryption, rowGroupMegabytes } = request
  return [
    `/* ${safeComment(request.comment)} */ UNLOAD (${quoteLiteral(unloadSelect(plan))})`,
    `TO ${quoteLiteral(locationText(to))}`,
    authorization(request),
    ...formatClauses(plan),
    ...partitionClause(plan),
    'MANIFEST VERBOSE',
    ...(plan.serialParts === true ? ['PARALLEL OFF'] : []),
    `MAXFILESIZE ${plan.partMegabytesMax} MB`,
    ...(rowGroupMegabytes === undefined || plan.layout !== undefined ? [] : [`ROWGROUPSIZE ${rowGroupMegabytes} MB`]),
    ...(region === undefined ? [] : [`REGION ${quoteLiteral(region)}`]),
    ...(kmsKeyId === undefined ? [] : [`ENCRYPTED KMS_KEY_ID ${quoteLiteral(kmsKeyId)}`]),
    ...(encryption === undefined ? [] : ['ENCRYPTED AUTO']),
  ].join(' ')
}

/** Without INCLUDE: LOAD wants files without the columns of partitions (maxcompute.md 4.2). */
function partitionClause({ partition }: Pick<RelationPlan, 'partition'>): readonly string[] {
  return partition?.unloaded === true ? [`PARTITION BY (${quoteIdentifier(partition.target)})`] : []
}

/** Parquet takes none of these; what csv and text are told, LOAD is told alike (redshift.md 1.2). */
function formatClauses({ format = 'parquet', layout }: Pick<RelationPlan, 'format' | 'layout'>): readonly string[] {
  if (format === 'parquet') return ['FORMAT AS PARQUET']
  if (layout === undefined) throw new Error(`${format} has no layout`)
  const { delimiter, nullText, header, addQuotes, escape } = layout
  return [
    ...(format === 'csv' ? ['FORMAT AS CSV'] : []),
    `DELIMITER AS ${quoteLiteral(delimiter)}`,
    `NULL AS ${quoteLiteral(nullText)}`,
    ...(header ? ['HEADER'] : []),
    ...(addQuotes ? ['ADDQUOTES'] : []),
    ...(escape ? ['ESCAPE'] : []),
    'GZIP',
  ]
}

function authorization({ iamRole, keys }: UnloadOptions): string {
  if (keys === undefined && iamRole !== undefined) {
    return `IAM_ROLE ${iamRole === 'default' ? 'default' : quoteLiteral(iamRole)}`
  }
  if (keys === undefined || iamRole !== undefined) throw new Error('UNLOAD is authorized by a role or by keys')
  const token = keys.securityToken === undefined ? '' : ` SESSION_TOKEN ${quoteLiteral(keys.securityToken)}`
  const pair = `ACCESS_KEY_ID ${quoteLiteral(keys.accessKeyId)} SECRET_ACCESS_KEY ${quoteLiteral(keys.accessKeySecret)}`
  return pair + token
}

/** What UNLOAD selects; its output names are the names of the parts' columns. */
export function unloadSelect(
  plan: Pick<RelationPlan, 'source' | 'columns' | 'where' | 'partition' | 'rowsSql'>,
): string {
  const from = plan.rowsSql === undefined ? relationSql(plan.source) : `(${plan.rowsSql}) AS "rows"`
  return `select ${selectedColumns(plan).map(selectItem).join(', ')} FROM ${from}${whereSql(plan.where)}`
}

function selectItem(column: ColumnPlan): string {
  return `${column.wire?.expression ?? column.unloadExpression} AS ${quoteIdentifier(column.target)}`
}

/** Comments nest in Redshift's grammar: an opening mark inside is as harmful as a closing one. */
function safeComment(text: string): string {
  return text
    .replace(/[\p{Cc}]+/gu, ' ')
    .replace(/\*(?=\/)/g, '* ')
    .replace(/\/(?=\*)/g, '/ ')
}
