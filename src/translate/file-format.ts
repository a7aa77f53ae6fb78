import { quoteIdentifier } from '../dialect/redshift/identifier.js'
import { quoteLiteral } from '../dialect/redshift/literal.js'
import { unloadsSuper } from '../dialect/redshift/super-value.js'
import { MigrationError } from '../model/errors.js'
import type { Assumption, ColumnPlan, Concern, Examined, FileFormat, RelationPlan, TextLayout } from '../model/plan.js'
import { concernOf } from './concern-codes.js'
import { varbyteLengthDefault } from './data-limits.js'
import { floatText, isHexed, isShape, wiredColumn, wireFormOf } from './text-wire.js'

/** `auto`: Parquet, and csv for relations that Parquet cannot carry. */
export type FormatChoice = FileFormat | 'auto'

/** How relations travel unless a choice for one says otherwise. */
export interface FilePolicy {
  readonly format: FormatChoice
  /** Of text; csv has commas. */
  readonly delimiter: string
  readonly nullText: string
  readonly header: boolean
  readonly addQuotes: boolean
  readonly escape: boolean
}

export const defaultFilePolicy: FilePolicy = {
  format: 'parquet',
  delimiter: '|',
  nullText: '\\N',
  header: false,
  addQuotes: false,
  escape: false,
}

/** Bytes of a value whose hexadecimal text, with what stands before it, fits a cell of 8 MB (maxcompute.md 5.2). */
const hexedByteCountMax = 4_194_303

/** What csv and text do by themselves, or do otherwise: VARBYTE and moments are staged, long values fit. */
const overtaken = ['RS0101', 'RS0112', 'RS0113', 'RS0125', 'RS0135', 'RS0250']

/**
 * The format that a relation of these columns travels in. `auto` takes csv where the type of a column is beyond what
 * Parquet carries of it (a shape of any size, VARBYTE declared longer than Redshift's default), or where a scan found that
 * its values are.
 */
export function formatFor(
  columns: readonly ColumnPlan[],
  choice: FormatChoice,
  examined: readonly Examined[] = [],
): FileFormat {
  if (choice !== 'auto') return choice
  const isLong = examined.some(({ code, violationCount }) => code === 'RS0113' && violationCount !== '0')
  return isLong || columns.some(isBeyondParquet) ? 'csv' : 'parquet'
}

function isBeyondParquet(column: ColumnPlan): boolean {
  if (isShape(column)) return true
  const isWhole = column.unloadExpression === `TO_HEX(${quoteIdentifier(column.source)})`
  return isWhole && (column.sourceType.length ?? varbyteLengthDefault) > varbyteLengthDefault
}

/**
 * The plan for csv or text parts; Parquet leaves it as it is. All text travels in hexadecimal, save the columns that the
 * user wants plain. Throws `config` for one that cannot.
 */
export function travelling(
  plan: RelationPlan,
  format: FileFormat,
  files: FilePolicy,
  plainText: readonly string[] = [],
): RelationPlan {
  refuseNotText(plan, format, plainText)
  if (format === 'parquet') return plan
  if (plan.partition?.unloaded === true) {
    const relation = `${plan.source.schema}.${plan.source.name}`
    throw new MigrationError(
      'config',
      `relations: unloadPartitioned of ${relation}: only for format parquet, not ${format}`,
    )
  }
  const layout = layoutOf(format, files)
  const forms = plan.columns.map((column) => wireFormOf(column, plainText))
  const assumptions = [
    ...(plan.assumptions ?? []).filter(({ code }) => !overtaken.includes(code)),
    ...plan.columns.flatMap((column, n) => columnAssumptions(column, forms[n] === 'plain', layout)),
    ...partitionAssumptions(plan, plainText, layout),
  ]
  const { assumptions: _, ...rest } = plan
  return {
    ...rest,
    columns: plan.columns.map((column, n) => wiredColumn(column, forms[n] ?? 'hex', layout.nullText)),
    strategy: 'staged',
    format,
    layout,
    ...(assumptions.length === 0 ? {} : { assumptions }),
    concerns: [...plan.concerns.filter(({ code }) => !overtaken.includes(code)), formatConcern(plan, format)],
  }
}

function refuseNotText({ columns, source }: RelationPlan, format: FileFormat, plainText: readonly string[]): void {
  const subject = `relations: plainText of ${source.schema}.${source.name}`
  for (const name of plainText) {
    const column = columns.find((one) => one.source === name)
    const base = column?.sourceType.base
    if (format === 'parquet') throw new MigrationError('config', `${subject}: only for format csv and text`)
    if (column?.kind === 'text' && (base === 'character' || base === 'character varying')) continue
    throw new MigrationError('config', `${subject}: ${name} is no CHAR or VARCHAR that is carried as text`)
  }
}

function layoutOf(format: 'csv' | 'text', { delimiter, nullText, header, addQuotes, escape }: FilePolicy): TextLayout {
  return format === 'csv'
    ? { delimiter: ',', nullText, header, addQuotes: false, escape: false }
    : { delimiter, nullText, header, addQuotes, escape }
}

function formatConcern({ source }: RelationPlan, format: FileFormat): Concern {
  return concernOf('RS0144', `${source.schema}.${source.name} travels as ${format} through a staging table`)
}

function columnAssumptions(column: ColumnPlan, isPlain: boolean, layout: TextLayout): readonly Assumption[] {
  if (isPlain) return [markerFree(column.source, column.unloadExpression, layout.nullText), plainAlike(column, layout)]
  if (column.kind === 'float') return [readsBack(column)]
  const value = quoteIdentifier(column.source)
  if (unloadsSuper(column)) return [fitsCell(column, `JSON_SIZE(${column.unloadExpression})`)]
  const isLong = isHexed(column) && (column.sourceType.length ?? varbyteLengthDefault) > hexedByteCountMax
  return isLong ? [fitsCell(column, `OCTET_LENGTH(${value})`)] : []
}

/** The partition's name travels plain, and is a word of the alphabet that names have; only the marker could be one. */
function partitionAssumptions(
  { partition }: RelationPlan,
  plainText: readonly string[],
  { nullText }: TextLayout,
): readonly Assumption[] {
  // One that is fixed does not travel.
  if (partition === undefined || partition.fixed !== undefined) return []
  if (plainText.includes(partition.by) || !/^[A-Za-z0-9]/.test(nullText)) return []
  return [markerFree(partition.by, partition.unloadExpression, nullText)]
}

function markerFree(column: string, value: string, nullText: string): Assumption {
  const message = `${column} is never the NULL marker ${nullText}`
  return { code: 'RS0140', column, violatedWhere: `${value} = ${quoteLiteral(nullText)}`, message }
}

function plainAlike({ source, unloadExpression }: ColumnPlan, { delimiter }: TextLayout): Assumption {
  const finds = (character: string): string => `STRPOS(${unloadExpression}, ${character}) > 0`
  const characters = ['CHR(10)', 'CHR(13)', ...['"', "'", '\\', delimiter].map(quoteLiteral)]
  return {
    code: 'RS0141',
    column: source,
    violatedWhere: `(${characters.map(finds).join(' OR ')})`,
    message: `${source} holds no line end, quote, backslash or delimiter`,
  }
}

/** The range form, since NaN compares otherwise in a scan than among constants (redshift.md 4.2). */
function readsBack({ source, unloadExpression }: ColumnPlan): Assumption {
  const value = `CAST(${unloadExpression} AS DOUBLE PRECISION)`
  const infinity = (sign: string): string => `CAST('${sign}Infinity' AS DOUBLE PRECISION)`
  const finite = `${value} > ${infinity('-')} AND ${value} < ${infinity('')}`
  const same = `CAST(${floatText(unloadExpression)} AS DOUBLE PRECISION) = ${value}`
  return {
    code: 'RS0143',
    column: source,
    violatedWhere: `(${value} IS NOT NULL AND NOT (${finite} AND ${same}))`,
    message: `the text of every number in ${source} reads back as the same number`,
  }
}

function fitsCell({ source }: ColumnPlan, byteCount: string): Assumption {
  const message = `${source} has at most ${hexedByteCountMax} bytes`
  return { code: 'RS0142', column: source, violatedWhere: `${byteCount} > ${hexedByteCountMax}`, message }
}
