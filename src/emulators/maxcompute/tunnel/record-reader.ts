import { isUtf8 } from 'node:buffer'
import type { EngineValue } from '../../sql-engine.js'
import { typeText, type DataType } from '../data-type.js'
import { ServiceError } from '../odps-error.js'
import { ByteCursor, Incomplete } from './byte-cursor.js'
import { Crc32c } from './crc32c.js'
import { parseDecimal } from './parse-decimal.js'

/** Bytes of one cell (maxcompute.md 5.2). */
export const cellByteCountMax = 8 * 1024 * 1024
/** Bytes that may wait for the end of their row. */
export const rowByteCountMax = 64 * 1024 * 1024

const rowEnd = 33_553_408n
const countField = 33_554_430n
const checksumField = 33_554_431n
const integerBits: Readonly<Record<string, bigint>> = { tinyint: 8n, smallint: 16n, int: 32n, date: 32n }

/**
 * Rows out of a record stream that comes in pieces (maxcompute.md 2.6). Checksums, tags, counts and ranges are
 * verified; what is wrong is a 400 MalformedDataStream.
 */
export class RecordReader {
  readonly #types: readonly DataType[]
  readonly #rowCrc = new Crc32c()
  readonly #crcOfCrcs = new Crc32c()
  #rest: Buffer = Buffer.alloc(0)
  #rowCount = 0
  #ended = false

  constructor(types: readonly DataType[]) {
    this.#types = types
  }

  /** The rows that these bytes complete. */
  *feed(bytes: Buffer): Generator<readonly EngineValue[]> {
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes])
    let offset = 0
    while (offset < all.length) {
      const cursor = new ByteCursor(all, offset)
      const row = this.#next(cursor)
      if (row === 'incomplete') break
      offset = cursor.offset
      if (row !== 'end') yield row
    }
    this.#rest = all.subarray(offset)
    if (this.#rest.length > rowByteCountMax) throw malformed(`a row is longer than ${rowByteCountMax} bytes`)
  }

  /** Throws unless the stream had its end. */
  end(): number {
    if (!this.#ended || this.#rest.length > 0) throw malformed('the stream has no end')
    return this.#rowCount
  }

  #next(cursor: ByteCursor): readonly EngineValue[] | 'incomplete' | 'end' {
    if (this.#ended) throw malformed('bytes follow the end of the stream')
    this.#rowCrc.reset()
    try {
      return this.#readRow(cursor)
    } catch (error) {
      if (error instanceof Incomplete) return 'incomplete'
      throw error
    }
  }

  #readRow(cursor: ByteCursor): readonly EngineValue[] | 'end' {
    const row = new Array<EngineValue>(this.#types.length).fill(null)
    let first = true
    for (;;) {
      const field = varint(cursor) >> 3n
      if (field === countField && first) return this.#readEnd(cursor)
      if (field === rowEnd) break
      const type = this.#types[Number(field) - 1]
      if (type === undefined) throw malformed(`field ${field} is no column of ${this.#types.length}`)
      this.#rowCrc.updateInt32(Number(field))
      row[Number(field) - 1] = this.#readValue(cursor, type)
      first = false
    }
    const crc = checksum(cursor)
    if (crc !== this.#rowCrc.value) throw malformed(`checksum of row ${this.#rowCount} is ${crc}`)
    this.#crcOfCrcs.updateInt32(crc)
    this.#rowCount += 1
    return row
  }

  #readEnd(cursor: ByteCursor): 'end' {
    const count = unzigzag(varint(cursor))
    if (varint(cursor) >> 3n !== checksumField) throw malformed('no checksum follows the count of rows')
    const crc = checksum(cursor)
    if (count !== BigInt(this.#rowCount)) throw malformed(`${count} rows are said, ${this.#rowCount} were read`)
    if (crc !== this.#crcOfCrcs.value) throw malformed(`checksum of the stream is ${crc}`)
    this.#ended = true
    return 'end'
  }

  #readValue(cursor: ByteCursor, type: DataType): EngineValue {
    switch (type.base) {
      case 'float':
        return this.#checked(cursor.take(4)).readFloatLE()
      case 'double':
        return this.#checked(cursor.take(8)).readDoubleLE()
      case 'boolean': {
        const value = varint(cursor)
        this.#rowCrc.update(Uint8Array.of(Number(value)))
        return value !== 0n
      }
      case 'timestamp':
      case 'timestamp_ntz':
        return this.#readMoment(cursor)
      case 'decimal':
        return decimalOf(this.#readBytes(cursor).toString(), type)
      case 'binary':
        return Uint8Array.from(this.#readBytes(cursor))
      case 'string':
      case 'varchar':
      case 'char':
      case 'json':
        return textOf(this.#readBytes(cursor), type)
      case 'array':
        return this.#readList(cursor, type.inner?.[0])
      case 'map': {
        const [keys, values] = [0, 1].map((side) => this.#readList(cursor, type.inner?.[side]))
        if (keys?.length !== values?.length) throw malformed('a map has another number of keys than of values')
        return (keys ?? []).map((key, i) => [key, values?.[i] ?? null])
      }
      case 'struct':
        return (type.inner ?? []).map((inner) => this.#readPart(cursor, inner))
      default:
        return this.#readInteger(cursor, type)
    }
  }

  #readList(cursor: ByteCursor, type: DataType | undefined): readonly EngineValue[] {
    const count = Number(varint(cursor))
    if (type === undefined || count > cellByteCountMax) throw malformed(`a list of ${count} elements`)
    const items: EngineValue[] = []
    for (let i = 0; i < count; i += 1) items.push(this.#readPart(cursor, type))
    return items
  }

  /** Whether it is NULL, and else the value. */
  #readPart(cursor: ByteCursor, type: DataType): EngineValue {
    return varint(cursor) !== 0n ? null : this.#readValue(cursor, type)
  }

  #checked(bytes: Buffer): Buffer {
    this.#rowCrc.update(bytes)
    return bytes
  }

  #readBytes(cursor: ByteCursor): Buffer {
    const length = Number(varint(cursor))
    if (length > cellByteCountMax) throw malformed(`a cell of ${length} bytes, the maximum is ${cellByteCountMax}`)
    return this.#checked(cursor.take(length))
  }

  #readInteger(cursor: ByteCursor, type: DataType): EngineValue {
    const value = unzigzag(varint(cursor))
    this.#rowCrc.updateInt64(value)
    if (type.base === 'bigint') return value
    if (type.base === 'datetime') return value * 1000n
    const half = 1n << ((integerBits[type.base] ?? 32n) - 1n)
    if (value < -half || value >= half) throw malformed(`${value} is out of the range of ${type.base}`)
    return Number(value)
  }

  /** Microseconds: what the emulator keeps. */
  #readMoment(cursor: ByteCursor): bigint {
    const seconds = unzigzag(varint(cursor))
    const nanos = unzigzag(varint(cursor))
    this.#rowCrc.updateInt64(seconds)
    this.#rowCrc.updateInt32(Number(nanos))
    if (nanos % 1000n !== 0n) throw malformed('fractions finer than a microsecond are not supported by this emulator')
    return seconds * 1_000_000n + nanos / 1000n
  }
}

function varint(cursor: ByteCursor): bigint {
  const value = cursor.varint()
  if (value === undefined) throw malformed('a number is longer than 64 bits')
  return value
}

/** 32 bits; PyODPS spreads the sign of a large one over 64. */
function checksum(cursor: ByteCursor): number {
  const value = varint(cursor)
  const spread = BigInt.asUintN(64, BigInt.asIntN(32, value))
  if (value >> 32n !== 0n && value !== spread) throw malformed(`checksum ${value} is longer than 32 bits`)
  return Number(BigInt.asUintN(32, value))
}

function unzigzag(value: bigint): bigint {
  return (value >> 1n) ^ -(value & 1n)
}

function decimalOf(written: string, type: DataType): EngineValue {
  const decimal = parseDecimal(written, type.precision ?? 38, type.scale ?? 18)
  if (decimal === undefined) throw malformed(`'${written.slice(0, 60)}' is not a ${typeText(type)}`)
  return decimal
}

function textOf(bytes: Buffer, type: DataType): string {
  if (!isUtf8(bytes)) throw malformed('a text is not UTF-8')
  const text = bytes.toString()
  if (type.length === undefined) return text
  const length = [...text].length
  if (length > type.length) throw malformed(`a text of ${length} characters does not fit ${typeText(type)}`)
  return type.base === 'char' ? text + ' '.repeat(type.length - length) : text
}

function malformed(what: string): ServiceError {
  return new ServiceError(400, 'MalformedDataStream', `The data stream is malformed: ${what}`)
}
