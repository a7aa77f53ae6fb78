import { quoteIdentifier as quoteTarget } from '../dialect/maxcompute/identifier.js'
import { quoteIdentifier } from '../dialect/redshift/identifier.js'
import type { CatalogColumn, SourceType } from '../model/catalog.js'
import type { Assumption, ColumnPlan, Concern } from '../model/plan.js'
import { concernOf } from './concern-codes.js'
import { assuming } from './data-limits.js'
import { momentText } from './text-form.js'
import type { TypePolicy } from './type-policy.js'

/** How a column's values travel; the rest of a ColumnPlan does not depend on the type. */
export interface TypeDraft extends Pick<
  ColumnPlan,
  'targetType' | 'unloadExpression' | 'kind' | 'precision' | 'scale' | 'staging'
> {
  readonly concerns: readonly Concern[]
  readonly assumptions?: readonly Assumption[]
  /** The expression gives NULL for some values, so that the table's column must take it. */
  readonly makesNulls?: boolean
}

/** Longest CHAR of MaxCompute (maxcompute.md 5.2). */
export const charLengthMax = 255

/** From here on a VARCHAR of Redshift means "any text". */
const varcharLengthMax = 65535

/** Largest scale of DECIMAL without the extending flag (maxcompute.md 5.2). */
const decimalScaleMax = 18

/**
 * The mapping of redshift.md 4.2. `isChosen`: an override names this very target type, so that what would block without
 * a choice is carried.
 */
export function mapType(column: CatalogColumn, policy: TypePolicy, target: string, isChosen: boolean): TypeDraft {
  const value = quoteIdentifier(column.name)
  const { type } = column
  switch (type.base) {
    case 'smallint':
      return { ...plain('SMALLINT', value, 'integer'), precision: 5, scale: 0 }
    case 'integer':
      return { ...plain('INT', value, 'integer'), precision: 10, scale: 0 }
    case 'bigint':
      return policy.smallestBigint === 'decimal' ? wideInteger(column, value) : wholeNumber(value)
    case 'numeric':
      return mapNumeric(column, value, policy, isChosen)
    case 'real':
      return { ...plain('FLOAT', value, 'float'), concerns: floatConcerns(column) }
    case 'double precision':
      return { ...plain('DOUBLE', value, 'float'), concerns: floatConcerns(column) }
    case 'boolean':
      return plain('BOOLEAN', value, 'boolean')
    case 'character':
      return mapCharacter(column, value, policy)
    case 'character varying':
      return plain(varcharType(type, policy), value, 'text')
    case 'date':
      return policy.dates === 'text' ? momentAsText(column) : plain('DATE', value, 'date')
    case 'timestamp without time zone':
      return mapTimestamp(column, value, policy, target)
    case 'timestamp with time zone':
      if (policy.dates === 'text') return momentAsText(column)
      return { ...plain('TIMESTAMP', value, 'timestamptz'), concerns: [zoneConcern(column)] }
    default:
      return mapUncommon(column, value, policy, target, isChosen)
  }
}

function plain(targetType: string, unloadExpression: string, kind: ColumnPlan['kind']): TypeDraft {
  return { targetType, unloadExpression, kind, concerns: [] }
}

function wholeNumber(value: string): TypeDraft {
  return { ...plain('BIGINT', value, 'integer'), precision: 19, scale: 0 }
}

/** Twenty digits: with nineteen Redshift still stores eight bytes, and does not promise the smallest of them. */
function wideInteger(column: CatalogColumn, value: string): TypeDraft {
  const concerns = [concernOf('RS0133', `${column.name} (${column.type.text}) becomes DECIMAL(20,0)`, column.name)]
  return { ...plain('DECIMAL(20,0)', `CAST(${value} AS DECIMAL(20,0))`, 'decimal'), precision: 20, scale: 0, concerns }
}

/** A type without precision is Redshift's default, NUMERIC(18,0). */
function mapNumeric(column: CatalogColumn, value: string, policy: TypePolicy, isChosen: boolean): TypeDraft {
  const { precision = 18, scale = 0 } = column.type
  if (scale > decimalScaleMax) return mapFineNumeric(column, value, policy, isChosen)
  return { ...plain(`DECIMAL(${precision},${scale})`, value, 'decimal'), precision, scale }
}

/**
 * A scale over 18 leaves at most 19 digits before the point, and DECIMAL(38,18) has room for 20. Where no digit may get
 * lost a cast tells, whether it rounds or cuts; ROUND keeps the old scale, in which a row of nines overflows.
 */
function mapFineNumeric(column: CatalogColumn, value: string, policy: TypePolicy, isChosen: boolean): TypeDraft {
  const { precision = 18, scale = 0 } = column.type
  const fitting = (of: string): TypeDraft => ({
    ...plain('DECIMAL(38,18)', `CAST(${of} AS DECIMAL(38,${decimalScaleMax}))`, 'decimal'),
    precision: 38,
    scale: decimalScaleMax,
  })
  const text = plain('STRING', `CAST(${value} AS VARCHAR(42))`, 'text')
  const noted = (draft: TypeDraft, code: 'RS0107' | 'RS0108' | 'RS0137' | 'RS0138' | 'RS0139', what: string) => ({
    ...draft,
    concerns: [concernOf(code, `${column.name} is ${column.type.text}; ${what}`, column.name)],
  })
  if (isChosen) return text
  switch (policy.decimalScale) {
    case 'check': {
      const draft = noted(fitting(value), 'RS0139', 'it becomes DECIMAL(38,18)')
      const taken = `has no digits behind the ${decimalScaleMax}th`
      return assuming(draft, column, 'RS0126', taken, `${value} <> ${draft.unloadExpression}`)
    }
    case 'extended': {
      const draft = { ...plain(`DECIMAL(${precision},${scale})`, value, 'decimal'), precision, scale }
      return noted(draft, 'RS0108', `it becomes ${draft.targetType}`)
    }
    case 'text':
      return noted(text, 'RS0138', 'it becomes text')
    case 'round':
      return noted(fitting(`ROUND(${value}, ${decimalScaleMax})`), 'RS0137', 'it is rounded to DECIMAL(38,18)')
    case 'block':
      return noted(text, 'RS0107', `MaxCompute keeps ${decimalScaleMax} digits behind the point`)
  }
}

function momentAsText(column: CatalogColumn): TypeDraft {
  const concern = concernOf('RS0129', `${column.name} (${column.type.text}) becomes text`, column.name)
  return { ...plain('STRING', momentText(column).expression, 'text'), concerns: [concern] }
}

function floatConcerns(column: CatalogColumn): readonly Concern[] {
  return [
    concernOf('RS0106', `${column.name} (${column.type.text}) is verified by the number of its values`, column.name),
  ]
}

/** The cast comes first: RTRIM of a CHAR is a CHAR again, and would be padded (redshift.md 4.2). */
function mapCharacter(column: CatalogColumn, value: string, policy: TypePolicy): TypeDraft {
  const length = column.type.length ?? 1
  const fitting = policy.char === 'char' && length <= charLengthMax ? `CHAR(${length})` : `VARCHAR(${length})`
  const targetType = policy.char === 'string' ? 'STRING' : fitting
  const message = `${column.name} (${column.type.text}) is unloaded without its padding`
  return {
    ...plain(targetType, `RTRIM(CAST(${value} AS VARCHAR(${length})))`, 'text'),
    concerns: [concernOf('RS0104', message, column.name)],
  }
}

/** Redshift counts bytes and MaxCompute characters, so that the same length always holds. */
function varcharType(type: SourceType, policy: TypePolicy): string {
  const { length = varcharLengthMax } = type
  return policy.varcharAs === 'string' || length >= varcharLengthMax ? 'STRING' : `VARCHAR(${length})`
}

function mapTimestamp(column: CatalogColumn, value: string, policy: TypePolicy, target: string): TypeDraft {
  if (policy.dates === 'text') return momentAsText(column)
  if (policy.timestamps === 'utc') {
    const message = `${column.name} becomes an instant: its clock time is read as UTC`
    return { ...plain('TIMESTAMP', value, 'timestamp'), concerns: [concernOf('RS0102', message, column.name)] }
  }
  const message = `${column.name} is loaded as TIMESTAMP into a staging table and cast to TIMESTAMP_NTZ`
  return {
    ...plain('TIMESTAMP_NTZ', value, 'timestamp'),
    staging: { type: 'TIMESTAMP', expression: `CAST(${quoteTarget(target)} AS TIMESTAMP_NTZ)` },
    concerns: [concernOf('RS0101', message, column.name)],
  }
}

function zoneConcern(column: CatalogColumn): Concern {
  return concernOf('RS0103', `${column.name} keeps its instant and is shown in the session's zone`, column.name)
}

/** What Parquet or the target does not know, and travels as text. */
function mapUncommon(
  column: CatalogColumn,
  value: string,
  policy: TypePolicy,
  target: string,
  isChosen: boolean,
): TypeDraft {
  const { base, text } = column.type
  switch (base) {
    case 'time without time zone':
      return asText(`CAST(${value} AS VARCHAR(15))`, 'RS0109', column)
    case 'time with time zone':
      return asText(`CAST(${value} AS VARCHAR(21))`, 'RS0109', column)
    case 'interval year to month':
    case 'interval day to second':
      return asText(`CAST(${value} AS VARCHAR(64))`, 'RS0110', column)
    case 'super':
      return asText(value, 'RS0111', column)
    case 'geometry':
    case 'geography':
      return asText(`ST_AsHexEWKB(${value})`, 'RS0114', column)
    case 'binary varying':
      return mapBinary(column, value, target)
    case 'hllsketch':
      return mapSketch(column, value, isChosen || policy.hllsketch === 'estimate')
    default: {
      const concerns = [
        concernOf('RS0117', `${column.name} has the type ${text}, for which no mapping exists`, column.name),
      ]
      return { ...plain('STRING', value, 'text'), concerns }
    }
  }
}

function asText(expression: string, code: 'RS0109' | 'RS0110' | 'RS0111' | 'RS0114', column: CatalogColumn): TypeDraft {
  const message = `${column.name} (${column.type.text}) becomes text`
  return { ...plain('STRING', expression, 'text'), concerns: [concernOf(code, message, column.name)] }
}

function mapBinary(column: CatalogColumn, value: string, target: string): TypeDraft {
  const message = `${column.name} travels as hexadecimal text through a staging table`
  return {
    ...plain('BINARY', `TO_HEX(${value})`, 'text'),
    staging: { type: 'STRING', expression: `UNHEX(${quoteTarget(target)})` },
    concerns: [concernOf('RS0112', message, column.name)],
  }
}

function mapSketch(column: CatalogColumn, value: string, isChosen: boolean): TypeDraft {
  const concern = isChosen
    ? concernOf('RS0116', `${column.name} is reduced to its estimated cardinality`, column.name)
    : concernOf('RS0115', `${column.name} is an HLLSKETCH, which cannot be carried`, column.name)
  return { ...plain('BIGINT', `HLL_CARDINALITY(${value})`, 'integer'), precision: 19, scale: 0, concerns: [concern] }
}
