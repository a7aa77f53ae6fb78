import { aggregate, aggregateNames, listAgg } from './aggregates.js'
import { arithmetic, concatenated, negated, withInterval, type ArithmeticOperator } from './arithmetic.js'
import { refuse, type Bench } from './bench.js'
import { cast } from './cast.js'
import { column } from './column.js'
import {
  between,
  cases,
  compared,
  denied,
  isNull,
  isTruth,
  joined,
  like,
  within,
  type Comparison,
} from './conditions.js'
import { nodeAt, onlyFields, wordsOf } from './expression-parts.js'
import { callFunction } from './functions.js'
import { intervalOf } from './interval.js'
import { literal, nullValue, wordOf } from './literals.js'
import { extractPart } from './moments.js'
import { isFields, listOf, nodeOf, textAt, type Fields } from './node.js'
import { sortKey } from './order.js'
import type { Scope } from './scope.js'
import { inSubquery, quantified, scalar, subqueryExists } from './subqueries.js'
import { families, made, type Value } from './value.js'
import { windowed } from './windows.js'

type Rule = (fields: Fields, scope: Scope, bench: Bench, at: unknown) => Value

/** An expression of the list; anything else is refused by its name. */
export function expression(node: unknown, scope: Scope, bench: Bench): Value {
  const { kind, fields } = nodeAt(node, node)
  const operator = arithmeticOperators[kind]
  if (operator !== undefined) return binaryArithmetic(operator, kind, fields, scope, bench, node)
  const comparison = comparisons[kind]
  if (comparison !== undefined) {
    onlyFields(kind, fields, ['left', 'right'], node)
    const [left, right] = operands(fields, scope, bench, node)
    return compared(comparison, left, right, bench, node)
  }
  if (aggregateNames.has(kind)) return aggregateCall(kind, fields, scope, bench, node)
  const called = namedCalls[kind]
  if (called !== undefined) return namedCall(called.name, called.fields, kind, fields, scope, bench, node)
  const rule = rules[kind]
  if (rule === undefined) return refuse(wordsOf(kind), 'is not on the list', node)
  return rule(fields, scope, bench, node)
}

const arithmeticOperators: Readonly<Record<string, ArithmeticOperator>> = {
  add: '+',
  sub: '-',
  mul: '*',
  div: '/',
  mod: '%',
}
const comparisons: Readonly<Record<string, Comparison>> = { eq: '=', neq: '<>', lt: '<', lte: '<=', gt: '>', gte: '>=' }
/** What binds more loosely than `||` and `+`, so that standing bare inside them it was read otherwise than Redshift does. */
const testKinds = [...Object.keys(comparisons), 'is_null', 'is_true', 'is_false', 'like', 'i_like', 'in', 'between']

/** The parser reads `a || b + c` from the left where Redshift adds first, and chains of comparisons from the left. */
function refuseChain(kind: string, fields: Fields, at: unknown): void {
  for (const side of ['left', 'right', 'this']) {
    const inner = nodeOf(fields[side])?.kind ?? ''
    const sums = (kind === 'add' || kind === 'sub') && inner === 'concat'
    const chain = testKinds.includes(inner) && kind !== 'and' && kind !== 'or' && kind !== 'not'
    if (sums || chain)
      refuse(`${wordsOf(kind)} of ${wordsOf(inner)}`, 'needs parentheses to be read alike on both sides', at)
  }
}

function operands(fields: Fields, scope: Scope, bench: Bench, at: unknown): readonly [Value, Value] {
  for (const side of ['left', 'right']) {
    if (testKinds.includes(nodeOf(fields[side])?.kind ?? ''))
      refuse('chain of comparisons', 'needs parentheses to be read alike on both sides', at)
  }
  const left = bench.expression(fields['left'], scope)
  return [left, bench.expression(fields['right'], scope)]
}

function binaryArithmetic(
  operator: ArithmeticOperator,
  kind: string,
  fields: Fields,
  scope: Scope,
  bench: Bench,
  at: unknown,
): Value {
  onlyFields(kind, fields, ['left', 'right'], at)
  refuseChain(kind, fields, at)
  const [ofLeft, ofRight] = [intervalOf(fields['left']), intervalOf(fields['right'])]
  if (ofRight !== undefined && (operator === '+' || operator === '-')) {
    return withInterval(bench.expression(fields['left'], scope), ofRight, operator === '+' ? 1 : -1, bench, at)
  }
  if (ofLeft !== undefined && operator === '+') {
    return withInterval(bench.expression(fields['right'], scope), ofLeft, 1, bench, at)
  }
  const [left, right] = operands(fields, scope, bench, at)
  return arithmetic(operator, left, right, bench, at)
}

function aggregateCall(kind: string, fields: Fields, scope: Scope, bench: Bench, at: unknown): Value {
  onlyFields(kind, fields, ['this', 'star', 'distinct', 'name'], at)
  const value = fields['star'] === true ? undefined : bench.expression(fields['this'], scope)
  if (value?.windowed === true)
    return refuse(`${wordsOf(kind)} of a window function`, 'put the window function into a subquery', at)
  return aggregate({ name: kind, value, distinct: fields['distinct'] === true, bench, at, over: '' })
}

/** Functions that the parser gives a node of their own. */
const namedCalls: Readonly<Record<string, { readonly name: string; readonly fields: readonly string[] }>> = {
  length: { name: 'length', fields: ['this'] },
  substring: { name: 'substring', fields: ['this', 'start', 'length'] },
  upper: { name: 'upper', fields: ['this'] },
  lower: { name: 'lower', fields: ['this'] },
  str_position: { name: 'strpos', fields: ['this', 'substr'] },
  abs: { name: 'abs', fields: ['this'] },
  ceil: { name: 'ceil', fields: ['this'] },
  floor: { name: 'floor', fields: ['this'] },
  round: { name: 'round', fields: ['this', 'decimals'] },
  mod_func: { name: 'mod', fields: ['this', 'expression'] },
  power: { name: 'power', fields: ['this', 'expression'] },
  sqrt: { name: 'sqrt', fields: ['this'] },
  exp: { name: 'exp', fields: ['this'] },
  ln: { name: 'ln', fields: ['this'] },
  log: { name: 'log', fields: ['this'] },
  nvl: { name: 'nvl', fields: ['this', 'expression'] },
  nvl2: { name: 'nvl2', fields: ['this', 'true_value', 'false_value'] },
  last_day: { name: 'last_day', fields: ['this'] },
}

function namedCall(
  name: string,
  places: readonly string[],
  kind: string,
  fields: Fields,
  scope: Scope,
  bench: Bench,
  at: unknown,
): Value {
  onlyFields(kind, fields, [...places, 'from_for_syntax'], at)
  const nodes = places.map((place) => fields[place]).filter((node) => node != null)
  return callFunction({ name, values: nodes.map((node) => bench.expression(node, scope)), words: [], bench, at })
}

/** Functions whose first argument is a bare word. */
const wordFirst = new Set(['dateadd', 'date_add', 'datediff', 'date_diff', 'date_trunc', 'date_part'])

const functionCall: Rule = (fields, scope, bench, at) => {
  const name = String(fields['name']).toLowerCase()
  onlyFields(`function ${name}`, fields, ['name', 'args', 'no_parens'], at)
  const nodes = listOf(fields['args'])
  const values = nodes.map((node, n) =>
    n === 0 && wordFirst.has(name) && wordOf(node) !== undefined
      ? made('', families.text, [])
      : bench.expression(node, scope),
  )
  return callFunction({ name, values, words: nodes.map(wordOf), bench, at })
}

const caseRule: Rule = (fields, scope, bench, at) => {
  onlyFields('case', fields, ['operand', 'whens', 'else_'], at)
  const subject = fields['operand'] == null ? undefined : bench.expression(fields['operand'], scope)
  const branches = listOf(fields['whens']).map((pair) => {
    const [when, then] = listOf(pair)
    const test = bench.expression(when, scope)
    const held = subject === undefined ? test : compared('=', subject, test, bench, at)
    return { when: held, then: bench.expression(then, scope) }
  })
  return cases(branches, fields['else_'] == null ? undefined : bench.expression(fields['else_'], scope), at)
}

const likeRule =
  (ignoresCase: boolean): Rule =>
  (fields, scope, bench, at) => {
    onlyFields('like', fields, ['left', 'right', 'escape'], at)
    const [value, pattern] = operands(fields, scope, bench, at)
    const escape = fields['escape'] == null ? undefined : wordOf(fields['escape'])
    return like(value, pattern, { not: false, ignoresCase, ...(escape === undefined ? {} : { escape }) }, bench, at)
  }

const inRule: Rule = (fields, scope, bench, at) => {
  onlyFields('in', fields, ['this', 'expressions', 'query', 'not'], at)
  refuseChain('in', fields, at)
  const value = bench.expression(fields['this'], scope)
  const not = fields['not'] === true
  if (fields['query'] != null) return inSubquery(value, fields['query'], not, scope, bench, at)
  const list = listOf(fields['expressions']).map((one) => bench.expression(one, scope))
  return within(value, list, not, bench, at)
}

const trimRule: Rule = (fields, scope, bench, at) => {
  onlyFields('trim', fields, ['this', 'characters', 'position', 'sql_standard_syntax', 'position_explicit'], at)
  const name = { Both: 'trim', Leading: 'ltrim', Trailing: 'rtrim' }[String(fields['position'])]
  if (name === undefined) return refuse('TRIM', 'is not on the list', at)
  const nodes = [fields['this'], fields['characters']].filter((node) => node != null)
  return callFunction({ name, values: nodes.map((node) => bench.expression(node, scope)), words: [], bench, at })
}

const listAggRule = (fields: Fields, order: readonly unknown[], scope: Scope, bench: Bench, at: unknown): Value => {
  onlyFields('listagg', fields, ['this', 'separator', 'distinct'], at)
  const separator = fields['separator'] == null ? '' : wordOf(fields['separator'])
  if (separator === undefined) return refuse('LISTAGG', 'needs a separator that is a literal', at)
  const keys = order.map((key) => sortKey(key, scope, bench, at).sql).join(', ')
  const value = bench.expression(fields['this'], scope)
  const distinct = fields['distinct'] === true
  return listAgg({ name: 'listagg', value, distinct, bench, at, over: '' }, value, separator, keys)
}

const rules: Readonly<Record<string, Rule>> = {
  literal: (fields, _scope, _bench, at) => literal(fields['literal_type'], String(fields['value']), at),
  null: () => nullValue(),
  boolean: (fields) => made(fields['value'] === true ? 'TRUE' : 'FALSE', families.boolean, []),
  column,
  function: functionCall,
  paren: (fields, scope, bench) => bench.expression(fields['this'], scope),
  concat: (fields, scope, bench, at) => {
    onlyFields('||', fields, ['left', 'right'], at)
    return concatenated(operands(fields, scope, bench, at), bench, at)
  },
  and: (fields, scope, bench, at) =>
    joined('AND', bench.expression(fields['left'], scope), bench.expression(fields['right'], scope), at),
  or: (fields, scope, bench, at) =>
    joined('OR', bench.expression(fields['left'], scope), bench.expression(fields['right'], scope), at),
  not: (fields, scope, bench, at) => {
    const inner = nodeOf(fields['this'])
    if (inner?.kind === 'like' || inner?.kind === 'i_like') return notLike(inner.kind, inner.fields, scope, bench, at)
    return denied(bench.expression(fields['this'], scope), at)
  },
  neg: (fields, scope, bench, at) => negated(bench.expression(fields['this'], scope), at),
  case: caseRule,
  like: likeRule(false),
  i_like: likeRule(true),
  in: inRule,
  between: (fields, scope, bench, at) => {
    onlyFields('between', fields, ['this', 'low', 'high', 'not'], at)
    refuseChain('between', fields, at)
    const [value, low, high] = ['this', 'low', 'high'].map((name) => bench.expression(fields[name], scope))
    if (value === undefined || low === undefined || high === undefined)
      return refuse('BETWEEN', 'is not on the list', at)
    return between(value, low, high, fields['not'] === true, bench, at)
  },
  is_null: (fields, scope, bench, at) => {
    onlyFields('is null', fields, ['this', 'not', 'postfix_form'], at)
    refuseChain('is null', fields, at)
    return isNull(bench.expression(fields['this'], scope), fields['not'] === true)
  },
  is_true: (fields, scope, bench, at) =>
    isTruth(bench.expression(fields['this'], scope), true, fields['not'] === true, at),
  is_false: (fields, scope, bench, at) =>
    isTruth(bench.expression(fields['this'], scope), false, fields['not'] === true, at),
  cast: (fields, scope, bench, at) => {
    onlyFields('cast', fields, ['this', 'to', 'double_colon_syntax'], at)
    return cast(bench.expression(fields['this'], scope), fields['to'], bench, at)
  },
  extract: (fields, scope, bench, at) => {
    onlyFields('extract', fields, ['this', 'field'], at)
    const field = fields['field']
    if (typeof field !== 'string')
      return refuse(`EXTRACT of ${isFields(field) ? Object.values(field).join(' ') : ''}`, 'is not on the list', at)
    return extractPart(field, bench.expression(fields['this'], scope), 'integer', bench, at)
  },
  coalesce: (fields, scope, bench, at) => {
    onlyFields('coalesce', fields, ['expressions'], at)
    const values = listOf(fields['expressions']).map((one) => bench.expression(one, scope))
    return callFunction({ name: 'coalesce', values, words: [], bench, at })
  },
  trim: trimRule,
  list_agg: (fields, scope, bench, at) => listAggRule(fields, [], scope, bench, at),
  within_group: (fields, scope, bench, at) => {
    onlyFields('within group', fields, ['this', 'order_by'], at)
    const inner = nodeAt(fields['this'], at)
    if (inner.kind !== 'list_agg')
      return refuse(textAt(inner.fields, 'name') ?? wordsOf(inner.kind), 'is not on the list', at)
    return listAggRule(inner.fields, listOf(fields['order_by']), scope, bench, at)
  },
  window_function: windowed,
  exists: (fields, scope, bench, at) => subqueryExists(fields, scope, bench, at),
  subquery: (fields, scope, bench, at) => scalar(fields, scope, bench, at),
  any: (fields, scope, bench, at) => quantified('ANY', fields, scope, bench, at),
  all: (fields, scope, bench, at) => quantified('ALL', fields, scope, bench, at),
}

function notLike(kind: string, fields: Fields, scope: Scope, bench: Bench, at: unknown): Value {
  onlyFields('like', fields, ['left', 'right', 'escape'], at)
  const [value, pattern] = operands(fields, scope, bench, at)
  const escape = fields['escape'] == null ? undefined : wordOf(fields['escape'])
  return like(
    value,
    pattern,
    { not: true, ignoresCase: kind === 'i_like', ...(escape === undefined ? {} : { escape }) },
    bench,
    at,
  )
}
