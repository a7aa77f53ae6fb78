import type { CatalogEntry } from '../model/catalog.js'
import type { ProbeFact } from '../model/facts.js'
import { relationText } from '../model/names.js'
import type { ColumnPlan, Concern, Examined, RelationPlan, VerifyDepth } from '../model/plan.js'
import { arrangementOf, type Arrangement } from './arrangement.js'
import { carriedPart, choiceOf, type RelationChoice } from './relation-choice.js'
import { commentByteCountMax, cutToBytes } from './comment.js'
import { concernOf } from './concern-codes.js'
import { defaultFilePolicy, formatFor, travelling, type FilePolicy } from './file-format.js'
import { columnNames, relationId, tableName, tableNameConcerns, type Naming } from './names.js'
import { sourceKey } from './primary-key.js'
import { obeyProbe } from './probe-obey.js'
import { translateColumn, type TypePolicy } from './types.js'
import { withVerification, type VerificationPolicy } from './verification.js'

export interface PlanPolicy {
  readonly naming: Naming
  readonly types: TypePolicy
  readonly depth: VerifyDepth
  /** Depths of some relations, tolerances and accepted deviations; none when absent. */
  readonly verification?: VerificationPolicy
  /** 256 when absent. */
  readonly partMegabytesMax?: number
  readonly lifecycleDays?: number
  /** In the order of the config; none means that everything is carried. */
  readonly relations?: readonly RelationChoice[]
  /** Parquet for all when absent. */
  readonly files?: FilePolicy
  /** What values of every type became in these clouds; absent: what the documents say holds. */
  readonly probe?: ProbeFact
}

/** Well below the 2 GB that MaxCompute reads of one file, and a multiple of 32 as UNLOAD rounds (redshift.md 1.4). */
const partMegabytesDefault = 256

/** Most columns of a table (maxcompute.md 5.3). */
const columnCountMax = 1200

/** Why an entry of the catalog is not migrated; undefined when it is. */
export function skipReason(entry: CatalogEntry): string | undefined {
  switch (entry.kind) {
    case 'table':
      return /^mv_tbl__.*__\d+$/.test(entry.name) ? 'holds the rows of a materialized view' : undefined
    case 'view':
    case 'late-binding-view':
      return 'is a view: it holds no rows'
    case 'materialized-view':
      return 'is a materialized view: its rows can be made again from its tables'
    case 'external-table':
      return 'is an external table: its files are on S3 already'
  }
}

/**
 * What will be done with a table of the source. Pure: the same entry, policy and findings of a scan give the same plan.
 * Throws `config` where the policy names columns that the relation does not have.
 */
export function planRelation(
  whole: CatalogEntry,
  policy: PlanPolicy,
  examined: readonly Examined[] = [],
): RelationPlan {
  const plan = planInParquet(whole, policy)
  const choice = choiceOf(policy.relations ?? [], relationText(plan.source))
  const files = policy.files ?? defaultFilePolicy
  const format = formatFor(plan.columns, choice?.format ?? files.format, examined)
  return withVerification(travelling(plan, format, files, choice?.plainText), policy.verification)
}

/** As it is in Parquet; the other formats are made of it. */
function planInParquet(whole: CatalogEntry, policy: PlanPolicy): RelationPlan {
  const { entry, ...part } = carriedPart(whole, policy.relations ?? [])
  const source = { schema: entry.schema, name: entry.name }
  const named = columnNames(entry.columns, { relation: source, naming: policy.naming })
  const translations = entry.columns.map((column, n) =>
    translateColumn(column, policy.types, { relation: source, target: named.names[n] ?? column.name }),
  )
  const { columns, concerns: probed } = obeyProbe(
    translations.map(({ plan }) => plan),
    policy.probe,
  )
  const { arrangement, ...arranged } = arrangementOf(choiceOf(policy.relations ?? [], relationText(source)), {
    entry,
    columns,
    where: part.where,
  })
  const concerns = [
    ...tableNameConcerns(source, policy.naming),
    ...named.concerns,
    ...translations.flatMap((translation) => translation.concerns),
    ...probed,
    ...relationConcerns(entry, arrangement),
    ...arranged.concerns,
  ]
  const assumptions = [...translations.flatMap((translation) => translation.assumptions), ...arranged.assumptions]
  const assumed = assumptions.length === 0 ? {} : { assumptions }
  return { ...identityOf(entry, policy, columns), ...part, ...sizesOf(entry), ...arrangement, ...assumed, concerns }
}

function identityOf(
  entry: CatalogEntry,
  policy: PlanPolicy,
  columns: readonly ColumnPlan[],
): Omit<RelationPlan, 'concerns'> {
  const source = { schema: entry.schema, name: entry.name }
  const id = relationId(source)
  const comment = cutToBytes(entry.comment ?? '', commentByteCountMax)
  return {
    relationId: id,
    source,
    target: tableName(source, policy.naming),
    columns,
    strategy: columns.some((column) => column.staging !== undefined) ? 'staged' : 'direct',
    consignment: id,
    depth: policy.depth,
    partMegabytesMax: policy.partMegabytesMax ?? partMegabytesDefault,
    ...identityKey(entry, columns),
    ...(comment === '' ? {} : { comment }),
    ...(policy.lifecycleDays === undefined ? {} : { lifecycleDays: policy.lifecycleDays }),
  }
}

/** By which a difference can say that two rows are one; absent where not all of the key is carried. */
function identityKey(entry: CatalogEntry, columns: readonly ColumnPlan[]): Pick<RelationPlan, 'identity'> {
  const names = sourceKey(entry) ?? []
  const key = names.flatMap((name) => columns.find(({ source }) => source === name)?.target ?? [])
  return key.length === 0 || key.length < names.length ? {} : { identity: key }
}

function sizesOf(entry: CatalogEntry): Pick<RelationPlan, 'rowEstimate' | 'byteEstimate'> {
  return {
    ...(entry.rowEstimate === undefined ? {} : { rowEstimate: entry.rowEstimate }),
    ...(entry.byteEstimate === undefined ? {} : { byteEstimate: entry.byteEstimate }),
  }
}

/** What the arrangement carries is not told as left behind. */
function relationConcerns(entry: CatalogEntry, arrangement: Arrangement): readonly Concern[] {
  const name = relationText({ schema: entry.schema, name: entry.name })
  const columnCount = entry.columns.length
  const isCut = Buffer.byteLength(entry.comment ?? '') > commentByteCountMax
  const keys = keysText(entry)
  return [
    ...(columnCount > columnCountMax ? [concernOf('RS0304', `${name} has ${columnCount} columns`)] : []),
    ...blankConcerns(entry),
    ...entry.constraints
      .filter(({ kind }) => kind !== 'primary-key' || arrangement.primaryKey === undefined)
      .map((constraint) => concernOf('RS0203', `${constraint.definition} is not carried`)),
    ...(keys === '' || arrangement.clustering !== undefined ? [] : [concernOf('RS0204', `${keys} is not carried`)]),
    ...(isCut ? [concernOf('RS0205', `the comment of ${name} is cut`)] : []),
  ]
}

/** One for the relation: nearly every relation has a VARCHAR, and what is to be known is always the same. */
function blankConcerns(entry: CatalogEntry): readonly Concern[] {
  const texts = entry.columns.filter((column) => column.type.base === 'character varying')
  if (texts.length === 0) return []
  return [concernOf('RS0105', `trailing blanks begin to count in ${texts.map((column) => column.name).join(', ')}`)]
}

/** `DISTKEY(a) SORTKEY(b, c)`; positions of interleaved keys alternate in sign (redshift.md 3.2). */
function keysText(entry: CatalogEntry): string {
  const dist = entry.columns.filter((column) => column.distKey).map((column) => column.name)
  const sorted = entry.columns
    .filter((column) => column.sortKeyPosition !== 0)
    .sort((a, b) => Math.abs(a.sortKeyPosition) - Math.abs(b.sortKeyPosition))
  const isInterleaved = sorted.some((column) => column.sortKeyPosition < 0)
  return [
    ...(dist.length === 0 ? [] : [`DISTKEY(${dist.join(', ')})`]),
    ...(sorted.length === 0
      ? []
      : [`${isInterleaved ? 'INTERLEAVED ' : ''}SORTKEY(${sorted.map((column) => column.name).join(', ')})`]),
  ].join(' ')
}
