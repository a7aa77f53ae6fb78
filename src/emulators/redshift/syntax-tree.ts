import type { RsType } from './types.js'

export type Expression =
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'null' }
  | { readonly kind: 'parameter'; readonly number: number }
  | { readonly kind: 'column'; readonly names: readonly string[] }
  | { readonly kind: 'star'; readonly table: readonly string[] }
  | FunctionCall
  | { readonly kind: 'unary'; readonly operator: string; readonly operand: Expression }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | {
      readonly kind: 'like'
      readonly operator: string
      readonly negated: boolean
      readonly operand: Expression
      readonly pattern: Expression
      readonly escape?: Expression
    }
  | {
      readonly kind: 'between'
      readonly negated: boolean
      readonly operand: Expression
      readonly low: Expression
      readonly high: Expression
    }
  | {
      readonly kind: 'in'
      readonly negated: boolean
      readonly operand: Expression
      readonly among: readonly Expression[] | Query
    }
  | { readonly kind: 'is'; readonly negated: boolean; readonly operand: Expression; readonly what: string }
  | {
      readonly kind: 'case'
      readonly operand?: Expression
      readonly whens: readonly { readonly when: Expression; readonly then: Expression }[]
      readonly otherwise?: Expression
    }
  | { readonly kind: 'cast'; readonly operand: Expression; readonly type: RsType }
  | { readonly kind: 'interval'; readonly text: string; readonly unit: string }
  | { readonly kind: 'exists'; readonly query: Query }
  | { readonly kind: 'subquery'; readonly query: Query }
  | {
      readonly kind: 'quantified'
      readonly operator: string
      readonly quantifier: 'ANY' | 'ALL'
      readonly operand: Expression
      readonly query: Query
    }
  | { readonly kind: 'zone'; readonly operand: Expression; readonly zone: Expression }
  | { readonly kind: 'row'; readonly items: readonly Expression[] }

export interface FunctionCall {
  readonly kind: 'call'
  /** Without a schema: pg_catalog's functions are the only ones. */
  readonly name: string
  readonly args: readonly Expression[]
  readonly distinct: boolean
  /** `count(*)` */
  readonly star: boolean
  readonly orderBy: readonly OrderItem[]
  readonly over?: Window
  readonly ignoreNulls?: boolean
}

export interface OrderItem {
  readonly expression: Expression
  readonly descending: boolean
  readonly nulls?: 'FIRST' | 'LAST'
}

export interface Window {
  readonly partitionBy: readonly Expression[]
  readonly orderBy: readonly OrderItem[]
  /** `ROWS BETWEEN … AND …`, as written. */
  readonly frame: string
}

export interface Query {
  readonly kind: 'query'
  readonly recursive: boolean
  readonly with: readonly { readonly name: string; readonly columns: readonly string[]; readonly query: Query }[]
  readonly body: QueryBody
  readonly orderBy: readonly OrderItem[]
  readonly limit?: Expression
  readonly offset?: Expression
}

export type QueryBody =
  | Select
  | { readonly kind: 'set'; readonly operator: string; readonly left: QueryBody; readonly right: QueryBody }
  | { readonly kind: 'values'; readonly rows: readonly (readonly Expression[])[] }
  | Query

export interface Select {
  readonly kind: 'select'
  readonly distinct: boolean
  readonly items: readonly SelectItem[]
  readonly from: readonly Source[]
  readonly where?: Expression
  readonly groupBy: readonly Expression[]
  readonly having?: Expression
  readonly qualify?: Expression
}

export interface SelectItem {
  readonly expression: Expression
  readonly alias?: string
}

export type Source =
  | {
      readonly kind: 'table'
      readonly names: readonly string[]
      readonly alias?: string
      readonly columns: readonly string[]
    }
  | { readonly kind: 'derived'; readonly query: Query; readonly alias?: string; readonly columns: readonly string[] }
  | {
      readonly kind: 'function'
      readonly call: FunctionCall
      readonly alias?: string
      readonly columns: readonly { readonly name: string; readonly type?: RsType }[]
    }
  | {
      readonly kind: 'join'
      readonly join: 'INNER' | 'LEFT' | 'RIGHT' | 'FULL' | 'CROSS'
      readonly natural: boolean
      readonly left: Source
      readonly right: Source
      readonly on?: Expression
      readonly using?: readonly string[]
    }
