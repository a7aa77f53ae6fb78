/** What a value of the source is to a query; `literal` is a text in quotes that takes the type of its neighbour. */
export type Family =
  | 'integer'
  | 'decimal'
  | 'float'
  | 'boolean'
  | 'date'
  | 'timestamp'
  | 'text'
  | 'null'
  | 'literal'
  /** May be selected, counted and tested for NULL, and nothing else. */
  | 'opaque'

export interface QueryType {
  readonly family: Family
  /** Digits of integers (5, 10, 19) and decimals. */
  readonly precision?: number
  readonly scale?: number
  /** CHAR: blanks at the end do not count. */
  readonly padded?: boolean
}

/** `divided`: sides may differ by one unit of the coarser scale; `float`: by the last digits. */
export type Exactness = 'exact' | 'divided' | 'float'

/** An expression in MaxCompute's SQL, with what the source takes it for. */
export interface Value {
  readonly sql: string
  /** How tightly it binds; see `levels`. */
  readonly level: number
  readonly type: QueryType
  readonly nullable: boolean
  readonly exactness: Exactness
  readonly aggregate: boolean
  readonly windowed: boolean
  /** The text of a literal, or the digits of a number. */
  readonly literal?: string
  /** A TIMESTAMP of the source that the target holds as DATE: midnight. */
  readonly midnight?: boolean
}

export const levels = { or: 1, and: 2, not: 3, test: 4, sum: 5, product: 6, sign: 7, atom: 9 } as const

export const families = {
  integer: { family: 'integer', precision: 10, scale: 0 },
  bigint: { family: 'integer', precision: 19, scale: 0 },
  float: { family: 'float' },
  boolean: { family: 'boolean' },
  date: { family: 'date' },
  timestamp: { family: 'timestamp' },
  text: { family: 'text' },
  null: { family: 'null' },
} as const satisfies Record<string, QueryType>

const coarseness: readonly Exactness[] = ['exact', 'divided', 'float']

interface Extra {
  readonly level?: number
  readonly nullable?: boolean
  readonly exactness?: Exactness
  readonly literal?: string
  readonly midnight?: boolean
}

/** A value made of others: NULL where one is, and no more exact than any of them. */
export function made(sql: string, type: QueryType, from: readonly Value[], extra: Extra = {}): Value {
  const worst = Math.max(0, ...from.map((value) => coarseness.indexOf(value.exactness)))
  return {
    sql,
    type,
    level: levels.atom,
    nullable: from.some((value) => value.nullable),
    exactness: coarseness[worst] ?? 'exact',
    aggregate: from.some((value) => value.aggregate),
    windowed: from.some((value) => value.windowed),
    ...extra,
  }
}

/** The value's SQL, in parentheses where it binds less tightly than its place asks. */
export function inside(value: Value, level: number): string {
  return value.level < level ? `(${value.sql})` : value.sql
}

export function isNumber(value: Value): boolean {
  return ['integer', 'decimal', 'float'].includes(value.type.family)
}

export function isText(value: Value): boolean {
  return value.type.family === 'text' || value.type.family === 'literal'
}

export function isMoment(value: Value): boolean {
  return value.type.family === 'date' || value.type.family === 'timestamp'
}
