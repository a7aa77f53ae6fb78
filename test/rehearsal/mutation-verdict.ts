import { createHash } from 'node:crypto'
import { expect } from 'vitest'
import type { RowDifference } from '../../src/model/documents.js'
import type { RelationPlan } from '../../src/model/plan.js'
import { applied, mutate, mutationSql, type Mutation, type Row } from './mutations.js'
import type { Mutated } from './mutated.js'
import { differencesOf, recomputed, recomputedBuckets } from './recompute.js'

export interface Tally {
  readonly mutationCount: number
  readonly foundByContent: number
  readonly foundByAggregates: number
  readonly hidden: number
  readonly rowsNamed: number
}

/** Draws mutations, does each to a table that was right, and asks what was found; throws at the first that is judged wrongly. */
export async function judge(mutated: Mutated, throwOf: (sides: number) => number, count: number): Promise<Tally> {
  const tally = { mutationCount: 0, foundByContent: 0, foundByAggregates: 0, hidden: 0, rowsNamed: 0 }
  for (let n = 0; n < count; n += 1) {
    const mutation = mutate(mutated.plan, mutated.rows, throwOf)
    await mutated.run(mutationSql(mutated.plan, mutated.pristine, mutation))
    const verdict = await mutated.verify()
    const changed = applied(mutated.rows, mutation)
    const expected = expectedOf(mutated, changed, mutation)
    const { aggregates, content } = verdict
    expect({ n, mutation: mutation.name, aggregates, content }).toEqual({ n, mutation: mutation.name, ...expected })
    const lines = linesOf(verdict.difference)
    expect({ n, mutation: mutation.name, lines }).toEqual({
      n,
      mutation: mutation.name,
      lines: expected.content ? expectedLines(mutated, changed) : [],
    })
    tally.mutationCount += 1
    tally.foundByContent += content ? 1 : 0
    tally.foundByAggregates += aggregates ? 1 : 0
    tally.hidden += content ? 0 : 1
    tally.rowsNamed += lines.length
  }
  return tally
}

/** The aggregates find what changes one of them, as plain TypeScript works them out; the content finds all but the hidden. */
function expectedOf(
  { plan, source }: Mutated,
  changed: readonly Row[],
  { name, hidden = false }: Mutation,
): { readonly aggregates: boolean; readonly content: boolean } {
  const aggregates = source.measurements.some(({ measure, value }) => {
    const found = recomputed(plan, changed, measure)
    if (found === value) return false
    if (found === null || value === null || !measure.kind.startsWith('finite-')) return true
    const [a, b] = [Number(value), Number(found)]
    const magnitude = source.measurements.find(
      (one) =>
        one.measure.kind === 'finite-magnitude' &&
        'column' in measure &&
        'column' in one.measure &&
        one.measure.column === measure.column,
    )
    const scale = measure.kind === 'finite-sum' ? Number(magnitude?.value) : Math.max(Math.abs(a), Math.abs(b))
    const column = plan.columns.find(({ target }) => 'column' in measure && target === measure.column)
    return Math.abs(a - b) > (column?.targetType === 'FLOAT' ? 1e-5 : 1e-9) * scale
  })
  // Of a SUPER only lengths are compared: what keeps them is not covered.
  const isCovered = !hidden && !name.endsWith(' doc')
  const worked = differencesOf(source.fingerprint, recomputedBuckets(plan, changed, source.fingerprint)).length > 0
  if (isCovered && !worked) throw new Error(`${name} changes no bucket`)
  return { aggregates, content: !hidden && worked }
}

function shownColumns(plan: RelationPlan): readonly string[] {
  return plan.columns.filter(({ sourceType }) => sourceType.base !== 'super').map(({ target }) => target)
}

/** Rows that only one of the tables has, as often as it has more of them. */
function expectedLines({ plan, rows }: Mutated, changed: readonly Row[]): readonly string[] {
  const counts = new Map<string, number>()
  for (const row of rows) counts.set(rowText(plan, row), (counts.get(rowText(plan, row)) ?? 0) + 1)
  for (const row of changed) counts.set(rowText(plan, row), (counts.get(rowText(plan, row)) ?? 0) - 1)
  return [...counts]
    .flatMap(([text, count]) => Array.from({ length: Math.abs(count) }, () => `${count > 0 ? '-' : '+'} ${text}`))
    .toSorted()
}

function linesOf(difference: RowDifference | undefined): readonly string[] {
  return (difference?.lines ?? [])
    .flatMap(({ sign, count, values }) => {
      const text = JSON.stringify(values.map(({ column, value }) => [column, comparable(value)]).toSorted())
      return Array.from({ length: Number(count) }, () => `${sign} ${text}`)
    })
    .toSorted()
}

function rowText(plan: RelationPlan, row: Row): string {
  return JSON.stringify(
    shownColumns(plan)
      .map((name) => [name, comparable(cut(row[name] ?? null))])
      .toSorted(),
  )
}

/** A long text is shown by its beginning and the MD5 of the whole. */
function cut(value: string | number | null): string | number | null {
  if (typeof value !== 'string' || Array.from(value).length <= 200) return value
  return `${Array.from(value).slice(0, 200).join('')} ${createHash('md5').update(value).digest('hex')}`
}

/** Numbers by their value, since the two sides spell them otherwise. */
function comparable(value: string | number | null): string | null {
  if (value === null) return null
  const text = String(value)
  if (/^-?\d+\.\d+$/.test(text)) return text.replace(/\.?0+$/, '')
  return /^-?\d*\.?\d+e[+-]?\d+$/i.test(text) ? String(Number(text)) : text
}
