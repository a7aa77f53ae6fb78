import type { Switches } from './switches.js'
import type { OrderItem, Query } from './syntax-tree.js'
import type { RsType } from './types.js'

/** An expression in the engine's SQL. */
export interface Bound {
  readonly sql: string
  /** Absent where the emulator leaves it to the engine. */
  readonly type?: RsType
  /** A string literal's value, which takes the type of what it meets. */
  readonly literal?: string
  readonly isNull?: boolean
}

export interface BoundColumn {
  readonly name: string
  readonly type?: RsType
}

export interface BoundQuery {
  readonly sql: string
  readonly columns: readonly BoundColumn[]
}

/** What a name in FROM stands for. */
export interface Relation {
  readonly schema: string
  readonly name: string
  /** `table`, `view`: the user's; `catalog`: answered from the emulator's own tables. */
  readonly kind: 'table' | 'view' | 'catalog'
  readonly columns: readonly BoundColumn[]
  /** The engine's quoted name; of a view undefined, its query stands instead. */
  readonly engineName?: string
  readonly query?: Query
  /** Of the user's relations. */
  readonly oid?: number
  readonly owner?: number
  readonly namespace?: number
  /** The query that a materialized view is filled from. */
  readonly materialized?: { readonly query: string; readonly caseSensitive: boolean }
  /** Leader-node catalogs cannot be joined with what lies on compute nodes (redshift.md 3.1). */
  readonly node: 'leader' | 'compute' | 'either'
}

export interface SessionFacts {
  readonly user: string
  readonly userId: number
  readonly database: string
  readonly processId: number
  readonly searchPath: readonly string[]
  readonly version: string
  readonly lastUnloadCount: number
  readonly lastUnloadId: number
  readonly lastQueryId: number
  readonly switches: Switches
}

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

export function orderItemText(item: OrderItem, sql: string): string {
  return sql + (item.descending ? ' DESC' : '') + (item.nulls === undefined ? '' : ` NULLS ${item.nulls}`)
}
