import fc from 'fast-check'
import { quoted, type Value } from './kitchen-sink-rows.js'

/** A column of one kind: its type with lengths drawn at random, its values, and those that must always be among them. */
export interface KindOfColumn {
  readonly kind: string
  readonly type: string
  readonly values: fc.Arbitrary<Value>
  readonly edges: readonly Value[]
}

const nothing: Value = ['NULL', null]

/** As text, which Redshift reads as the column's type. */
const plain = (text: string): Value => [quoted(text), text]
const whole = (value: bigint): Value => plain(String(value))
const small = (value: number): Value => [quoted(String(value)), value]

function constantKind(
  kind: string,
  type: string,
  values: fc.Arbitrary<Value>,
  edges: readonly Value[],
): fc.Arbitrary<KindOfColumn> {
  return fc.constant({ kind, type, values, edges: [nothing, ...edges] })
}

function numbers(type: string, min: number, max: number): fc.Arbitrary<KindOfColumn> {
  const edges = [min, max, 0, -1, 1].map(small)
  return constantKind(type, type, fc.integer({ min, max }).map(small), edges)
}

function bigints(): fc.Arbitrary<KindOfColumn> {
  const [min, max] = [-(2n ** 63n), 2n ** 63n - 1n]
  return constantKind('bigint', 'bigint', fc.bigInt({ min, max }).map(whole), [min, max, 0n, -1n].map(whole))
}

/** Text of an unscaled number, a digit before the point. */
export function decimalText(unscaled: bigint, scale: number): string {
  if (scale === 0) return String(unscaled)
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0')
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

function decimalKind(kind: string, precision: number, scale: number): KindOfColumn {
  const max = 10n ** BigInt(precision) - 1n
  const value = (unscaled: bigint): Value => plain(decimalText(unscaled, scale))
  const values = fc.bigInt({ min: -max, max }).map(value)
  return { kind, type: `numeric(${precision},${scale})`, values, edges: [nothing, ...[max, -max, 0n, 1n].map(value)] }
}

/** NUMERIC(19,s) is stored in eight bytes, which hold less than nineteen nines (redshift.md 4.1). */
function decimals(least: number, most: number, scaleMax: number): fc.Arbitrary<KindOfColumn> {
  return fc
    .integer({ min: least, max: most })
    .filter((precision) => precision !== 19)
    .chain((precision) =>
      fc
        .integer({ min: 0, max: Math.min(precision, scaleMax) })
        .map((scale) => decimalKind(least === 1 ? 'short numeric' : 'long numeric', precision, scale)),
    )
}

/** More digits behind the point than MaxCompute's DECIMAL has: the policy makes text of them. */
function fineDecimals(): fc.Arbitrary<KindOfColumn> {
  return fc
    .integer({ min: 20, max: 38 })
    .chain((precision) =>
      fc
        .integer({ min: 19, max: Math.min(precision, 37) })
        .map((scale) => decimalKind('numeric as text', precision, scale)),
    )
}

/** All of them: the policy of the test keeps NaN and infinities. */
function floats(type: 'real' | 'double precision'): fc.Arbitrary<KindOfColumn> {
  const isSingle = type === 'real'
  const text = (value: number): string => (Object.is(value, -0) ? '-0' : String(value))
  const value = (given: number): Value => [quoted(text(given)), given]
  const values = isSingle ? fc.float() : fc.double()
  const extremes = isSingle
    ? [2 ** -149, -(2 ** -149), 2 ** -126, (2 - 2 ** -23) * 2 ** 127, -(2 - 2 ** -23) * 2 ** 127]
    : [Number.MIN_VALUE, -Number.MIN_VALUE, 2 ** -1022, Number.MAX_VALUE, -Number.MAX_VALUE]
  const edges = [...extremes, 0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Math.fround(0.1)]
  return constantKind(type, type, values.map(value), edges.map(value))
}

const printable = Array.from({ length: 95 }, (_, n) => String.fromCharCode(32 + n))
const awkward = [
  "'",
  "''",
  '\\',
  '\\\\',
  '"',
  '|',
  ',',
  '\n',
  '\r',
  '\t',
  ' ',
  '  ',
  '%',
  '_',
  '\\N',
  '\\x41',
  '$$',
  ';',
]

/** CHAR holds ASCII and loses the blanks at its end. */
function chars(): fc.Arbitrary<KindOfColumn> {
  return fc.oneof(fc.integer({ min: 4, max: 40 }), fc.constant(256)).map((length) => {
    const value = (given: string): Value => [quoted(given.slice(0, length)), given.slice(0, length).replace(/ +$/, '')]
    const units = fc.oneof(fc.constantFrom(...printable), fc.constantFrom(...awkward), fc.constant('\u0001'))
    const values = fc.array(units, { maxLength: length }).map((parts) => value(parts.join('')))
    const edges = ['', ' ', '    ', 'a  ', '  a', "'", '\\', '\\\\', '"', "\\'", 'NULL', '~'.repeat(length)]
    return { kind: 'char', type: `char(${length})`, values, edges: [nothing, ...edges.map(value)] }
  })
}

/** As many whole characters as the bytes hold. */
function cut(text: string, byteCount: number): string {
  if (Buffer.byteLength(text) <= byteCount) return text
  return cut([...text].slice(0, -1).join(''), byteCount)
}

function varchars(): fc.Arbitrary<KindOfColumn> {
  return fc.oneof(fc.integer({ min: 4, max: 64 }), fc.constantFrom(256, 65_535)).map((length) => {
    // The engine under the emulated Redshift takes U+FEFF at the beginning for a mark of the encoding, and loses it.
    const value = (given: string): Value => plain(cut(given.replace(/^\ufeff+/, ''), length))
    const anything = fc.string({ unit: 'binary', maxLength: 40 }).map((text) => text.replaceAll('\0', ''))
    const units = fc.oneof(fc.constantFrom(...awkward, '😀', '中', 'é', '\u{10ffff}', '\u2028', '\ufeff'), anything)
    const values = fc.array(units, { maxLength: 8 }).map((parts) => value(parts.join('')))
    const texts = [
      '',
      ' ',
      '    ',
      'a  ',
      '  a',
      "'",
      '\\',
      '\\\\',
      '"',
      "\\'",
      'NULL',
      '\\N',
      '😀',
      '\u{10ffff}',
      '\n\r\t',
    ]
    const edges = [...texts, 'x'.repeat(length), '€'.repeat(Math.min(Math.floor(length / 3), 400))]
    return { kind: 'varchar', type: `varchar(${length})`, values, edges: [nothing, ...edges.map(value)] }
  })
}

const dayMicros = 86_400_000_000n
const firstMicros = -62_135_596_800_000_000n
const lastMicros = 253_402_300_799_999_999n

/** Of the years 1 to 9999. */
function dayText(days: bigint): string {
  return new Date(Number(days) * 86_400_000).toISOString().slice(0, 10)
}

function clockText(micros: bigint): string {
  const pad = (value: bigint, width = 2): string => value.toString().padStart(width, '0')
  const seconds = micros / 1_000_000n
  const clock = `${pad(seconds / 3600n)}:${pad((seconds / 60n) % 60n)}:${pad(seconds % 60n)}`
  return `${clock}.${pad(micros % 1_000_000n, 6)}`
}

function momentText(micros: bigint): string {
  const ofDay = ((micros % dayMicros) + dayMicros) % dayMicros
  return `${dayText((micros - ofDay) / dayMicros)} ${clockText(ofDay)}`
}

function dates(): fc.Arbitrary<KindOfColumn> {
  const values = fc
    .bigInt({ min: firstMicros / dayMicros, max: lastMicros / dayMicros })
    .map((day) => plain(dayText(day)))
  const edges = ['0001-01-01', '9999-12-31', '1970-01-01', '1969-12-31', '1582-10-10', '2000-02-29', '1900-03-01']
  return constantKind('date', 'date', values, edges.map(plain))
}

const momentEdges = [
  firstMicros,
  lastMicros,
  0n,
  -1n,
  -9_223_372_036_854_776n,
  9_223_372_036_854_776n,
  951_782_400_000_000n,
]

function timestamps(): fc.Arbitrary<KindOfColumn> {
  const value = (micros: bigint): Value => plain(momentText(micros))
  const values = fc.bigInt({ min: firstMicros, max: lastMicros }).map(value)
  return constantKind('timestamp', 'timestamp', values, momentEdges.map(value))
}

/** Written in any zone, kept and unloaded as an instant at UTC. */
function zonedTimestamps(): fc.Arbitrary<KindOfColumn> {
  const value = (micros: bigint, hours: number): Value => {
    const zone = `${hours < 0 ? '-' : '+'}${String(Math.abs(hours)).padStart(2, '0')}`
    return [quoted(`${momentText(micros + BigInt(hours) * 3_600_000_000n)}${zone}`), momentText(micros)]
  }
  const inside = fc.bigInt({ min: firstMicros + dayMicros, max: lastMicros - dayMicros })
  const values = fc.tuple(inside, fc.integer({ min: -12, max: 14 })).map(([micros, hours]) => value(micros, hours))
  return constantKind(
    'timestamptz',
    'timestamptz',
    values,
    momentEdges.map((micros) => value(micros, 0)),
  )
}

/** CAST to text drops the zeros at the end of the fraction (redshift.md 4.2). */
function shortClock(micros: bigint): string {
  const text = clockText(micros)
  return text.endsWith('.000000') ? text.slice(0, -7) : text.replace(/0+$/, '')
}

function times(): fc.Arbitrary<KindOfColumn> {
  const value = (micros: bigint): Value => [quoted(clockText(micros)), shortClock(micros)]
  const values = fc.bigInt({ min: 0n, max: dayMicros - 1n }).map(value)
  return constantKind('time', 'time', values, [0n, dayMicros - 1n, 1n, 500_000n, 3_600_000_000n].map(value))
}

function zonedTimes(): fc.Arbitrary<KindOfColumn> {
  const value = (micros: bigint, hours: number): Value => {
    const local = (micros + BigInt(hours) * 3_600_000_000n + dayMicros) % dayMicros
    const zone = `${hours < 0 ? '-' : '+'}${String(Math.abs(hours)).padStart(2, '0')}`
    return [quoted(`${clockText(local)}${zone}`), `${shortClock(micros)}+00`]
  }
  const ofDay = fc.bigInt({ min: 0n, max: dayMicros - 1n })
  const values = fc.tuple(ofDay, fc.integer({ min: -12, max: 14 })).map(([micros, hours]) => value(micros, hours))
  return constantKind(
    'timetz',
    'timetz',
    values,
    [0n, dayMicros - 1n, 1n].map((micros) => value(micros, 0)),
  )
}

function bytes(): fc.Arbitrary<KindOfColumn> {
  return fc.integer({ min: 4, max: 64 }).map((length) => {
    const value = (given: Uint8Array): Value => {
      const hex = Buffer.from(given).toString('hex')
      return [`from_hex('${hex}')`, hex]
    }
    const edges = [[], [0], [255], [0x5c], [0x27], [0x0a], [0, 0, 0, 0]].map((list) => value(Uint8Array.from(list)))
    const values = fc.uint8Array({ maxLength: length }).map(value)
    return { kind: 'varbyte', type: `varbyte(${length})`, values, edges: [nothing, ...edges] }
  })
}

/** The text that JSON.stringify writes; numbers are whole, so that there is one way to write them. */
function documents(): fc.Arbitrary<KindOfColumn> {
  const value = (given: unknown): Value => {
    const text = JSON.stringify(given)
    return [`json_parse(${quoted(text)})`, text]
  }
  const texts = fc.string({ unit: 'binary', maxLength: 12 }).map((text) => text.replaceAll('\0', ''))
  const keys = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 6 }).map((key) => `k${key}`)
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.oneof(fc.integer(), fc.boolean(), texts),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(keys, tie('tree'), { maxKeys: 3, noNullPrototype: true }),
    ),
  }))
  const edges = [{}, [], '', 0, false, "it's", 'back\\slash "quoted"', [null, [null]], { a: null }, '😀'].map(value)
  return constantKind('super', 'super', tree.map(value), edges)
}

/** Points and lines as EWKB in hexadecimal: little endian, with the reference system that geography demands. */
function shapes(type: 'geometry' | 'geography'): fc.Arbitrary<KindOfColumn> {
  const value = (points: readonly (readonly [number, number])[]): Value => {
    const isPoint = points.length === 1
    const head = Buffer.from([1, isPoint ? 1 : 2, 0, 0, 0x20, 0xe6, 0x10, 0, 0])
    const count = isPoint ? Buffer.alloc(0) : Buffer.from([points.length, 0, 0, 0])
    const places = Buffer.from(new Float64Array(points.flat()).buffer)
    const hex = Buffer.concat([head, count, places]).toString('hex').toUpperCase()
    return [quoted(hex), hex]
  }
  const place = fc.tuple(fc.double({ min: -180, max: 180, noNaN: true }), fc.double({ min: -90, max: 90, noNaN: true }))
  const values = fc.array(place, { minLength: 1, maxLength: 4 }).map(value)
  return constantKind(type, type, values, [
    value([[0, 0]]),
    value([[-180, -90]]),
    value([
      [5e-324, 0.1],
      [180, 90],
    ]),
  ])
}

/** Every kind that travels by itself, each with NULL among its edges. */
export const kinds: readonly fc.Arbitrary<KindOfColumn>[] = [
  numbers('smallint', -32_768, 32_767),
  numbers('integer', -2_147_483_648, 2_147_483_647),
  bigints(),
  ...[decimals(1, 18, 18), decimals(19, 38, 18), fineDecimals()],
  ...[floats('real'), floats('double precision')],
  constantKind(
    'boolean',
    'boolean',
    fc.boolean().map((value): Value => [String(value), String(value)]),
    [],
  ),
  ...[chars(), varchars()],
  ...[dates(), timestamps(), zonedTimestamps(), times(), zonedTimes()],
  ...[bytes(), documents(), shapes('geometry'), shapes('geography')],
]
