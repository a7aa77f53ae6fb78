import type { EngineDecimal, EngineRow, EngineValue } from '../../sql-engine.js'
import type { DataType } from '../data-type.js'
import { Crc32c } from './crc32c.js'

const wire = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const
const numberBases: readonly string[] = ['boolean', 'tinyint', 'smallint', 'int', 'bigint', 'date', 'datetime']
const rowEnd = 33_553_408
const countField = 33_554_430
const checksumField = 33_554_431

/** The tunnel's record stream (maxcompute.md 2.6): rows of tagged values, each row and the whole with a CRC-32C. */
export class RecordWriter {
  readonly #types: readonly DataType[]
  readonly #rowCrc = new Crc32c()
  readonly #crcOfCrcs = new Crc32c()
  #pieces: Buffer[] = []
  #rowCount = 0

  constructor(types: readonly DataType[]) {
    this.#types = types
  }

  write(row: EngineRow): void {
    for (const [index, type] of this.#types.entries()) {
      const value = row[index]
      if (value !== null && value !== undefined) this.#writeField(index + 1, type, value)
    }
    const crc = this.#rowCrc.value
    this.#rowCrc.reset()
    this.#tag(rowEnd, wire.varint)
    this.#varint(BigInt(crc))
    this.#crcOfCrcs.updateInt32(crc)
    this.#rowCount += 1
  }

  end(): void {
    this.#tag(countField, wire.varint)
    this.#varint(zigzag(BigInt(this.#rowCount)))
    this.#tag(checksumField, wire.varint)
    this.#varint(BigInt(this.#crcOfCrcs.value))
  }

  /** What was written since the last call. */
  take(): Buffer {
    const bytes = Buffer.concat(this.#pieces)
    this.#pieces = []
    return bytes
  }

  #writeField(column: number, type: DataType, value: EngineValue): void {
    this.#rowCrc.updateInt32(column)
    this.#tag(column, wireOf(type))
    this.#writeValue(type, value)
  }

  #writeValue(type: DataType, value: EngineValue): void {
    switch (type.base) {
      case 'float':
      case 'double':
        return this.#floating(type.base, value as number)
      case 'boolean':
        this.#rowCrc.update(Uint8Array.of(value === true ? 1 : 0))
        return this.#varint(value === true ? 1n : 0n)
      case 'datetime':
        return this.#integer(floorDivide(value as bigint, 1000n))
      case 'timestamp':
      case 'timestamp_ntz':
        return this.#moment(value as bigint)
      case 'decimal':
        return this.#text(Buffer.from(decimalText(value as EngineDecimal)))
      case 'string':
      case 'varchar':
      case 'char':
      case 'json':
        return this.#text(Buffer.from(value as string))
      case 'binary':
        return this.#text(value as Uint8Array)
      case 'array':
        return this.#list(type.inner?.[0], value as readonly EngineValue[])
      case 'map': {
        const entries = value as readonly (readonly EngineValue[])[]
        for (const side of [0, 1]) {
          const items = entries.map((entry) => entry[side] ?? null)
          this.#list(type.inner?.[side], items)
        }
        return
      }
      case 'struct':
        return type.inner?.forEach((inner, i) => this.#part(inner, (value as readonly EngineValue[])[i] ?? null))
      default:
        return this.#integer(BigInt(value as number | bigint))
    }
  }

  #list(type: DataType | undefined, items: readonly EngineValue[]): void {
    if (type === undefined) throw new Error('a list has a type inside')
    this.#varint(BigInt(items.length))
    for (const item of items) this.#part(type, item)
  }

  /** Whether it is NULL, and else the value; the checksum takes the value alone. */
  #part(type: DataType, value: EngineValue): void {
    this.#varint(value === null ? 1n : 0n)
    if (value !== null) this.#writeValue(type, value)
  }

  #integer(value: bigint): void {
    this.#rowCrc.updateInt64(value)
    this.#varint(zigzag(value))
  }

  #floating(base: 'float' | 'double', value: number): void {
    const bytes = Buffer.alloc(base === 'float' ? 4 : 8)
    if (base === 'float') bytes.writeFloatLE(value)
    else bytes.writeDoubleLE(value)
    this.#rowCrc.update(bytes)
    this.#pieces.push(bytes)
  }

  #text(bytes: Uint8Array): void {
    this.#varint(BigInt(bytes.length))
    this.#rowCrc.update(bytes)
    this.#pieces.push(Buffer.from(bytes))
  }

  /** Seconds and nanoseconds, without a length before them. */
  #moment(micros: bigint): void {
    const seconds = floorDivide(micros, 1_000_000n)
    const nanos = Number(micros - seconds * 1_000_000n) * 1000
    this.#rowCrc.updateInt64(seconds)
    this.#rowCrc.updateInt32(nanos)
    this.#varint(zigzag(seconds))
    this.#varint(zigzag(BigInt(nanos)))
  }

  #tag(field: number, type: number): void {
    this.#varint(BigInt(field) * 8n + BigInt(type))
  }

  #varint(value: bigint): void {
    const bytes: number[] = []
    let rest = value
    while (rest > 127n) {
      bytes.push(Number(rest & 127n) | 128)
      rest >>= 7n
    }
    bytes.push(Number(rest))
    this.#pieces.push(Buffer.from(bytes))
  }
}

function wireOf({ base }: DataType): number {
  if (base === 'float') return wire.fixed32
  if (base === 'double') return wire.fixed64
  return numberBases.includes(base) ? wire.varint : wire.bytes
}

function zigzag(value: bigint): bigint {
  return value < 0n ? -value * 2n - 1n : value * 2n
}

export function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by
  return value % by < 0n ? quotient - 1n : quotient
}

/** All digits of the scale: `12.30`. */
export function decimalText({ value, scale }: EngineDecimal): string {
  if (scale === 0) return String(value)
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, '0')
  return `${value < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}
