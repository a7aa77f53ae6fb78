import { refuse, tell, type Bench } from './bench.js'
import { aggregate, aggregateNames } from './aggregates.js'
import { nodeAt } from './expression-parts.js'
import { isFields, listOf, strayField, textAt, type Fields } from './node.js'
import { sortKey } from './order.js'
import type { Scope } from './scope.js'
import { families, made, type Value } from './value.js'

const ranks: Readonly<Record<string, string>> = {
  row_number: 'ROW_NUMBER()',
  rank: 'RANK()',
  dense_rank: 'DENSE_RANK()',
}

/** A window function of the list. */
export function windowed(fields: Fields, scope: Scope, bench: Bench, at: unknown): Value {
  const stray = strayField(fields, ['this', 'over'])
  if (stray !== undefined) return refuse(`window function with ${stray}`, 'is not on the list', at)
  const inner = nodeAt(fields['this'], at)
  const { over } = fields
  if (!isFields(over)) return refuse('OVER', 'is not on the list', at)
  const window = windowText(over, scope, bench, at)
  const rank = ranks[inner.kind]
  const result =
    rank === undefined ? applied(inner.kind, inner.fields, window, scope, bench, at) : ranked(rank, window, at)
  if (result.aggregate) return refuse('window function over an aggregate', 'put the aggregate into a subquery', at)
  return result
}

interface WindowText {
  readonly sql: string
  readonly ordered: boolean
  readonly framed: boolean
}

function windowText(over: Fields, scope: Scope, bench: Bench, at: unknown): WindowText {
  const stray = strayField(over, ['partition_by', 'order_by', 'frame'])
  if (stray !== undefined) return refuse(`OVER with ${stray.replaceAll('_', ' ')}`, 'is not on the list', at)
  const partition = listOf(over['partition_by']).map((one) => bench.expression(one, scope))
  const order = listOf(over['order_by']).map((one) => sortKey(one, scope, bench, at))
  if ([...partition, ...order.map(({ value }) => value)].some((one) => one.aggregate || one.windowed))
    return refuse('OVER with an aggregate', 'put the aggregate into a subquery', at)
  const frame = isFields(over['frame']) ? frameText(over['frame'], at) : ''
  const parts = [
    partition.length === 0 ? '' : `PARTITION BY ${partition.map((one) => one.sql).join(', ')}`,
    order.length === 0 ? '' : `ORDER BY ${order.map(({ sql }) => sql).join(', ')}`,
    frame,
  ]
  return { sql: `(${parts.filter((part) => part !== '').join(' ')})`, ordered: order.length > 0, framed: frame !== '' }
}

function frameText(frame: Fields, at: unknown): string {
  const known = ['kind', 'start', 'end', 'kind_text', 'start_side_text', 'end_side_text']
  const stray = strayField(frame, known)
  if (stray !== undefined || frame['kind'] !== 'Rows')
    return refuse(`frame ${String(frame['kind']).toUpperCase()}`, 'only ROWS is on the list', at)
  const start = bound(frame['start'], at)
  return `ROWS BETWEEN ${start} AND ${frame['end'] == null ? 'CURRENT ROW' : bound(frame['end'], at)}`
}

function bound(value: unknown, at: unknown): string {
  if (value === 'CurrentRow') return 'CURRENT ROW'
  if (value === 'UnboundedPreceding') return 'UNBOUNDED PRECEDING'
  if (value === 'UnboundedFollowing') return 'UNBOUNDED FOLLOWING'
  if (isFields(value)) {
    for (const side of ['Preceding', 'Following']) {
      const count = value[side] === undefined ? undefined : nodeAt(value[side], at)
      const digits = count === undefined ? '' : (textAt(count.fields, 'value') ?? '')
      if (count?.kind === 'literal' && /^\d+$/.test(digits)) return `${digits} ${side.toUpperCase()}`
    }
  }
  return refuse('frame', 'this bound is not on the list', at)
}

function ranked(call: string, window: WindowText, at: unknown): Value {
  if (window.framed) return refuse(`${call} with a frame`, 'is not on the list', at)
  if (!window.ordered) return refuse(`${call} without an order`, 'numbers the rows at random', at)
  return { ...made(`${call} OVER ${window.sql}`, families.bigint, []), windowed: true }
}

function applied(kind: string, fields: Fields, window: WindowText, scope: Scope, bench: Bench, at: unknown): Value {
  const stray = strayField(fields, ['this', 'star', 'offset', 'default', 'num_buckets', 'name', 'distinct'])
  if (stray !== undefined)
    return refuse(`${kind.toUpperCase()} with ${stray.replaceAll('_', ' ')}`, 'is not on the list', at)
  const value = fields['this'] == null ? undefined : bench.expression(fields['this'], scope)
  if (value?.aggregate === true)
    return refuse('window function over an aggregate', 'put the aggregate into a subquery', at)
  if (aggregateNames.has(kind)) {
    if (window.ordered && !window.framed)
      return refuse(
        `${kind.toUpperCase()} OVER (ORDER BY …)`,
        'Redshift wants a frame, and both sides take another one',
        at,
      )
    if (fields['distinct'] === true) return refuse('DISTINCT in a window', 'is not on the list', at)
    return aggregate({ name: kind, value, distinct: false, bench, at, over: ` OVER ${window.sql}` })
  }
  if (value === undefined && kind !== 'n_tile')
    return refuse(`window function ${kind.toUpperCase()}`, 'is not on the list', at)
  return moved(kind, fields, value, window, { scope, bench, at })
}

interface Place {
  readonly scope: Scope
  readonly bench: Bench
  readonly at: unknown
}

function moved(kind: string, fields: Fields, value: Value | undefined, window: WindowText, place: Place): Value {
  const { at, bench, scope } = place
  if (!window.ordered) return refuse(`${kind.toUpperCase()} without an order`, 'picks rows at random', at)
  const result = (sql: string, type: Value['type'], from: readonly Value[], nullable: boolean): Value => ({
    ...made(`${sql} OVER ${window.sql}`, type, from, { nullable }),
    windowed: true,
  })
  if (kind === 'n_tile') {
    const count = bench.expression(fields['num_buckets'], scope)
    if (count.literal === undefined) return refuse('NTILE', 'needs a literal number', at)
    return result(`NTILE(${count.literal})`, families.bigint, [], false)
  }
  if (value === undefined) return refuse(`window function ${kind.toUpperCase()}`, 'is not on the list', at)
  if (kind === 'lag' || kind === 'lead') {
    const offset = fields['offset'] == null ? undefined : bench.expression(fields['offset'], scope)
    if (fields['default'] != null || (offset !== undefined && offset.literal === undefined) || window.framed)
      return refuse(kind.toUpperCase(), 'only with an offset that is a literal, without a frame or default', at)
    return result(`${kind.toUpperCase()}(${value.sql}, ${offset?.literal ?? '1'})`, value.type, [value], true)
  }
  if (kind !== 'first_value' && kind !== 'last_value')
    return refuse(`window function ${kind.toUpperCase()}`, 'is not on the list', at)
  if (!window.framed) return refuse(`${kind.toUpperCase()} without a frame`, 'both sides take another one', at)
  tell(bench, kind.toUpperCase(), 'with its frame')
  return result(`${kind.toUpperCase()}(${value.sql})`, value.type, [value], true)
}
