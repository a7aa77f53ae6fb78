import { place, semanticError, StatementError } from '../odps-error.js'
import type { Expression, Relation, Select } from '../sql/ast.js'
import type { Scope } from './scope.js'
import type { BindContext } from './bind-context.js'
import { conjuncts, expressionsIn, joinConditions } from './walk.js'

/** What the service refuses to scan: whole partitioned tables, and cartesian products. */
export function checkScan(select: Select, scope: Scope, bind: BindContext): void {
  const conditions = [...conjuncts(select.where), ...joinConditions(select.from)]
  if (!bind.settings.fullScan) checkPartitions(select, conditions, scope, bind)
  if (!bind.settings.cartesian) checkCartesian(select, conditions, scope)
}

function checkPartitions(select: Select, conditions: readonly Expression[], scope: Scope, bind: BindContext): void {
  const pruned = new Set(
    conditions.flatMap((one) =>
      [...expressionsIn(one)].map((part) => (part.kind === 'column' ? scope.partitionTable(part.parts) : undefined)),
    ),
  )
  for (const relation of scope.relations) {
    const table = relation.columns.find((column) => column.partitionOf !== undefined)?.partitionOf
    if (table === undefined || pruned.has(relation.alias)) continue
    const what = `Table(${bind.project},${table}) is full scan with all partitions, please specify partition predicates.`
    throw semanticError(
      select.from?.at ?? select.at,
      `physical plan generation failed: java.lang.RuntimeException: ${what}`,
    )
  }
}

/** Relations must hang together by conditions that name two of them (maxcompute.md 1.5: 0130252). */
function checkCartesian(select: Select, conditions: readonly Expression[], scope: Scope): void {
  if (!hasProduct(select.from)) return
  const group = new Map(scope.relations.map((relation) => [relation.alias, relation.alias]))
  for (const one of conditions) {
    const [first, ...others] = aliasesIn(one, scope)
    for (const other of others) merge(group, first ?? other, other)
  }
  if (new Set(group.values()).size <= 1) return
  const at = select.from?.at ?? select.at
  throw new StatementError(
    '0130252',
    `${place(at)} Cartesian product is not allowed - cartesian product is not allowed without mapjoin`,
  )
}

function hasProduct(relation: Relation | undefined): boolean {
  if (relation?.kind !== 'join') return false
  return relation.on === undefined || hasProduct(relation.left) || hasProduct(relation.right)
}

function aliasesIn(condition: Expression, scope: Scope): readonly string[] {
  const found = new Set<string>()
  for (const part of expressionsIn(condition)) {
    if (part.kind !== 'column') continue
    const qualifier = part.parts.slice(0, -1).join('.')
    const column = part.parts[part.parts.length - 1]
    for (const relation of scope.relations) {
      const named = qualifier === '' || relation.alias === qualifier || relation.qualifiers.includes(qualifier)
      if (named && relation.columns.some((one) => one.name === column)) found.add(relation.alias)
    }
  }
  return [...found]
}

function merge(group: Map<string, string>, a: string, b: string): void {
  const [from, to] = [group.get(b), group.get(a)]
  if (from === undefined || to === undefined) return
  for (const [alias, root] of group) if (root === from) group.set(alias, to)
}
