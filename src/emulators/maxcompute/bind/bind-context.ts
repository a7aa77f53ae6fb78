import type { Position } from '../odps-error.js'
import type { Settings } from '../settings.js'
import type { Query } from '../sql/ast.js'
import type { Switches } from '../switches.js'
import type { Table } from '../table.js'
import type { OutputColumn, Scope } from './scope.js'

/** A query in the engine's SQL with the columns it gives. */
export interface BoundQuery {
  readonly sql: string
  readonly columns: readonly OutputColumn[]
}

/** What a statement is bound with. */
export interface BindContext {
  readonly project: string
  readonly settings: Settings
  readonly switches: Switches
  /** Binds a query inside the scope; handed in, so that expressions need no later file. */
  bindQuery(query: Query, parent: Scope | undefined): BoundQuery
  /** Undefined when there is no such table. */
  findTable(name: string): Table | undefined
  /** The query of a view under the view's column names; undefined when there is no such view. */
  bindView(name: string, at: Position): BoundQuery | undefined
  /** A query that is to be the view of this name, which it must not read itself. */
  bindAsView(name: string, query: Query): BoundQuery
  /** Milliseconds since 1970, the same for the whole statement. */
  readonly now: number
}

/** Where a conversion or a function stands. */
export interface Place {
  readonly at: Position
  readonly bind: BindContext
}
