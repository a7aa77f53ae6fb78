import { quoteIdentifier } from '../../dialect/maxcompute/identifier.js'
import { legalName, suffixedName } from '../legal-name.js'
import { refuse, set, tell, type Bench, type TranslatedQuery } from './bench.js'
import { asTimestamp, typeName } from './coerce.js'
import { condition } from './conditions.js'
import { onlyFields } from './expression-parts.js'
import { fromClause } from './from.js'
import { isFields, listOf, nameOf, nodeOf, type Fields } from './node.js'
import { direction, keyOf } from './order.js'
import { findColumn, type OutputColumn, type Scope } from './scope.js'
import { families, inside, levels, made, type Value } from './value.js'

/** An item of the select list. */
export interface Item {
  /** By which the source's own query would call it. */
  readonly name: string
  /** Quoted. */
  readonly alias: string
  readonly value: Value
  /** Needs no AS: a column under its own name. */
  readonly own: boolean
}

const known = [
  'expressions',
  'from',
  'joins',
  'where_clause',
  'group_by',
  'having',
  'qualify',
  'order_by',
  'limit',
  'offset',
  'top',
  'distinct',
  'with',
]

/** One SELECT. `top`: nothing stands around it, so that its order is kept. */
export function select(
  fields: Fields,
  scope: Scope,
  bench: Bench,
  top: boolean,
  names?: readonly string[],
): TranslatedQuery {
  onlyFields('select', fields, known, fields)
  const from = fromClause(fields, scope, bench, fields)
  const where = clauseCondition(fields['where_clause'], 'WHERE', scope, bench)
  const items = selectItems(listOf(fields['expressions']), scope, bench, names)
  const groupBy = groupKeys(fields['group_by'], items, scope, bench)
  if (groupBy.length > 0 && fields['distinct'] === true)
    return refuse('SELECT DISTINCT with GROUP BY', 'MaxCompute refuses it: put the GROUP BY into a subquery', fields)
  const having = clauseCondition(fields['having'], 'HAVING', scope, bench)
  const qualify = clauseCondition(fields['qualify'], 'QUALIFY', scope, bench)
  refuseMixture(items, groupBy.length > 0, qualify !== '', fields)
  const tail = orderAndLimit(fields, items, scope, bench, top)
  const list = items.map((item) => (item.own ? item.value.sql : `${item.value.sql} AS ${item.alias}`))
  const clauses = [
    `SELECT ${fields['distinct'] === true ? 'DISTINCT ' : ''}${list.join(', ')}`,
    from === '' ? '' : `FROM ${from}`,
    where,
    groupBy.length === 0 ? '' : `GROUP BY ${groupBy.join(', ')}`,
    having,
    qualify,
    ...tail,
  ].filter((clause) => clause !== '')
  return { sql: clauses.join(top ? '\n' : ' '), columns: items.map(outputColumn), simple: tail.length === 0 }
}

function outputColumn({ name, alias, value }: Item): OutputColumn {
  return { name, sql: alias, type: value.type, nullable: value.nullable, exactness: value.exactness }
}

function clauseCondition(clause: unknown, word: string, scope: Scope, bench: Bench): string {
  if (clause == null) return ''
  if (!isFields(clause)) return refuse(word, 'is not on the list', clause)
  onlyFields(word, clause, ['this'], clause)
  const held = condition(bench.expression(clause['this'], scope), clause)
  if (word === 'WHERE' && (held.aggregate || held.windowed))
    return refuse('aggregate in WHERE', 'is not on the list', clause)
  return `${word} ${held.sql}`
}

/** Window functions beside aggregates of the same SELECT are refused by MaxCompute. */
function refuseMixture(items: readonly Item[], grouped: boolean, qualified: boolean, at: unknown): void {
  const aggregates = grouped || items.some(({ value }) => value.aggregate)
  if (aggregates && (qualified || items.some(({ value }) => value.windowed)))
    refuse('window function beside GROUP BY', 'put the aggregates into a subquery', at)
}

function selectItems(
  nodes: readonly unknown[],
  scope: Scope,
  bench: Bench,
  names?: readonly string[],
): readonly Item[] {
  const drafts = nodes.flatMap((node) => draftsOf(node, scope, bench))
  if (names !== undefined && names.length !== drafts.length)
    return refuse('list of column names', `has ${names.length} names for ${drafts.length} columns`, nodes)
  const taken = new Set<string>()
  return drafts.map((draft, n) => {
    const name = names?.[n] ?? draft.name ?? `column${n + 1}`
    const wanted = names?.[n] === undefined && draft.target !== undefined ? draft.target : legalName(name, 'column')
    const legal = taken.has(wanted) ? suffixedName(wanted, `${wanted}/${n}`) : wanted
    if (legal !== name) tell(bench, 'column name', `${name} is ${legal}`)
    taken.add(legal)
    return {
      name,
      alias: quoteIdentifier(legal),
      value: draft.value,
      own: draft.target !== undefined && legal === draft.target,
    }
  })
}

interface Draft {
  readonly name: string | undefined
  readonly value: Value
  /** Of a bare column: its name on the target. */
  readonly target?: string
}

function draftsOf(node: unknown, scope: Scope, bench: Bench): readonly Draft[] {
  const found = nodeOf(node)
  if (found?.kind === 'star') return starDrafts(found.fields, scope, node)
  if (found?.kind !== 'alias') return [draftOf(node, undefined, scope, bench)]
  onlyFields('alias', found.fields, ['this', 'alias', 'alias_explicit_as', 'alias_keyword'], node)
  const name = nameOf(found.fields['alias'])
  const draft = draftOf(found.fields['this'], name, scope, bench)
  if (name !== undefined) scope.aliases.set(name, draft.value)
  return [draft]
}

function draftOf(node: unknown, name: string | undefined, scope: Scope, bench: Bench): Draft {
  const value = itemValue(bench.expression(node, scope))
  const found = nodeOf(node)
  if (found?.kind !== 'column') return { name: name ?? callName(found?.kind, found?.fields), value }
  const own = nameOf(found.fields['name']) ?? ''
  const column = findColumn(scope, nameOf(found.fields['table']), own, node)
  if (name !== undefined || column === undefined) return { name: name ?? own, value }
  return { name: own, value, target: unquoted(column.column.sql) }
}

/** A moment that is held as a date is shown as one; a text in quotes is text. */
function itemValue(value: Value): Value {
  if (value.midnight === true && value.type.family === 'timestamp') return asTimestamp(value)
  if (value.type.family === 'literal') return { ...value, type: families.text }
  return value
}

function callName(kind: string | undefined, fields: Fields | undefined): string | undefined {
  if (kind === 'function') return String(fields?.['name']).toLowerCase()
  return kind !== undefined && ['count', 'sum', 'avg', 'min', 'max', 'coalesce', 'case'].includes(kind)
    ? kind
    : undefined
}

function unquoted(sql: string): string {
  return sql.slice(1, -1).replaceAll('``', '`')
}

function starDrafts(fields: Fields, scope: Scope, at: unknown): readonly Draft[] {
  onlyFields('*', fields, ['table'], at)
  if (scope.merged.size > 0) return refuse('* with USING', 'name the columns', at)
  const table = nameOf(fields['table'])
  const relations = scope.relations.filter(({ qualifiers }) => table === undefined || qualifiers.includes(table))
  if (relations.length === 0) return refuse(`${table ?? ''}.*`, 'names no relation of the query', at)
  return relations.flatMap((relation) =>
    relation.columns.map(({ name, sql, type, nullable, exactness }) => ({
      name,
      target: unquoted(sql),
      value: made(`${relation.alias}.${sql}`, type, [], { nullable, exactness }),
    })),
  )
}

/** Positions and aliases are written out as what they stand for: MaxCompute takes them only with a flag (maxcompute.md 6). */
function groupKeys(clause: unknown, items: readonly Item[], scope: Scope, bench: Bench): readonly string[] {
  if (clause == null) return []
  if (!isFields(clause)) return refuse('GROUP BY', 'is not on the list', clause)
  onlyFields('group by', clause, ['expressions'], clause)
  return listOf(clause['expressions']).map((node) => {
    const position = positionOf(node, items)
    if (position !== undefined) tell(bench, 'GROUP BY position', 'is written out')
    const value = position?.value ?? bench.expression(node, scope)
    if (value.type.family === 'opaque') return refuse(`GROUP BY of ${typeName(value.type)}`, 'is not on the list', node)
    if (value.aggregate || value.windowed) return refuse('GROUP BY of an aggregate', 'is not on the list', node)
    if (value.literal !== undefined) return refuse('GROUP BY of a constant', 'would be taken for a position', node)
    return inside(value, levels.or)
  })
}

export function positionOf(node: unknown, items: readonly Item[]): Item | undefined {
  const found = nodeOf(node)
  if (found?.kind !== 'literal' || found.fields['literal_type'] !== 'number') return undefined
  return (
    items[Number(found.fields['value']) - 1] ??
    refuse(`position ${String(found.fields['value'])}`, 'is not in the select list', node)
  )
}

/** ORDER BY, by the names of the result, and LIMIT; `TOP n` is one, and counts what QUALIFY leaves. */
export function orderAndLimit(
  fields: Fields,
  items: readonly Item[],
  scope: Scope,
  bench: Bench,
  top: boolean,
): readonly string[] {
  const limit = limitText(fields, bench)
  const keys = isFields(fields['order_by']) ? orderKeys(fields['order_by'], items, scope, bench) : []
  if (limit !== '' && keys.length === 0) bench.doubts.add('LIMIT without ORDER BY')
  if (top) noteTail(limit, keys, items, bench)
  if (keys.length === 0) return limit === '' ? [] : [limit]
  if (limit !== '') return [`ORDER BY ${keys.join(', ')}`, limit]
  if (!top || !bench.ordered) {
    tell(bench, 'ORDER BY without LIMIT', 'is left out: nothing around it would keep the order')
    return []
  }
  set(bench, 'odps.sql.validate.orderby.limit', 'false')
  tell(bench, 'ORDER BY without LIMIT', 'needs odps.sql.validate.orderby.limit=false')
  return [`ORDER BY ${keys.join(', ')}`]
}

function noteTail(limit: string, keys: readonly string[], items: readonly Item[], bench: Bench): void {
  if (limit !== '') bench.tail.limit = Number(/^LIMIT (\d+)/.exec(limit)?.[1])
  if (keys.length === 0) return
  bench.tail.orderedBy = keys.map((key) => items.findIndex(({ alias }) => key === alias || key.startsWith(`${alias} `)))
}

function orderKeys(clause: Fields, items: readonly Item[], scope: Scope, bench: Bench): readonly string[] {
  onlyFields('order by', clause, ['expressions'], clause)
  return listOf(clause['expressions']).map((key) => {
    const node = keyOf(key, clause)
    const item = positionOf(node, items) ?? namedItem(node, items) ?? sameItem(node, items, scope, bench)
    if (item === undefined)
      return refuse('ORDER BY of what is not selected', 'MaxCompute sorts by columns of the result: select it too', key)
    return `${item.alias}${direction(key, item.value.nullable, bench, key)}`
  })
}

function namedItem(node: unknown, items: readonly Item[]): Item | undefined {
  const found = nodeOf(node)
  if (found?.kind !== 'column' || found.fields['table'] != null) return undefined
  const name = nameOf(found.fields['name'])
  return items.find((item) => item.name === name)
}

function sameItem(node: unknown, items: readonly Item[], scope: Scope, bench: Bench): Item | undefined {
  const value = itemValue(bench.expression(node, scope))
  return items.find((item) => item.value.sql === value.sql)
}

function limitText(fields: Fields, bench: Bench): string {
  const top = isFields(fields['top']) ? fields['top'] : undefined
  if (top !== undefined) {
    onlyFields('top', top, ['this', 'parenthesized'], top)
    tell(bench, 'TOP', 'LIMIT')
  }
  const limit = top === undefined ? count(fields['limit'], 'LIMIT') : count(top, 'TOP')
  const offset = count(fields['offset'], 'OFFSET')
  if (limit === undefined && offset !== undefined)
    return refuse('OFFSET without LIMIT', 'MaxCompute takes it only after LIMIT', fields['offset'])
  if (limit === undefined) return ''
  return `LIMIT ${limit}${offset === undefined ? '' : ` OFFSET ${offset}`}`
}

function count(clause: unknown, word: string): string | undefined {
  if (clause == null) return undefined
  const node =
    nodeOf(clause)?.kind === 'literal' ? nodeOf(clause) : nodeOf(isFields(clause) ? clause['this'] : undefined)
  const digits = node?.kind === 'literal' ? String(node.fields['value']) : ''
  return /^\d+$/.test(digits) ? digits : refuse(`${word} of an expression`, 'only a number is on the list', clause)
}
