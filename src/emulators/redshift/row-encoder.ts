import type { EngineRow, EngineValue } from '../sql-engine.js'
import { RedshiftFault, unsupported } from './fault.js'
import { int16, int32, message } from './messages.js'
import type { ResultColumn } from './result-columns.js'
import { epochDays, epochMicros, valueText } from './value-text.js'

const nullLength = int32(-1)

/** DataRow. `formats`: 0 text, 1 binary, a column each. */
export function encodeRow(row: EngineRow, columns: readonly ResultColumn[], formats: readonly number[]): Buffer {
  const parts: Buffer[] = [int16(columns.length)]
  columns.forEach((column, i) => {
    const value = row[i] ?? null
    if (value === null) {
      parts.push(nullLength)
      return
    }
    const bytes = formats[i] === 1 ? binaryValue(value, column) : Buffer.from(valueText(value, column))
    parts.push(int32(bytes.length), bytes)
  })
  return message('D', ...parts)
}

/** One format for all, one each, or text. */
export function expandFormats(codes: readonly number[], columnCount: number): number[] {
  if (codes.length > 1 && codes.length !== columnCount) {
    throw new RedshiftFault(
      '08P01',
      `bind message has ${codes.length} result formats but query has ${columnCount} columns`,
    )
  }
  const [only = 0] = codes
  return Array.from({ length: columnCount }, (_, i) => (codes.length > 1 ? (codes[i] ?? 0) : only))
}

function int64(value: bigint): Buffer {
  const buffer = Buffer.alloc(8)
  buffer.writeBigInt64BE(value)
  return buffer
}

function binaryValue(value: Exclude<EngineValue, null>, column: ResultColumn): Buffer {
  switch (column.type.name) {
    case 'bool':
      return Buffer.from([value === true ? 1 : 0])
    case 'int2':
      return int16(Number(value))
    case 'int4':
    case 'oid':
      return int32(Number(value))
    case 'int8':
      return int64(BigInt(value as bigint))
    case 'float4':
    case 'float8':
      return floatBytes(Number(value), column.type.name === 'float4')
    case 'char':
    case 'varchar':
    case 'name':
    case 'unknown':
    case 'super':
      return Buffer.from(valueText(value, column))
    case 'date':
      return int32(Number(value) - epochDays)
    case 'timestamp':
    case 'timestamptz':
      return int64((value as bigint) - epochMicros)
    case 'time':
      return int64(value as bigint)
    case 'timetz':
      return Buffer.concat([int64(value as bigint), int32(0)])
    default:
      throw unsupported(`binary format of type ${column.type.name}`)
  }
}

function floatBytes(value: number, single: boolean): Buffer {
  const buffer = Buffer.alloc(single ? 4 : 8)
  if (single) buffer.writeFloatBE(value)
  else buffer.writeDoubleBE(value)
  return buffer
}
