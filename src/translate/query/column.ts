import { refuse, type Bench } from './bench.js'
import { onlyFields } from './expression-parts.js'
import { callFunction } from './functions.js'
import { nameOf, type Fields } from './node.js'
import { findColumn, type Scope, type ScopeRelation } from './scope.js'
import { made, type Value } from './value.js'

/** A name: a column of a relation in sight, or an earlier item of the select list. */
export function column(fields: Fields, scope: Scope, bench: Bench, at: unknown): Value {
  onlyFields('column', fields, ['name', 'table'], at)
  const [name = '', qualifier] = [nameOf(fields['name']), nameOf(fields['table'])]
  const found = findColumn(scope, qualifier, name, at)
  if (found === undefined) {
    const alias = qualifier === undefined ? scope.aliases.get(name) : undefined
    if (alias !== undefined) return alias
    const clock = qualifier === undefined && name === 'sysdate'
    if (clock) return callFunction({ name, values: [], words: [], bench, at })
    return refuse(
      `column ${qualifier === undefined ? '' : `${qualifier}.`}${name}`,
      'is not in any relation of the query',
      at,
    )
  }
  if (isHidden(found.relation, scope))
    return refuse(
      `column ${found.relation.qualifiers[0] ?? ''}.${name}`,
      'stands outside a relation of the same name: give one of them another alias',
      at,
    )
  const { sql, type, nullable, exactness } = found.column
  return made(`${found.relation.alias}.${sql}`, type, [], { nullable, exactness })
}

/** Whether a relation of an inner query has the alias of this outer one, so that MaxCompute would take the column for its own. */
function isHidden(relation: ScopeRelation, scope: Scope | undefined): boolean {
  if (scope === undefined || scope.relations.includes(relation)) return false
  return scope.relations.some(({ alias }) => alias === relation.alias) || isHidden(relation, scope.parent)
}
