import { quoteIdentifier } from '../../dialect/maxcompute/identifier.js'
import { legalName } from '../legal-name.js'
import { refuse, type Bench, type TranslatedQuery } from './bench.js'
import { typeName } from './coerce.js'
import { nodeAt, onlyFields, wordsOf } from './expression-parts.js'
import { isFields, listOf, nameOf, nodeOf, type Fields } from './node.js'
import { findCte, scopeBelow, type OutputColumn, type Scope } from './scope.js'
import { orderAndLimit, select, type Item } from './select.js'
import { families, made, type QueryType } from './value.js'

const words: Readonly<Record<string, string>> = { union: 'UNION', intersect: 'INTERSECT', except: 'EXCEPT' }

/** A query: a SELECT, a set operation, or one of them in parentheses, with its WITH. */
export function query(
  node: unknown,
  outer: Scope | undefined,
  bench: Bench,
  names?: readonly string[],
): TranslatedQuery {
  const { kind, fields } = nodeAt(node, node)
  const top = outer === undefined
  const scope = scopeBelow(outer)
  const ctes = withClause(fields['with'], scope, bench, node)
  const body = bodyOf(kind, fields, scope, bench, top, node, names)
  if (ctes === '') return body
  return { ...body, sql: `${ctes}${top ? '\n' : ' '}${body.sql}`, simple: false }
}

function bodyOf(
  kind: string,
  fields: Fields,
  scope: Scope,
  bench: Bench,
  top: boolean,
  node: unknown,
  names?: readonly string[],
): TranslatedQuery {
  if (kind === 'select') return select(fields, scope, bench, top, names)
  if (kind === 'subquery') {
    onlyFields('subquery', fields, ['this'], node)
    return bench.query(fields['this'], top ? undefined : scope, names)
  }
  const word = words[kind]
  if (word === undefined) return refuse(wordsOf(kind), 'is no query on the list', node)
  return setOperation(word, kind, fields, scope, bench, top, node, names)
}

/** WITH: each query sees those before it. */
function withClause(clause: unknown, scope: Scope, bench: Bench, at: unknown): string {
  if (clause == null) return ''
  if (!isFields(clause)) return refuse('WITH', 'is not on the list', at)
  onlyFields('with', clause, ['ctes'], at)
  const texts = listOf(clause['ctes']).map((cte) => {
    if (!isFields(cte)) return refuse('WITH', 'is not on the list', at)
    onlyFields('with', cte, ['alias', 'this', 'columns', 'alias_first'], cte)
    const name = nameOf(cte['alias']) ?? ''
    const names = listOf(cte['columns']).map((one) => nameOf(one) ?? '')
    const alias = legalName(name, 'table')
    if (findCte(scope, name) !== undefined) return refuse(`WITH ${name}`, 'hides another of this name', cte)
    const body = bench.query(cte['this'], scopeBelow(scope), names.length === 0 ? undefined : names)
    scope.ctes.set(name, { alias, columns: body.columns })
    return `${quoteIdentifier(alias)} AS (${body.sql})`
  })
  return `WITH ${texts.join(', ')}`
}

/** The parser reads INTERSECT as loosely as UNION, where Redshift binds it more tightly. */
function refuseBare(kind: string, side: unknown): void {
  const inner = nodeOf(side)?.kind
  if (kind === 'intersect' && (inner === 'union' || inner === 'except'))
    refuse('INTERSECT beside UNION or EXCEPT', 'needs parentheses to be read alike on both sides', side)
}

function setOperation(
  word: string,
  kind: string,
  fields: Fields,
  scope: Scope,
  bench: Bench,
  top: boolean,
  at: unknown,
  names?: readonly string[],
): TranslatedQuery {
  onlyFields(kind, fields, ['left', 'right', 'all', 'distinct', 'order_by', 'limit', 'offset', 'with'], at)
  refuseBare(kind, fields['left'])
  refuseBare(kind, fields['right'])
  if (fields['all'] === true && kind !== 'union') return refuse(`${word} ALL`, 'Redshift has none', at)
  const left = bench.query(fields['left'], scope, names)
  const right = bench.query(fields['right'], scope)
  if (left.columns.length !== right.columns.length) return refuse(word, 'joins queries of different width', at)
  const columns = left.columns.map((column, n) => together(column, right.columns[n] ?? column, word, at))
  const items = columns.map((column): Item => ({
    name: column.name,
    alias: column.sql,
    own: true,
    value: made(column.sql, column.type, [], { nullable: column.nullable }),
  }))
  const tail = orderAndLimit(fields, items, scope, bench, top)
  const operator = `${word}${fields['all'] === true ? ' ALL' : ''}`
  const [a, b] = [left, right].map((side) => (side.simple ? side.sql : `(${side.sql})`))
  return { sql: [`${a} ${operator} ${b}`, ...tail].join(top ? '\n' : ' '), columns, simple: false }
}

function together(left: OutputColumn, right: OutputColumn, word: string, at: unknown): OutputColumn {
  const exactness = left.exactness === 'exact' ? right.exactness : left.exactness
  return {
    ...left,
    type: commonOf(left.type, right.type, word, at),
    nullable: left.nullable || right.nullable,
    exactness,
  }
}

function commonOf(a: QueryType, b: QueryType, word: string, at: unknown): QueryType {
  if (a.family === 'null') return b
  if (b.family === 'null') return a
  if (a.family !== b.family || a.family === 'opaque')
    return refuse(`${word} of ${typeName(a)} and ${typeName(b)}`, 'CAST both to one type', at)
  if (a.family === 'text') return families.text
  if (a.family !== 'decimal') return (a.precision ?? 0) >= (b.precision ?? 0) ? a : b
  const scale = Math.max(a.scale ?? 0, b.scale ?? 0)
  const whole = Math.max((a.precision ?? 38) - (a.scale ?? 0), (b.precision ?? 38) - (b.scale ?? 0))
  return { family: 'decimal', precision: Math.min(38, whole + scale), scale }
}
