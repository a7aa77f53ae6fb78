import { quoteIdentifier as quoteTarget } from '../dialect/maxcompute/identifier.js'
import { quoteIdentifier } from '../dialect/redshift/identifier.js'
import type { CatalogColumn, SourceType } from '../model/catalog.js'
import type { ColumnPlan, Concern } from '../model/plan.js'
import { concernOf } from './concern-codes.js'
import type { TypePolicy } from './type-policy.js'

/** How a column's values travel; the rest of a ColumnPlan does not depend on the type. */
export interface TypeDraft extends Pick<
  ColumnPlan,
  'targetType' | 'unloadExpression' | 'kind' | 'precision' | 'scale' | 'staging'
> {
  readonly concerns: readonly Concern[]
}

/** Longest VARBYTE whose hexadecimal text fits into Redshift's VARCHAR (redshift.md 4.2). */
const hexByteCountMax = 32767

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
      return { ...plain('BIGINT', value, 'integer'), precision: 19, scale: 0 }
    case 'numeric':
      return mapNumeric(column, value, isChosen)
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
      return plain('DATE', value, 'date')
    case 'timestamp without time zone':
      return mapTimestamp(column, value, policy, target)
    case 'timestamp with time zone':
      return { ...plain('TIMESTAMP', value, 'timestamptz'), concerns: [zoneConcern(column)] }
    default:
      return mapUncommon(column, value, target, isChosen)
  }
}

function plain(targetType: string, unloadExpression: string, kind: ColumnPlan['kind']): TypeDraft {
  return { targetType, unloadExpression, kind, concerns: [] }
}

/** A type without precision is Redshift's default, NUMERIC(18,0). */
function mapNumeric(column: CatalogColumn, value: string, isChosen: boolean): TypeDraft {
  const { precision = 18, scale = 0 } = column.type
  if (scale <= decimalScaleMax) {
    return { ...plain(`DECIMAL(${precision},${scale})`, value, 'decimal'), precision, scale }
  }
  const message = `${column.name} is ${column.type.text}; MaxCompute keeps ${decimalScaleMax} digits behind the point`
  const concerns = isChosen ? [] : [concernOf('RS0107', message, column.name)]
  return { ...plain('STRING', `CAST(${value} AS VARCHAR(42))`, 'text'), concerns }
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
function mapUncommon(column: CatalogColumn, value: string, target: string, isChosen: boolean): TypeDraft {
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
      return mapBinary(column, value, target, isChosen)
    case 'hllsketch':
      return mapSketch(column, value, isChosen)
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

function mapBinary(column: CatalogColumn, value: string, target: string, isChosen: boolean): TypeDraft {
  const isLong = (column.type.length ?? 64000) > hexByteCountMax
  const message = isLong
    ? `${column.name} (${column.type.text}) may hold values over ${hexByteCountMax} bytes, which UNLOAD cannot write`
    : `${column.name} travels as hexadecimal text through a staging table`
  return {
    ...plain('BINARY', `TO_HEX(${value})`, 'text'),
    staging: { type: 'STRING', expression: `UNHEX(${quoteTarget(target)})` },
    concerns: [concernOf(isLong && !isChosen ? 'RS0113' : 'RS0112', message, column.name)],
  }
}

function mapSketch(column: CatalogColumn, value: string, isChosen: boolean): TypeDraft {
  const concern = isChosen
    ? concernOf('RS0116', `${column.name} is reduced to its estimated cardinality`, column.name)
    : concernOf('RS0115', `${column.name} is an HLLSKETCH, which cannot be carried`, column.name)
  return { ...plain('BIGINT', `HLL_CARDINALITY(${value})`, 'integer'), precision: 19, scale: 0, concerns: [concern] }
}
