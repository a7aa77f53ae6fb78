import { quoteIdentifier } from '../dialect/redshift/identifier.js'
import type { CatalogColumn } from '../model/catalog.js'
import type { Concern } from '../model/plan.js'
import { concernOf } from './concern-codes.js'
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
  const moment = 'YYYY-MM-DD HH24:MI:SS.US'
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
      return { expression: `TO_CHAR(${value}, 'YYYY-MM-DD')`, byteCountMax: 12, concerns }
    case 'timestamp without time zone':
      return { expression: `TO_CHAR(${value}, '${moment}')`, byteCountMax: 28, concerns }
    case 'timestamp with time zone':
      return { expression: `TO_CHAR(${value} AT TIME ZONE 'UTC', '${moment}')`, byteCountMax: 28, concerns }
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

/** Two digits a byte; Redshift's default length is 64,000 bytes (redshift.md 4.1). */
function hexLength(column: CatalogColumn): number {
  return 2 * (column.type.length ?? 64000)
}

function hexConcern(column: CatalogColumn): Concern {
  const message = `${column.name} (${column.type.text}) stays hexadecimal text; UNLOAD fails on a value over 32767 bytes`
  return concernOf('RS0121', message, column.name)
}
