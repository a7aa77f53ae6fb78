/** As much of an assembler for WebAssembly (core specification 1.0, chapter 5) as a CRC needs. */
export type Code = readonly number[]

export const valueType = { i32: 0x7f, i64: 0x7e } as const

const op = {
  ...{ block: 0x02, loop: 0x03, end: 0x0b, br: 0x0c, brIf: 0x0d, localGet: 0x20, localSet: 0x21 },
  ...{
    i32Const: 0x41,
    i32Eqz: 0x45,
    i32Eq: 0x46,
    i32LtU: 0x49,
    i32Add: 0x6a,
    i32Sub: 0x6b,
    i32And: 0x71,
    i32Shl: 0x74,
  },
  ...{ i64Load: 0x29, i64Load8U: 0x31, i64Const: 0x42, i64Xor: 0x85, i64ShrU: 0x88, i32WrapI64: 0xa7 },
} as const
const noResult = 0x40

/** LEB128, unsigned. */
export function count(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...count(value >>> 7)]
}

/** LEB128, signed; no constant here is negative. */
function literal(value: number): Code {
  return value < 0x40 ? [value] : [(value & 0x7f) | 0x80, ...literal(value >>> 7)]
}

export const end: Code = [op.end]
export const get = (local: number): Code => [op.localGet, ...count(local)]
export const set = (local: number, value: Code): Code => [...value, op.localSet, ...count(local)]

export const number32 = (value: number): Code => [op.i32Const, ...literal(value)]
export const add32 = (one: Code, other: Code): Code => [...one, ...other, op.i32Add]
export const subtract32 = (one: Code, other: Code): Code => [...one, ...other, op.i32Sub]
export const and32 = (one: Code, other: Code): Code => [...one, ...other, op.i32And]
export const times8 = (value: Code): Code => [...value, ...number32(3), op.i32Shl]
export const isLess32 = (one: Code, other: Code): Code => [...one, ...other, op.i32LtU]
export const isEqual32 = (one: Code, other: Code): Code => [...one, ...other, op.i32Eq]
export const isZero32 = (value: Code): Code => [...value, op.i32Eqz]

export const number64 = (value: number): Code => [op.i64Const, ...literal(value)]
export const xor64 = (one: Code, other: Code): Code => [...one, ...other, op.i64Xor]
export const shiftRight64 = (value: Code, bitCount: number): Code => [...value, ...number64(bitCount), op.i64ShrU]
export const low32 = (value: Code): Code => [...value, op.i32WrapI64]
export const load64 = (at: Code, offset: number): Code => [...at, op.i64Load, 0, ...count(offset)]
export const loadByteAs64 = (at: Code): Code => [...at, op.i64Load8U, 0, 0]

/** Again and again, until `isOver` at the beginning of a round. */
export const until = (isOver: Code, body: Code): Code => [
  ...[op.block, noResult, op.loop, noResult],
  // Out of the block around the loop; then back to the loop's begin.
  ...[...isOver, op.brIf, 1, ...body, op.br, 0],
  ...[op.end, op.end],
]

export interface FunctionCode {
  readonly parameters: Code
  readonly result: number
  /** Types of the locals behind the parameters, each with how many there are of it. */
  readonly locals: readonly (readonly [countOf: number, type: number])[]
  readonly body: Code
}

/** A module that exports `memory` and one function. */
export function assembleModule(name: string, { parameters, result, locals, body }: FunctionCode, pageCount: number) {
  const section = (id: number, content: Code): Code => [id, ...count(content.length), ...content]
  const named = (text: string, kind: number): Code => [text.length, ...Buffer.from(text), kind, 0]
  const code = [...count(locals.length), ...locals.flatMap(([countOf, type]) => [...count(countOf), type]), ...body]
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, ...count(parameters.length), ...parameters, 1, result]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, ...count(pageCount)]),
    ...section(7, [2, ...named('memory', 2), ...named(name, 0)]),
    ...section(10, [1, ...count(code.length), ...code]),
  ])
}
