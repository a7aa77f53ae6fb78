import { refuse, tell, type Bench } from './bench.js'
import { onlyFields } from './expression-parts.js'
import { isFields } from './node.js'
import type { Scope } from './scope.js'
import { inside, levels, type Value } from './value.js'

/** The direction and the place of NULL: they come last there when rising, first when falling, and the other way here. */
export function direction(key: unknown, nullable: boolean, bench: Bench, at: unknown): string {
  if (!isFields(key)) return refuse('ORDER BY', 'is not on the list', at)
  const descending = key['desc'] === true
  const first = typeof key['nulls_first'] === 'boolean' ? key['nulls_first'] : descending
  const word = descending ? ' DESC' : ''
  if (!nullable) return word
  tell(bench, 'NULL order', 'where NULL stands is written out')
  return `${word} NULLS ${first ? 'FIRST' : 'LAST'}`
}

export function keyOf(key: unknown, at: unknown): unknown {
  if (!isFields(key)) return refuse('ORDER BY', 'is not on the list', at)
  onlyFields('order by', key, ['this', 'desc', 'nulls_first', 'explicit_asc'], at)
  return key['this']
}

/** One key of a window or of WITHIN GROUP. */
export function sortKey(
  key: unknown,
  scope: Scope,
  bench: Bench,
  at: unknown,
): { readonly sql: string; readonly value: Value } {
  const value = bench.expression(keyOf(key, at), scope)
  if (value.literal !== undefined) return refuse('order by a literal', 'is no position in a window', at)
  return { value, sql: `${inside(value, levels.sum)}${direction(key, value.nullable, bench, at)}` }
}
