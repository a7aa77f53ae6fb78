import type { Crc32c } from './crc32c.js'
import type { WireReader } from './wire-reader.js'

/** NULL, bytes of a BINARY, and text for everything else. */
export type RecordCell = string | Uint8Array | null

interface ValueForm {
  /** The wire type that the tag must show. */
  readonly wire: number
  read(from: WireReader, crc: Crc32c): RecordCell
}

const varint = 0
const fixed64 = 1
const delimited = 2
const fixed32 = 5
const millisecondsOfDay = 86_400_000n

function integer(text: (value: bigint) => string): ValueForm {
  return {
    wire: varint,
    read(from, crc) {
      const value = from.signed()
      crc.addInt64(value)
      return text(value)
    },
  }
}

function floating(byteCount: 4 | 8): ValueForm {
  return {
    wire: byteCount === 4 ? fixed32 : fixed64,
    read(from, crc) {
      const bytes = from.fixed(byteCount)
      crc.add(bytes)
      return byteCount === 4 ? floatText(bytes.readFloatLE()) : doubleText(bytes.readDoubleLE())
    },
  }
}

const truth: ValueForm = {
  wire: varint,
  read(from, crc) {
    const value = Number(from.unsigned())
    if (value > 1) throw new RangeError(`${value} is no truth value`)
    crc.add(Uint8Array.of(value))
    return value === 1 ? 'true' : 'false'
  },
}

/** Seconds and nanoseconds follow without a length before them. */
const moment: ValueForm = {
  wire: delimited,
  read(from, crc) {
    const seconds = from.signed()
    const nanoseconds = from.signed()
    crc.addInt64(seconds)
    crc.addInt32(Number(nanoseconds))
    return `${momentText(seconds * 1_000n).slice(0, 19)}.${nanoseconds.toString().padStart(9, '0')}`
  },
}

function sized(read: (bytes: Buffer) => RecordCell): ValueForm {
  return {
    wire: delimited,
    read(from, crc) {
      const bytes = from.fixed(Number(from.unsigned()))
      crc.add(bytes)
      return read(bytes)
    },
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const text = sized((bytes) => decoder.decode(bytes))
const plainInteger = integer(String)

const forms: Readonly<Record<string, ValueForm>> = {
  tinyint: plainInteger,
  smallint: plainInteger,
  int: plainInteger,
  bigint: plainInteger,
  boolean: truth,
  float: floating(4),
  double: floating(8),
  string: text,
  char: text,
  varchar: text,
  decimal: text,
  json: text,
  binary: sized((bytes) => Uint8Array.from(bytes)),
  date: integer((days) => momentText(days * millisecondsOfDay).slice(0, 10)),
  datetime: integer(momentText),
  timestamp: moment,
  timestamp_ntz: moment,
}

/** How values of a type travel (maxcompute.md 2.6): `decimal(10,2)`. Undefined for types that are not read: arrays, maps, structs, intervals. */
export function valueForm(type: string): ValueForm | undefined {
  const base = /^[a-z_]+/.exec(type.toLowerCase())?.[0] ?? ''
  return type.includes('<') || !Object.hasOwn(forms, base) ? undefined : forms[base]
}

/** `0001-01-01 00:00:00.000` of milliseconds since 1970, in UTC. */
function momentText(milliseconds: bigint): string {
  const date = new Date(Number(milliseconds))
  return date.toISOString().slice(0, -1).replace('T', ' ')
}

/** The shortest decimal that reads back as the same number. */
function doubleText(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity'
  return Object.is(value, -0) ? '-0' : String(value)
}

/** A float has fewer digits than the double of the same value. */
function floatText(value: number): string {
  for (let digits = 6; digits <= 9; digits += 1) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return doubleText(short)
  }
  return doubleText(value)
}
