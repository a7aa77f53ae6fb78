/**
 * Assembles the WebAssembly (core specification 1.0) that runs a reflected CRC over bytes in its memory. One table lookup
 * a byte, eight bytes at a time ("slicing by eight"), and four such runs beside each other, because each lookup waits for
 * the one before: about twice as fast as one run, which is what libraries have (`bench/crc.js`).
 */

/** Tables: by how many bytes more follow behind a byte, what the byte adds to the CRC. */
export const sliceCount = 8
const tableByteCount = 256 * 8
/** Where the tables lie that take a CRC across the block of one lane. */
export const skipTablesAt = sliceCount * tableByteCount
/** Where the bytes lie. */
export const dataAt = 64 * 1024
export const dataByteCountMax = 64 * 1024
/** Blocks that are run over beside each other. */
export const laneCount = 4
/** Of the block of one lane. */
export const laneByteCount = 1024

type Code = readonly number[]

const i32 = 0x7f
const i64 = 0x7e
const noResult = 0x40
const end = 0x0b

/** LEB128, unsigned. */
function count(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...count(value >>> 7)]
}

/** LEB128, signed; constants here are not negative. */
function literal(value: number): Code {
  return value < 0x40 ? [value] : [(value & 0x7f) | 0x80, ...literal(value >>> 7)]
}

const get = (local: number): Code => [0x20, ...count(local)]
const set = (local: number, value: Code): Code => [...value, 0x21, ...count(local)]
const number32 = (value: number): Code => [0x41, ...literal(value)]
const number64 = (value: number): Code => [0x42, ...literal(value)]
const add32 = (one: Code, other: Code): Code => [...one, ...other, 0x6a]
const subtract32 = (one: Code, other: Code): Code => [...one, ...other, 0x6b]
const isLess32 = (one: Code, other: Code): Code => [...one, ...other, 0x49]
const xor64 = (one: Code, other: Code): Code => [...one, ...other, 0x85]
const load64 = (at: Code, offset: number): Code => [...at, 0x29, 0, ...count(offset)]
const loadByteAs64 = (at: Code): Code => [...at, 0x31, 0, 0]
/** Until `isOver` at its beginning. */
const until = (isOver: Code, body: Code): Code => [
  ...[0x02, noResult, 0x03, noResult],
  ...[...isOver, 0x0d, 1, ...body, 0x0c, 0],
  ...[end, end],
]

/** What byte `index` of a value adds, by the table for it. */
function lookup(value: Code, index: number, tablesAt: number): Code {
  const moved = index === 0 ? value : [...value, ...number64(8 * index), 0x88]
  const byte = [...moved, 0xa7, ...number32(255), 0x71]
  return load64([...byte, ...number32(3), 0x74], tablesAt + (sliceCount - 1 - index) * tableByteCount)
}

function lookups(value: Code, tablesAt: number): Code {
  const all = Array.from({ length: sliceCount }, (_, index) => lookup(value, index, tablesAt))
  return all.reduce(xor64)
}

/** The next eight bytes. */
const step = (crc: number, at: Code, offset: number): Code => [
  ...set(crc, xor64(get(crc), load64(at, offset))),
  ...set(crc, lookups(get(crc), 0)),
]

/** `update(crc: i64, at: i32, byteCount: i32) → i64`, without the inversions before and after. */
function updateCode(): Code {
  const [crc, at, left, laneEnd] = [0, 1, 2, 3]
  const others = Array.from({ length: laneCount - 1 }, (_, index) => 4 + index)
  const lanes = [crc, ...others]
  const forward = (byteCount: number): Code => [
    ...set(at, add32(get(at), number32(byteCount))),
    ...set(left, subtract32(get(left), number32(byteCount))),
  ]
  const beside = [
    ...others.flatMap((lane) => set(lane, number64(0))),
    ...set(laneEnd, add32(get(at), number32(laneByteCount))),
    ...until(subtractIsZero(get(laneEnd), get(at)), [
      ...lanes.flatMap((lane, index) => step(lane, get(at), index * laneByteCount)),
      ...set(at, add32(get(at), number32(8))),
    ]),
    // From the beginning of one lane's block to that of the next.
    ...others.flatMap((lane) => set(crc, xor64(lookups(get(crc), skipTablesAt), get(lane)))),
    ...set(at, subtract32(get(at), number32(laneByteCount))),
    ...forward(laneCount * laneByteCount),
  ]
  const lastByte = set(
    crc,
    xor64([...get(crc), ...number64(8), 0x88], lastLookup(xor64(get(crc), loadByteAs64(get(at))))),
  )
  return [
    ...[2, 1, i32, laneCount - 1, i64],
    ...until(isLess32(get(left), number32(laneCount * laneByteCount)), beside),
    ...until(isLess32(get(left), number32(8)), [...step(crc, get(at), 0), ...forward(8)]),
    ...until([...get(left), 0x45], [...lastByte, ...forward(1)]),
    ...get(crc),
    end,
  ]
}

const subtractIsZero = (one: Code, other: Code): Code => [...subtract32(one, other), 0x45]
/** The lowest byte, behind which none follows. */
const lastLookup = (value: Code): Code => load64([...value, 0xa7, ...number32(255), 0x71, ...number32(3), 0x74], 0)

const section = (id: number, content: Code): Code => [id, ...count(content.length), ...content]
const named = (name: string, kind: number): Code => [name.length, ...Buffer.from(name), kind, 0]

export interface CrcEngine {
  readonly memory: { readonly buffer: ArrayBuffer }
  /** Goes on with a CRC over bytes in the memory, without the inversions before and after. */
  update(crc: bigint, at: number, byteCount: number): bigint
}

/** TypeScript knows this global only together with a browser's library. */
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object) => { readonly exports: unknown }
}

const { Module, Instance } = (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi }).WebAssembly

let assembled: object | undefined

/** Its tables are empty. */
export function openCrcEngine(): CrcEngine {
  assembled ??= new Module(assemble())
  return new Instance(assembled).exports as CrcEngine
}

function assemble(): Uint8Array {
  const code = updateCode()
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 3, i64, i32, i32, 1, i64]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, (dataAt + dataByteCountMax) / (64 * 1024)]),
    ...section(7, [2, ...named('memory', 2), ...named('update', 0)]),
    ...section(10, [1, ...count(code.length), ...code]),
  ])
}
