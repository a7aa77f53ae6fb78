import type { QueryChecks, QueryResult, QueryVerdict } from '../model/query-check.js'

export const queryVerdicts: readonly QueryVerdict[] = [
  'equal',
  'differs',
  'failed',
  'not-comparable',
  'manual',
  'waiting',
]

export type QueryTotals = Readonly<Record<QueryVerdict, number>>

export function queryTotals(results: readonly QueryResult[]): QueryTotals {
  const count = (verdict: QueryVerdict): number => results.filter((one) => one.verdict === verdict).length
  return Object.fromEntries(queryVerdicts.map((verdict) => [verdict, count(verdict)])) as QueryTotals
}

/** `22 queries: 20 equal, 1 differs, 1 manual` */
export function queryTotalsText(results: readonly QueryResult[]): string {
  const totals = queryTotals(results)
  const parts = queryVerdicts.flatMap((verdict) =>
    totals[verdict] === 0 ? [] : [`${totals[verdict]} ${verdict.replaceAll('-', ' ')}`],
  )
  return `${results.length} ${results.length === 1 ? 'query' : 'queries'}: ${parts.join(', ')}`
}

/**
 * What the queries mean for the command's end. One that waits for a relation has no code of its own: the relation has, or
 * nobody asked for it.
 */
export function queryExitCodes({ results }: QueryChecks, manual: 'list' | 'fail'): readonly number[] {
  return results.flatMap(({ verdict, exitCode }) => {
    if (verdict === 'differs') return [9]
    if (verdict === 'failed') return [exitCode ?? 8]
    if (verdict === 'not-comparable') return [11]
    return verdict === 'manual' && manual === 'fail' ? [10] : []
  })
}
