import {
  add32,
  and32,
  assembleModule,
  end,
  get,
  isEqual32,
  isLess32,
  isZero32,
  load64,
  loadByteAs64,
  low32,
  number32,
  number64,
  set,
  shiftRight64,
  subtract32,
  times8,
  until,
  valueType,
  xor64,
  type Code,
} from './wasm-code.js'

/**
 * A WebAssembly that runs a reflected CRC over bytes in its memory. One table lookup a byte, eight bytes at a time
 * ("slicing by eight"), and four such runs beside each other, because each lookup waits for the one before: about twice
 * as fast as one run, which is what libraries have (`bench/crc.js`).
 */

/** Tables: by how many bytes more follow behind a byte, what the byte adds to the CRC. */
export const sliceCount = 8
export const tableByteCount = 256 * 8
/** Where the tables lie that take a CRC across the block of one lane. */
export const skipTablesAt = sliceCount * tableByteCount
/** Of a page of memory. */
const pageByteCount = 64 * 1024
/** Where the bytes lie. */
export const dataAt = pageByteCount
export const dataByteCountMax = pageByteCount
/** Blocks that are run over beside each other. */
const laneCount = 4
/** Of the block of one lane. */
export const laneByteCount = 1024

/** What byte `index` of a value adds, by the table for it. */
function lookup(value: Code, index: number, tablesAt: number): Code {
  const moved = index === 0 ? value : shiftRight64(value, 8 * index)
  const byte = and32(low32(moved), number32(255))
  return load64(times8(byte), tablesAt + (sliceCount - 1 - index) * tableByteCount)
}

function lookups(value: Code, tablesAt: number): Code {
  return Array.from({ length: sliceCount }, (_, index) => lookup(value, index, tablesAt)).reduce(xor64)
}

/** The next eight bytes. */
const step = (crc: number, at: Code, offset: number): Code => [
  ...set(crc, xor64(get(crc), load64(at, offset))),
  ...set(crc, lookups(get(crc), 0)),
]

/** The next byte, by the table for a byte behind which none follows. */
function stepByte(crc: number, at: Code): Code {
  const byte = and32(low32(xor64(get(crc), loadByteAs64(at))), number32(255))
  return set(crc, xor64(shiftRight64(get(crc), 8), load64(times8(byte), 0)))
}

/** The local variables; the first three are given, the first is the result. */
const [crc, at, left, laneEnd] = [0, 1, 2, 3]
const otherLanes = Array.from({ length: laneCount - 1 }, (_, index) => 4 + index)

const forward = (byteCount: number): Code => [
  ...set(at, add32(get(at), number32(byteCount))),
  ...set(left, subtract32(get(left), number32(byteCount))),
]

/** A block for each lane; then each lane's CRC is taken across the next block and joined with that block's own. */
function blocksBeside(): Code {
  return [
    ...otherLanes.flatMap((lane) => set(lane, number64(0))),
    ...set(laneEnd, add32(get(at), number32(laneByteCount))),
    ...until(isEqual32(get(laneEnd), get(at)), [
      ...[crc, ...otherLanes].flatMap((lane, index) => step(lane, get(at), index * laneByteCount)),
      ...set(at, add32(get(at), number32(8))),
    ]),
    ...otherLanes.flatMap((lane) => set(crc, xor64(lookups(get(crc), skipTablesAt), get(lane)))),
    ...set(at, subtract32(get(at), number32(laneByteCount))),
    ...forward(laneCount * laneByteCount),
  ]
}

/** `update(crc: i64, at: i32, byteCount: i32) → i64` */
function assemble(): Uint8Array {
  const { i32, i64 } = valueType
  const body = [
    ...until(isLess32(get(left), number32(laneCount * laneByteCount)), blocksBeside()),
    ...until(isLess32(get(left), number32(8)), [...step(crc, get(at), 0), ...forward(8)]),
    ...until(isZero32(get(left)), [...stepByte(crc, get(at)), ...forward(1)]),
    ...get(crc),
    ...end,
  ]
  const locals = [[1, i32] as const, [otherLanes.length, i64] as const]
  const pageCount = (dataAt + dataByteCountMax) / pageByteCount
  return assembleModule('update', { parameters: [i64, i32, i32], result: i64, locals, body }, pageCount)
}

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
