import type { Switches } from './switches.js'
import type { RsType } from './types.js'

/** A column of a part: what the encoder needs to know. Plain data, since it goes to a worker. */
export interface ParquetColumn {
  readonly name: string
  readonly type: RsType
  /** Of INT32. */
  readonly annotation?: 'INT_16' | 'INT_32'
  /** Of a decimal. */
  readonly byteCount?: number
  /** A SUPER whose JSON is `null` becomes NULL. */
  readonly dropsJsonNull?: true
}

export function parquetColumn(name: string, type: RsType, switches: Switches): ParquetColumn {
  if (type.name === 'numeric') return { name, type, byteCount: decimalByteCount(type.precision ?? 38, switches) }
  if (type.name === 'super' && switches.parquetSuperNull === 'null') return { name, type, dropsJsonNull: true }
  if (type.name !== 'int2' && type.name !== 'int4') return { name, type }
  const annotation = type.name === 'int2' ? switches.parquetSmallint : switches.parquetInteger
  return annotation === 'none' ? { name, type } : { name, type, annotation }
}

/** Values of one column: number, bigint, string, boolean, null; decimals as their unscaled bigint. */
export type ColumnValues = readonly (number | bigint | string | boolean | null)[]

export interface SchemaElement {
  name: string
  repetition_type?: 'OPTIONAL'
  num_children?: number
  type?: string
  type_length?: number
  converted_type?: string
  scale?: number
  precision?: number
}

/** Physical types as measured on files of the service (redshift.md 2). All columns are OPTIONAL. */
export function schemaElement({ name, type, annotation, byteCount = 16 }: ParquetColumn): SchemaElement {
  const element = { name, repetition_type: 'OPTIONAL' as const }
  switch (type.name) {
    case 'int2':
    case 'int4':
    case 'oid':
      return { ...element, type: 'INT32', ...(annotation === undefined ? {} : { converted_type: annotation }) }
    case 'int8':
      return { ...element, type: 'INT64' }
    case 'float4':
      return { ...element, type: 'FLOAT' }
    case 'float8':
      return { ...element, type: 'DOUBLE' }
    case 'bool':
      return { ...element, type: 'BOOLEAN' }
    case 'date':
      return { ...element, type: 'INT32', converted_type: 'DATE' }
    case 'timestamp':
    case 'timestamptz':
      // The writer knows no INT96: written as 12 bytes, renamed in the footer.
      return { ...element, type: 'FIXED_LEN_BYTE_ARRAY', type_length: 12 }
    case 'numeric':
      return decimalElement(element, type, byteCount)
    default:
      return { ...element, type: 'BYTE_ARRAY', converted_type: 'UTF8' }
  }
}

function decimalElement(element: SchemaElement, type: RsType, byteCount: number): SchemaElement {
  return {
    ...element,
    type: 'FIXED_LEN_BYTE_ARRAY',
    type_length: byteCount,
    converted_type: 'DECIMAL',
    precision: type.precision ?? 38,
    scale: type.scale ?? 0,
  }
}

/** Fewest bytes whose two's complement holds `precision` digits, or 8 and 16 where those are asked for. */
function decimalByteCount(precision: number, { parquetDecimalLength }: Switches): number {
  if (parquetDecimalLength === 'eight-or-sixteen') return precision <= 18 ? 8 : 16
  const most = 10n ** BigInt(precision) - 1n
  let byteCount = 1
  while (2n ** BigInt(8 * byteCount - 1) - 1n < most) byteCount += 1
  return byteCount
}

export function isInt96({ type }: ParquetColumn): boolean {
  return type.name === 'timestamp' || type.name === 'timestamptz'
}

const dayMicros = 86_400_000_000n
/** Julian day of 1970-01-01. */
const epochDay = 2_440_588n

/** Nanoseconds of the day (8 bytes) and the Julian day (4 bytes), little endian. */
export function int96(micros: bigint): Uint8Array {
  let day = micros / dayMicros
  if (micros % dayMicros < 0n) day -= 1n
  const bytes = new Uint8Array(12)
  const view = new DataView(bytes.buffer)
  view.setBigUint64(0, (micros - day * dayMicros) * 1000n, true)
  view.setInt32(8, Number(day + epochDay), true)
  return bytes
}

/** What the writer takes: CHAR blank padded, timestamps as 12 bytes. */
export function physicalValues(column: ParquetColumn, values: ColumnValues): unknown[] {
  if (isInt96(column)) return values.map((value) => (value === null ? null : int96(value as bigint)))
  if (column.type.name === 'char') {
    const width = column.type.length ?? 0
    return values.map((value) => (value === null ? null : (value as string).padEnd(width)))
  }
  if (column.dropsJsonNull === true) return values.map((value) => (value === 'null' ? null : value))
  return [...values]
}
