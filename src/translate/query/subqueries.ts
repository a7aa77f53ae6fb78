import { refuse, type Bench } from './bench.js'
import { comparable } from './conditions.js'
import { onlyFields } from './expression-parts.js'
import { listOf, nodeOf, type Fields } from './node.js'
import type { Scope } from './scope.js'
import { families, inside, levels, made, type Value } from './value.js'

export function subqueryExists(fields: Fields, scope: Scope, bench: Bench, at: unknown): Value {
  onlyFields('exists', fields, ['this', 'not'], at)
  const query = bench.query(withoutStar(fields['this']), scope)
  const sql = `${fields['not'] === true ? 'NOT ' : ''}EXISTS (${query.sql})`
  return made(sql, families.boolean, [], fields['not'] === true ? { level: levels.not } : {})
}

/** EXISTS asks for rows and not for their columns. */
function withoutStar(node: unknown): unknown {
  const select = nodeOf(node)
  const [only, ...more] = listOf(select?.fields['expressions'])
  if (select?.kind !== 'select' || more.length > 0 || nodeOf(only)?.kind !== 'star') return node
  return { select: { ...select.fields, expressions: [{ literal: { literal_type: 'number', value: '1' } }] } }
}

export function scalar(fields: Fields, scope: Scope, bench: Bench, at: unknown): Value {
  onlyFields('subquery', fields, ['this'], at)
  const query = bench.query(fields['this'], scope)
  const [column] = query.columns
  if (column === undefined || query.columns.length > 1) return refuse('scalar subquery', 'has several columns', at)
  return made(`(${query.sql})`, column.type, [], { nullable: true, exactness: column.exactness })
}

export function inSubquery(value: Value, node: unknown, not: boolean, scope: Scope, bench: Bench, at: unknown): Value {
  const query = bench.query(node, scope)
  const [column] = query.columns
  if (column === undefined || query.columns.length > 1) return refuse('IN (SELECT …)', 'has several columns', at)
  const found = made(column.sql, column.type, [], { nullable: column.nullable, exactness: column.exactness })
  const [held, listed] = comparable(value, found, bench, at)
  if (listed.sql !== found.sql) return refuse('IN (SELECT …)', 'compares two types: CAST one side', at)
  const sql = `${inside(held, levels.sum)} ${not ? 'NOT ' : ''}IN (${query.sql})`
  return made(sql, families.boolean, [value, found], { level: levels.test })
}

/** `= ANY` is IN, `<> ALL` is NOT IN; the others have no twin. */
export function quantified(word: 'ANY' | 'ALL', fields: Fields, scope: Scope, bench: Bench, at: unknown): Value {
  onlyFields(word, fields, ['this', 'subquery', 'op'], at)
  const operator = String(fields['op'])
  if (!(word === 'ANY' && operator === 'Eq') && !(word === 'ALL' && operator === 'Neq'))
    return refuse(`${operator} ${word}`, 'is not on the list', at)
  const inner = fields['subquery']
  const query =
    typeof inner === 'object' && inner !== null && 'subquery' in inner ? (inner.subquery as Fields)['this'] : inner
  return inSubquery(bench.expression(fields['this'], scope), query, word === 'ALL', scope, bench, at)
}
