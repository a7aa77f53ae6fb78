import type { Bound, BoundQuery, Relation, SessionFacts } from './binding.js'
import { RedshiftFault } from './fault.js'
import type { Scope } from './scope.js'
import type { Expression, Query } from './syntax-tree.js'

/** One statement's binding: what it may see, and what it turned out to use. */
export interface BindContext {
  readonly session: SessionFacts
  readonly relations: ReadonlyMap<string, Relation>
  readonly parameters: readonly Bound[]
  /** Names of leader-only functions and relations. */
  readonly leader: Set<string>
  readonly compute: Set<string>
  /** The two rules that all others need; handed in, so that the binders need not know each other. */
  bindExpression(expression: Expression, scope: Scope): Bound
  bindQuery(query: Query, parent?: Scope): BoundQuery
}

export function relationKey(names: readonly string[]): string {
  return JSON.stringify(names)
}

export function relationOf(names: readonly string[], context: BindContext): Relation {
  const relation = context.relations.get(relationKey(names))
  if (relation === undefined) throw new RedshiftFault('42P01', `relation "${names.join('.')}" does not exist`)
  return relation
}

/** redshift.md 7.3: a query that needs both the leader's catalogs and the user's tables fails. */
export function refuseMixedNodes(context: BindContext): void {
  if (context.leader.size === 0 || context.compute.size === 0) return
  throw new RedshiftFault(
    '0A000',
    'Specified types or functions (one per INFO message) not supported on Redshift tables.',
    { detail: `leader node only: ${[...context.leader].join(', ')}` },
  )
}
