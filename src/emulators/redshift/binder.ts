import type { BindContext } from './bind-context.js'
import type { Bound, BoundQuery, Relation, SessionFacts } from './binding.js'
import { bindExpression } from './expression-binder.js'
import { bindQuery } from './query-binder.js'

/** A fresh context for one statement. */
export function openContext(
  session: SessionFacts,
  relations: ReadonlyMap<string, Relation>,
  parameters: readonly Bound[] = [],
): BindContext {
  const context: BindContext = {
    session,
    relations,
    parameters,
    leader: new Set(),
    compute: new Set(),
    bindExpression: (expression, scope): Bound => bindExpression(expression, scope, context),
    bindQuery: (query, parent): BoundQuery => bindQuery(query, context, parent),
  }
  return context
}
