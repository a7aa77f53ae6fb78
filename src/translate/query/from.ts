import { quoteIdentifier, tableSql } from '../../dialect/maxcompute/identifier.js'
import { namespaceSettings } from '../../dialect/maxcompute/settings.js'
import { relationText } from '../../model/names.js'
import { legalName } from '../legal-name.js'
import { refuse, set, tell, type Bench } from './bench.js'
import type { BookRelation } from './book.js'
import { condition, compared } from './conditions.js'
import { nodeAt, onlyFields, wordsOf } from './expression-parts.js'
import { isFields, listOf, nameOf, nodeOf, type Fields } from './node.js'
import {
  findColumn,
  findCte,
  sameName,
  withoutRelations,
  type OutputColumn,
  type Scope,
  type ScopeRelation,
} from './scope.js'
import { inside, levels, made } from './value.js'

/** FROM and its joins; the relations enter the scope. */
export function fromClause(fields: Fields, scope: Scope, bench: Bench, at: unknown): string {
  const { from } = fields
  if (from == null) return ''
  if (!isFields(from)) return refuse('FROM', 'is not on the list', at)
  onlyFields('from', from, ['expressions'], at)
  const first = listOf(from['expressions'])
  const joins = listOf(fields['joins'])
  const sides = joins.map((join) => (isFields(join) ? String(join['kind']) : ''))
  if (first.length > 1 && sides.some((kind) => kind === 'Right' || kind === 'Full'))
    return refuse('RIGHT or FULL JOIN beside a comma', 'write all joins with JOIN', at)
  if (first.length > 1) set(bench, 'odps.sql.allow.cartesian', 'true')
  const sources = first.map((one) => source(one, scope, bench))
  return joins.reduce<string>((text, join) => `${text}${joinText(join, scope, bench, at)}`, sources.join(', '))
}

function source(value: unknown, scope: Scope, bench: Bench): string {
  const node = nodeAt(value, value)
  if (node.kind === 'table') return tableSource(node.fields, scope, bench, value)
  if (node.kind === 'subquery') return derived(node.fields, scope, bench, value)
  return refuse(`${wordsOf(node.kind)} in FROM`, 'is not on the list', value)
}

function tableSource(fields: Fields, scope: Scope, bench: Bench, at: unknown): string {
  onlyFields('table', fields, ['name', 'schema', 'alias', 'alias_explicit_as'], at)
  const [name = '', schema, given] = [nameOf(fields['name']), nameOf(fields['schema']), nameOf(fields['alias'])]
  const cte = schema === undefined ? findCte(scope, name) : undefined
  const alias = quoteIdentifier(legalName(given ?? name, 'table'))
  if (cte !== undefined) {
    scope.relations.push({ qualifiers: [given ?? name], alias, columns: cte.columns })
    return `${quoteIdentifier(cte.alias)} AS ${alias}`
  }
  const found = lookUp(schema, name, bench, at)
  bench.relations.set(relationText(found.source), found.source)
  for (const [setting, text] of Object.entries(namespaceSettings(found.target))) set(bench, setting, text)
  if (found.partitioned) set(bench, 'odps.sql.allow.fullscan', 'true')
  const columns = found.columns.map((column) => ({
    name: column.source,
    sql: quoteIdentifier(column.target),
    type: column.type,
    nullable: column.nullable,
    exactness: column.exactness ?? (column.type.family === 'float' ? ('float' as const) : ('exact' as const)),
  }))
  tellRenamed(found, bench)
  scope.relations.push({ qualifiers: [given ?? name], alias, columns })
  return `${tableSql(found.target)} AS ${alias}`
}

function tellRenamed(found: BookRelation, bench: Bench): void {
  tell(
    bench,
    'table name',
    `${relationText(found.source)} is ${found.target.schema === undefined ? '' : `${found.target.schema}.`}${found.target.name}`,
  )
}

/** By its schema, or along the search path. */
function lookUp(schema: string | undefined, name: string, bench: Bench, at: unknown): BookRelation {
  for (const one of schema === undefined ? bench.book.searchPath : [schema]) {
    const named = bench.book.relations.filter(
      ({ source }) => sameName(source.schema, one) && sameName(source.name, name),
    )
    const exact = named.filter(({ source }) => source.schema === one && source.name === name)
    const found = named.length === 1 ? named[0] : exact[0]
    if (found !== undefined) return found
  }
  const full = schema === undefined ? name : `${schema}.${name}`
  return refuse(`relation ${full}`, 'is not migrated, or not in the search path', at)
}

function derived(fields: Fields, scope: Scope, bench: Bench, at: unknown): string {
  onlyFields('subquery', fields, ['this', 'alias', 'alias_explicit_as', 'alias_keyword', 'column_aliases'], at)
  const given = nameOf(fields['alias'])
  if (given === undefined) return refuse('subquery in FROM', 'needs an alias', at)
  const names = listOf(fields['column_aliases']).map((one) => nameOf(one) ?? '')
  const query = bench.query(fields['this'], withoutRelations(scope), names.length === 0 ? undefined : names)
  const alias = quoteIdentifier(legalName(given, 'table'))
  scope.relations.push({ qualifiers: [given], alias, columns: query.columns })
  return `(${query.sql}) AS ${alias}`
}

const joinWords: Readonly<Record<string, string>> = {
  Inner: 'JOIN',
  Left: 'LEFT JOIN',
  Right: 'RIGHT JOIN',
  Full: 'FULL JOIN',
  Cross: 'CROSS JOIN',
  Implicit: 'CROSS JOIN',
}

const joinFields = ['this', 'on', 'using', 'kind', 'use_inner_keyword', 'use_outer_keyword', 'nesting_group']

function joinText(join: unknown, scope: Scope, bench: Bench, at: unknown): string {
  if (!isFields(join)) return refuse('JOIN', 'is not on the list', at)
  onlyFields('join', join, joinFields, join)
  const kind = String(join['kind'])
  const word = joinWords[kind]
  if (word === undefined || join['nesting_group'] !== 0)
    return refuse(`${wordsOf(kind)} JOIN`, 'is not on the list', join)
  const leftCount = scope.relations.length
  const text = source(join['this'], scope, bench)
  if (kind === 'Cross' || kind === 'Implicit') {
    set(bench, 'odps.sql.allow.cartesian', 'true')
    return `${kind === 'Implicit' ? ', ' : ' CROSS JOIN '}${text}`
  }
  const on = joinCondition(join, kind, leftCount, scope, bench)
  const nullableFrom = kind === 'Left' || kind === 'Full' ? leftCount : scope.relations.length
  const nullableTo = kind === 'Right' || kind === 'Full' ? leftCount : 0
  scope.relations.forEach((relation, n) => {
    if (n >= nullableFrom || n < nullableTo) scope.relations[n] = asNullable(relation)
  })
  return ` ${word} ${text} ON ${on}`
}

function asNullable(relation: ScopeRelation): ScopeRelation {
  return { ...relation, columns: relation.columns.map((column): OutputColumn => ({ ...column, nullable: true })) }
}

function joinCondition(join: Fields, kind: string, leftCount: number, scope: Scope, bench: Bench): string {
  const using = listOf(join['using'])
  if (using.length > 0) return usingCondition(using, kind, leftCount, scope, bench, join)
  if (join['on'] == null) return refuse('JOIN without ON', 'is not on the list', join)
  if (!hasEquality(join['on'])) {
    if (kind !== 'Inner')
      return refuse(`${kind.toUpperCase()} JOIN without an equality`, 'MaxCompute joins by equalities', join)
    set(bench, 'odps.sql.allow.cartesian', 'true')
  }
  return condition(bench.expression(join['on'], scope), join).sql
}

/** Whether a condition that must hold compares two expressions by `=`, each with a column. */
function hasEquality(node: unknown): boolean {
  const found = nodeOf(node)
  if (found === undefined) return false
  if (found.kind === 'paren') return hasEquality(found.fields['this'])
  if (found.kind === 'and') return hasEquality(found.fields['left']) || hasEquality(found.fields['right'])
  return (
    found.kind === 'eq' &&
    [found.fields['left'], found.fields['right']].every((side) => JSON.stringify(side).includes('"column"'))
  )
}

function usingCondition(
  using: readonly unknown[],
  kind: string,
  leftCount: number,
  scope: Scope,
  bench: Bench,
  at: unknown,
): string {
  if (kind !== 'Inner' && kind !== 'Left')
    return refuse(`${kind.toUpperCase()} JOIN … USING`, 'write ON and COALESCE', at)
  const left: Scope = { ...scope, parent: undefined, relations: scope.relations.slice(0, leftCount) }
  const right: Scope = { ...scope, parent: undefined, merged: new Map(), relations: scope.relations.slice(leftCount) }
  const equal = using.map((one) => {
    const name = nameOf(one) ?? ''
    const [a, b] = [findColumn(left, undefined, name, at), findColumn(right, undefined, name, at)]
    if (a === undefined || b === undefined) return refuse(`USING (${name})`, 'one side has no such column', at)
    scope.merged.set(name.toLowerCase(), a.relation)
    const [x, y] = [a, b].map(({ relation, column }) =>
      made(`${relation.alias}.${column.sql}`, column.type, [], { nullable: column.nullable }),
    )
    if (x === undefined || y === undefined) return refuse('USING', 'is not on the list', at)
    return inside(compared('=', x, y, bench, at), levels.and)
  })
  return equal.join(' AND ')
}
