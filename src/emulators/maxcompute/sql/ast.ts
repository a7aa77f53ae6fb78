import type { WrittenType } from '../data-type.js'
import type { Position } from '../odps-error.js'

/** A name of up to three parts, lower case. */
export interface Name {
  readonly parts: readonly string[]
  readonly at: Position
}

export type Expression = { readonly at: Position } & (
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'string'; readonly value: string }
  /** `suffix`: Y S L D F BD, upper case, or empty. */
  | { readonly kind: 'number'; readonly digits: string; readonly suffix: string }
  /** DATE'…', DATETIME'…', TIMESTAMP'…', TIMESTAMP_NTZ'…', X'…'. */
  | { readonly kind: 'typed'; readonly type: string; readonly value: string }
  | { readonly kind: 'interval'; readonly value: string; readonly unit: string; readonly to?: string }
  | { readonly kind: 'column'; readonly parts: readonly string[] }
  /** `except`: the columns that `* EXCEPT (…)` leaves out. */
  | { readonly kind: 'star'; readonly qualifier?: string; readonly except?: readonly string[] }
  /** `(a, b)` before IN. */
  | { readonly kind: 'row'; readonly items: readonly Expression[] }
  | Call
  | { readonly kind: 'unary'; readonly operator: '-' | '+' | '~' | 'not'; readonly operand: Expression }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | {
      readonly kind: 'between'
      readonly not: boolean
      readonly operand: Expression
      readonly low: Expression
      readonly high: Expression
    }
  | { readonly kind: 'in'; readonly not: boolean; readonly operand: Expression; readonly values: readonly Expression[] }
  | { readonly kind: 'in-query'; readonly not: boolean; readonly operand: Expression; readonly query: Query }
  | { readonly kind: 'exists'; readonly query: Query }
  | { readonly kind: 'scalar'; readonly query: Query }
  | {
      readonly kind: 'is'
      readonly not: boolean
      readonly what: 'null' | 'true' | 'false'
      readonly operand: Expression
    }
  | {
      readonly kind: 'like'
      readonly not: boolean
      readonly regular: boolean
      readonly operand: Expression
      readonly pattern: Expression
    }
  | CaseExpression
  /** `array[0]`, `map['key']` */
  | { readonly kind: 'element'; readonly of: Expression; readonly index: Expression }
  /** `struct.name` behind anything but a column's own name. */
  | { readonly kind: 'field'; readonly of: Expression; readonly name: string }
  | { readonly kind: 'cast'; readonly operand: Expression; readonly type: WrittenType }
)

export interface CaseExpression {
  readonly kind: 'case'
  readonly subject?: Expression
  readonly branches: readonly { readonly when: Expression; readonly then: Expression }[]
  readonly otherwise?: Expression
}

export interface Call {
  readonly kind: 'call'
  /** Lower case. */
  readonly name: string
  readonly arguments: readonly Expression[]
  readonly distinct: boolean
  /** WITHIN GROUP (ORDER BY …). */
  readonly withinGroup?: readonly Order[]
  /** FILTER (WHERE …). */
  readonly filter?: Expression
  readonly over?: Window
}

export interface Window {
  /** OVER w, for a window of the WINDOW clause. */
  readonly named?: string
  readonly partitionBy: readonly Expression[]
  readonly orderBy: readonly Order[]
  /** `ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW`, made of known words only. */
  readonly frame?: string
}

export interface Order {
  readonly expression: Expression
  readonly descending: boolean
  readonly nulls?: 'first' | 'last'
}

export interface SelectItem {
  readonly expression: Expression
  readonly alias?: string
}

export interface Select {
  readonly kind: 'select'
  readonly at: Position
  readonly distinct: boolean
  readonly items: readonly SelectItem[]
  readonly from?: Relation
  readonly where?: Expression
  readonly groupBy: readonly Expression[]
  /** They multiply with each other and with the plain keys. */
  readonly groupings?: readonly Grouping[]
  readonly having?: Expression
  readonly qualify?: Expression
  readonly windows?: readonly { readonly name: string; readonly window: Window }[]
}

export interface Grouping {
  readonly kind: 'GROUPING SETS' | 'ROLLUP' | 'CUBE'
  readonly sets: readonly (readonly Expression[])[]
}

export interface SetOperation {
  readonly kind: 'union' | 'intersect' | 'except'
  readonly at: Position
  readonly all: boolean
  readonly left: QueryBody
  readonly right: QueryBody
}

/** A query in parentheses, with its own ORDER BY. */
export interface NestedQuery {
  readonly kind: 'nested'
  readonly at: Position
  readonly query: Query
}

export type QueryBody = Select | SetOperation | NestedQuery

export interface Query {
  readonly at: Position
  readonly with: readonly { readonly name: string; readonly columns: readonly string[]; readonly query: Query }[]
  readonly body: QueryBody
  readonly orderBy: readonly Order[]
  readonly orderAt?: Position
  /** Digits. */
  readonly limit?: string
  readonly offset?: string
}

export type Relation = { readonly at: Position } & (
  | { readonly kind: 'table'; readonly name: Name; readonly alias?: string }
  | { readonly kind: 'subquery'; readonly query: Query; readonly alias?: string; readonly columns: readonly string[] }
  | {
      readonly kind: 'values'
      readonly rows: readonly (readonly Expression[])[]
      readonly alias?: string
      readonly columns: readonly string[]
    }
  | JoinRelation
)

export interface JoinRelation {
  readonly kind: 'join'
  readonly join: 'inner' | 'left' | 'right' | 'full' | 'cross' | 'left semi' | 'left anti'
  readonly left: Relation
  readonly right: Relation
  readonly on?: Expression
}
