import { quoteIdentifier } from '../dialect/redshift/identifier.js'
import type { CatalogColumn } from '../model/catalog.js'
import type { Concern } from '../model/plan.js'
import { concernOf } from './concern-codes.js'
import { hexByteCountMax, varbyteLengthDefault } from './data-limits.js'
import type { TypeDraft } from './type-mapping.js'

/** A column as text: the expression in Redshift's SQL, and how many bytes its values may have. */
export interface TextForm {
  readonly expression: string
  readonly byteCountMax: number
  readonly concerns: readonly Concern[]
}

/** Undefined where no text is known; in the canonical spelling of model/measure.ts where the type has one. */
export function textOf(column: CatalogColumn, natural: TypeDraft): TextForm | undefined {
  const value = quoteIdentifier(column.name)
  const concerns: readonly Concern[] = []
  switch (column.type.base) {
    case 'smallint':
    case 'integer':
    case 'bigint':
      return { expression: `CAST(${value} AS VARCHAR(20))`, byteCountMax: 20, concerns }
    case 'numeric':
      return { expression: `CAST(${value} AS VARCHAR(42))`, byteCountMax: 42, concerns }
    case 'boolean':
      return {
        expression: `CASE WHEN ${value} THEN 'true' WHEN NOT ${value} THEN 'false' END`,
        byteCountMax: 5,
        concerns,
      }
    case 'date':
    case 'timestamp without time zone':
    case 'timestamp with time zone':
      return momentText(column)
    case 'binary varying':
      return { expression: `TO_HEX(${value})`, byteCountMax: hexLength(column), concerns: [hexConcern(column)] }
    case 'character':
    case 'character varying':
      return {
        expression: natural.unloadExpression,
        byteCountMax: column.type.length ?? 65535,
        concerns: natural.concerns,
      }
    case 'time without time zone':
    case 'time with time zone':
      return { expression: natural.unloadExpression, byteCountMax: 21, concerns: natural.concerns }
    default:
      return undefined
  }
}

/** A date or time in the canonical spelling, times with zone at UTC; years before the first end in BC. */
export function momentText(column: CatalogColumn): TextForm {
  const name = quoteIdentifier(column.name)
  if (column.type.base === 'date') {
    return { expression: eraText(name, 'YYYY-MM-DD', "DATE '0001-01-01'"), byteCountMax: 13, concerns: [] }
  }
  const value = column.type.base === 'timestamp with time zone' ? `${name} AT TIME ZONE 'UTC'` : name
  const expression = eraText(value, 'YYYY-MM-DD HH24:MI:SS.US', "TIMESTAMP '0001-01-01 00:00:00'")
  return { expression, byteCountMax: 29, concerns: [] }
}

/** YYYY alone prints a year before the first like the same year after it. */
function eraText(value: string, format: string, first: string): string {
  return `CASE WHEN ${value} < ${first} THEN TO_CHAR(${value}, '${format} BC') ELSE TO_CHAR(${value}, '${format}') END`
}

/** Two digits a byte. */
function hexLength(column: CatalogColumn): number {
  return 2 * Math.min(column.type.length ?? varbyteLengthDefault, hexByteCountMax)
}

function hexConcern(column: CatalogColumn): Concern {
  const message = `${column.name} (${column.type.text}) stays hexadecimal text`
  return concernOf('RS0121', message, column.name)
}
