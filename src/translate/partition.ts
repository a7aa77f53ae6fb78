import { insertPartitionCountMax } from '../dialect/maxcompute/fill.js'
import { quoteIdentifier as quoteTarget } from '../dialect/maxcompute/identifier.js'
import { relationSql } from '../dialect/redshift/identifier.js'
import { whereSql } from '../dialect/redshift/row-filter.js'
import { MigrationError } from '../model/errors.js'
import type { PairedQuery } from '../model/measure.js'
import { relationText, type RelationName } from '../model/names.js'
import { partitionValueByteCountMax } from '../model/part-columns.js'
import type {
  Assumption,
  ColumnPlan,
  Concern,
  DerivedPartition,
  PartitionPlan,
  PartitionUnit,
  RelationPlan,
} from '../model/plan.js'
import { concernOf } from './concern-codes.js'
import { cutToBytes } from './comment.js'
import { nameByteCountMax, suffixedName } from './legal-name.js'

export type PartitionChoice = DerivedChoice | FixedChoice

/** One partition for all rows. */
export interface FixedChoice {
  /** Of the partition's column. */
  readonly name: string
  readonly value: string
}

export interface DerivedChoice {
  /** The source's column. */
  readonly by: string
  readonly unit: PartitionUnit
  /** UNLOAD itself makes a prefix for each partition, and LOAD reads them without a staging table. */
  readonly unloadPartitioned?: boolean | undefined
}

export interface Partitioning {
  readonly partition: PartitionPlan
  readonly concerns: readonly Concern[]
  readonly assumptions: readonly Assumption[]
}

/**
 * Most partitions: one query of MaxCompute reads 10,000 (maxcompute.md 5.3). The list of them, which is compared, may be
 * longer than a result of the project (READ_TABLE_MAX_ROW): the rest is read all the same.
 */
export const partitionCountMax = 9_999

/** A word, since a partition's name begins with a letter or digit. */
const nullName = 'null'

const formats = { year: 'YYYY', month: 'YYYYMM', day: 'YYYYMMDD' } as const

/** Of one byte each; what else a partition's name may hold is not defined. */
const valuePattern = '^[A-Za-z0-9][-A-Za-z0-9 :_$#.!@]*$'

interface Place {
  readonly source: RelationName
  readonly where?: string
  readonly columns: readonly ColumnPlan[]
  /** The place in the config, for errors. */
  readonly setting: string
}

/** A column of text behind all others. Throws `config` for a choice that the relation cannot have. */
export function partitionOf(choice: PartitionChoice, of: Place): Partitioning {
  return 'by' in choice ? derivedPartition(choice, of) : fixedPartition(choice, of)
}

/** Nothing is assumed of the rows, and each of them goes there. */
function fixedPartition({ name, value }: FixedChoice, { source, columns, setting }: Place): Partitioning {
  const subject = `${setting}: ${relationText(source)}`
  if (!/^[a-z][a-z0-9_]*$/.test(name) || name.length > nameByteCountMax) {
    throw new MigrationError('config', `${subject}: ${name} is no name of a partition column`, {
      hint: 'it begins with a small letter, and has small letters, digits and _ behind it',
    })
  }
  if (columns.some(({ target }) => target === name))
    throw new MigrationError('config', `${subject}: the table has a column ${name} already`)
  if (!new RegExp(valuePattern).test(value) || value.length > partitionValueByteCountMax || value === nullName) {
    throw new MigrationError('config', `${subject}: ${JSON.stringify(value)} cannot name a partition`, {
      hint: 'it begins with a letter or digit, and has at most 255 of those, blanks and - : _ $ # . ! @',
    })
  }
  const unloadExpression = `CAST('${value}' AS VARCHAR(${partitionValueByteCountMax}))`
  const message = `all rows go to the partition ${name}=${value}`
  return {
    partition: { fixed: value, target: name, unloadExpression },
    concerns: [concernOf('RS0230', message)],
    assumptions: [],
  }
}

/** Beside the data column, which stays. */
function derivedPartition(choice: DerivedChoice, of: Place): Partitioning {
  const column = of.columns.find(({ source }) => source === choice.by)
  if (column === undefined) {
    throw new MigrationError('config', `${of.setting}: ${relationText(of.source)} has no column ${choice.by} to carry`)
  }
  const value = choice.unit === 'value' ? plainText(column, of) : momentText(column, choice.unit, of)
  const isUnloaded = choice.unloadPartitioned === true
  if (isUnloaded) refuseStaged(column, choice, of)
  const partition: DerivedPartition = {
    by: choice.by,
    unit: choice.unit,
    target: freeName(`${column.target}_${choice.unit}`, of.columns),
    unloadExpression: `COALESCE(${value}, '${nullName}')`,
    nullName,
    ...(isUnloaded ? { unloaded: true } : {}),
  }
  const message = `${partition.target} names the partition by ${choice.unit} of ${choice.by}; rows without one go to ${nullName}`
  const assumptions = [fewPartitions(partition, of)]
  if (choice.unit === 'value' && column.kind === 'text') assumptions.push(namedPartitions(partition, value))
  const concerns = [concernOf('RS0230', message, choice.by)]
  if (isUnloaded) concerns.push(concernOf('RS0239', `UNLOAD writes ${partition.target} as prefixes`, choice.by))
  return { partition, concerns, assumptions }
}

/** Names that may be escaped in keys are not read back for certain; nor is there a staging table for what needs one. */
function refuseStaged(by: ColumnPlan, { unit }: DerivedChoice, { columns, setting, source }: Place): void {
  const subject = `${setting}.unloadPartitioned: ${relationText(source)}`
  const staged = columns.find((column) => column.staging !== undefined)
  if (staged !== undefined) {
    throw new MigrationError('config', `${subject}: ${staged.source} goes through a staging table`, {
      hint: 'leave unloadPartitioned out, or choose a type that LOAD produces under types',
    })
  }
  if (unit !== 'value' || by.kind !== 'text') return
  throw new MigrationError('config', `${subject}: texts may be escaped in keys`, {
    hint: 'leave unloadPartitioned out, or partition by a date, an integer or a boolean',
  })
}

function momentText(column: ColumnPlan, unit: keyof typeof formats, of: Place): string {
  const value = column.unloadExpression
  switch (column.kind) {
    case 'date':
    case 'timestamp':
      return `TO_CHAR(${value}, '${formats[unit]}')`
    case 'timestamptz':
      return `TO_CHAR(${value} AT TIME ZONE 'UTC', '${formats[unit]}')`
    default:
      throw unsuitable(column, unit, of, 'partition by the value, or by a date or timestamp that stays one')
  }
}

function plainText(column: ColumnPlan, of: Place): string {
  const value = column.unloadExpression
  switch (column.kind) {
    case 'integer':
      return `CAST(${value} AS VARCHAR(20))`
    case 'boolean':
      return `CASE WHEN ${value} THEN 'true' WHEN NOT ${value} THEN 'false' END`
    case 'text':
      if (column.sourceType.base === 'character' || column.sourceType.base === 'character varying') return value
      throw unsuitable(column, 'value', of, 'partition by an integer, boolean or character column')
    default:
      throw unsuitable(column, 'value', of, 'for a date or timestamp the unit is day, month or year')
  }
}

function unsuitable(column: ColumnPlan, unit: PartitionUnit, of: Place, hint: string): MigrationError {
  const { source, sourceType, targetType } = column
  const what = `${source} (${sourceType.text}, ${targetType} in the target) gives no ${unit} to partition by`
  return new MigrationError('config', `${of.setting}: ${relationText(of.source)}: ${what}`, { hint })
}

function freeName(wanted: string, columns: readonly ColumnPlan[]): string {
  const fitted = Buffer.byteLength(wanted) > nameByteCountMax ? suffixedName(wanted, wanted) : wanted
  const taken = new Set(columns.map(({ target }) => target))
  let name = fitted
  for (let round = 0; taken.has(name); round += 1) name = suffixedName(cutToBytes(fitted, nameByteCountMax), `${round}`)
  return name
}

function fewPartitions(partition: DerivedPartition, { source, where }: Place): Assumption {
  const countMax = partition.unloaded === true ? insertPartitionCountMax : partitionCountMax
  const counted = `SELECT DISTINCT ${partition.unloadExpression} AS p FROM ${relationSql(source)}${whereSql(where)}`
  return {
    code: 'RS0231',
    column: partition.by,
    violatedWhere: 'FALSE',
    message: `${partition.by} makes at most ${countMax} partitions`,
    countSql: `SELECT COUNT(*) AS e0 FROM (${counted}) AS d`,
    countMax,
    counted: 'partitions',
  }
}

function namedPartitions({ by }: DerivedPartition, value: string): Assumption {
  const isLong = `OCTET_LENGTH(${value}) > ${partitionValueByteCountMax}`
  return {
    code: 'RS0232',
    column: by,
    violatedWhere: `(${value} IS NOT NULL AND (${value} !~ '${valuePattern}' OR ${isLong} OR ${value} = '${nullName}'))`,
    message: `${by} can name partitions`,
  }
}

/** The rows of each partition, asked of both sides: what lies in a wrong partition is missing in the right one. */
export function partitionQuery({
  source,
  partition,
  where,
}: Pick<RelationPlan, 'source' | 'partition' | 'where'>): PairedQuery | undefined {
  if (partition === undefined) return undefined
  const { target, unloadExpression } = partition
  return {
    name: `partitions by ${target}`,
    relation: relationText(source),
    source: `SELECT p, COUNT(*) AS n FROM (SELECT ${unloadExpression} AS p FROM {relation}${whereSql(where)}) AS d GROUP BY p`,
    target: `SELECT ${quoteTarget(target)}, COUNT(*) AS n FROM {relation} GROUP BY ${quoteTarget(target)}`,
    columns: [
      { name: target, kind: 'key' },
      { name: 'rows', kind: 'exact' },
    ],
    filtered: true,
  }
}
