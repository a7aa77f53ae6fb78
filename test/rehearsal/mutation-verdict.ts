import { createHash } from 'node:crypto'
import { expect } from 'vitest'
import type { RowDifference } from '../../src/model/documents.js'
import type { RelationPlan } from '../../src/model/plan.js'
import { risksOf } from '../../src/stages/report-risk.js'
import { applied, mutate, mutationSql, type Mutation, type Row } from './mutations.js'
import type { Mutated, Verdict } from './mutated.js'
import { differencesOf, recomputed, recomputedBuckets } from './recompute.js'

export interface Tally {
  readonly mutationCount: number
  readonly foundByContent: number
  readonly foundByAggregates: number
  /** Not found, as was to be expected, and the column named by the report as not covered. */
  readonly hidden: number
  readonly rowsNamed: number
  /** By kind of mutation: how many, found at `content`, found at `aggregates`. */
  readonly kinds: Readonly<Record<string, readonly [number, number, number]>>
}

/** What a mutation is judged by. */
export type Known = Pick<Mutated, 'plan' | 'rows' | 'source'>

/** Draws mutations, does each to a table that was right, and asks what was found; throws at the first that is judged wrongly. */
export async function judge(mutated: Mutated, throwOf: (sides: number) => number, count: number): Promise<Tally> {
  const tallies: Tally[] = []
  for (let n = 0; n < count; n += 1) {
    const mutation = mutate(mutated.plan, mutated.rows, throwOf)
    await mutated.run(mutationSql(mutated.plan, mutated.pristine, mutation))
    tallies.push(judged(mutated, mutation, await mutated.verify()))
  }
  return summed(tallies)
}

/** Throws where a mutation was not found that its depth covers, or one that it does not, or where other rows are named. */
export function judged(known: Known, mutation: Mutation, { aggregates, content, difference }: Verdict): Tally {
  const changed = applied(known.rows, mutation)
  const expected = expectedOf(known, changed, mutation)
  const { name } = mutation
  expect({ name, aggregates, content }).toEqual({ name, ...expected })
  const lines = linesOf(difference)
  expect({ name, lines }).toEqual({ name, lines: expected.content ? expectedLines(known, changed) : [] })
  if (!content) expect({ name, risk: riskOf(known, mutation) }).toEqual({ name, risk: 'told' })
  const [byContent, byAggregates] = [content ? 1 : 0, aggregates ? 1 : 0]
  return {
    mutationCount: 1,
    foundByContent: byContent,
    foundByAggregates: byAggregates,
    hidden: 1 - byContent,
    rowsNamed: lines.length,
    kinds: { [kindOf(mutation)]: [1, byContent, byAggregates] },
  }
}

/** Several tallies as one. */
export function summed(tallies: readonly Tally[]): Tally {
  const sum = (of: (tally: Tally) => number): number => tallies.reduce((total, tally) => total + of(tally), 0)
  const kinds: Record<string, readonly [number, number, number]> = {}
  for (const [name, [all, content, aggregates]] of tallies.flatMap((tally) => Object.entries(tally.kinds))) {
    const before = kinds[name] ?? [0, 0, 0]
    kinds[name] = [before[0] + all, before[1] + content, before[2] + aggregates]
  }
  return {
    mutationCount: sum((tally) => tally.mutationCount),
    foundByContent: sum((tally) => tally.foundByContent),
    foundByAggregates: sum((tally) => tally.foundByAggregates),
    hidden: sum((tally) => tally.hidden),
    rowsNamed: sum((tally) => tally.rowsNamed),
    kinds: Object.fromEntries(Object.entries(kinds).toSorted()),
  }
}

/** Its name without the column. */
function kindOf({ name }: Mutation): string {
  return name.startsWith('swapped ') ? 'swapped' : (name.split(':')[0] ?? name)
}

/** What is not found must be in a column that the report names as not wholly covered. */
function riskOf({ plan }: Known, { name }: Mutation): string {
  const column = name.split(' ').at(-1)
  const cover = risksOf(plan).find((risk) => risk.column === column)?.cover
  return cover === 'tolerance' || cover === 'length' ? 'told' : `${column ?? ''} is covered by ${cover ?? 'nothing'}`
}

/** The aggregates find what changes one of them, as plain TypeScript works them out; the content finds all but the hidden. */
function expectedOf(
  { plan, source }: Known,
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
function expectedLines({ plan, rows }: Known, changed: readonly Row[]): readonly string[] {
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
