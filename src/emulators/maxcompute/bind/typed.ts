import type { DataType } from '../data-type.js'

/** An expression in the engine's SQL, with the type that the service gives it. */
export interface Typed {
  readonly sql: string
  readonly type: DataType
  /** Set for a literal: its digits or its text. */
  readonly literal?: string
  /** Contains an aggregate that is not a window function. */
  readonly aggregate?: boolean
}

/** A string literal of the engine. */
export function text(value: string): string {
  return `'${value.replaceAll("'", "''").replaceAll('\0', "' || chr(0) || '")}'`
}

/** A quoted name of the engine. */
export function name(value: string): string {
  return `"${value.replaceAll('"', '""')}"`
}

/** An expression that fails when it is evaluated, with a message that keeps its ODPS code. */
export function fails(code: string, message: string): string {
  return `error(${text(`ODPS-${code}:${message}`)})`
}

/** Aggregates spread from the parts of an expression to the whole. */
export function typed(sql: string, type: DataType, ...parts: readonly Typed[]): Typed {
  return parts.some((part) => part.aggregate === true) ? { sql, type, aggregate: true } : { sql, type }
}
