import type { QueryChecks, QueryResult } from '../model/query-check.js'
import type { PlanBook } from '../stages/plan-book.js'
import { queryExitCodes, queryTotals, queryTotalsText } from '../stages/query-totals.js'
import { worstExitCode } from '../stages/journey.js'
import { viewFatesPath } from '../stages/create-views.js'
import type { Travel } from '../stages/stage.js'
import { queryChecksPath, verifyQueries, verifyQueriesNow } from '../stages/verify-queries.js'
import type { Context } from './context.js'

/** Most differences that are printed for a query; its document has more. */
const discrepancyCountMax = 5

/** Compares what both sides answer to the user's queries, tells it, and returns the exit code of it alone. */
export async function compareUserQueries(
  context: Context,
  book: PlanBook,
  travel: Travel,
  moment: QueryChecks['moment'] = 'unload',
): Promise<number> {
  const checks = await (moment === 'now' ? verifyQueriesNow(book, travel) : verifyQueries(book, travel))
  if (checks === undefined) return 0
  for (const result of checks.results) tellQuery(context, result)
  const { results } = checks
  context.talk.data({ queries: queryTotals(results) }, () => queryTotalsText(results))
  return queriesExitCode(context, checks)
}

/** The exit code of the queries that an earlier command compared; 0 where there are none. */
export async function earlierQueriesExitCode(context: Context, travel: Travel): Promise<number> {
  const checks = await travel.folder.readDocument<QueryChecks>(queryChecksPath)
  const { userQueries = [], viewNaming } = travel.settings
  if (checks === undefined || (userQueries.length === 0 && viewNaming === undefined)) return 0
  return queriesExitCode(context, checks)
}

/** Whether the queries of the config have all been compared by an earlier command. */
export async function haveBeenCompared(travel: Travel): Promise<boolean> {
  const { userQueries = [], viewNaming } = travel.settings
  if (viewNaming !== undefined && (await travel.folder.readDocument(viewFatesPath)) === undefined) return false
  if (userQueries.length === 0) return true
  const checks = await travel.folder.readDocument<QueryChecks>(queryChecksPath)
  const texts = new Set(checks?.results.map(({ source }) => source))
  return userQueries.every(({ text }) => texts.has(text))
}

async function queriesExitCode(context: Context, checks: QueryChecks): Promise<number> {
  const { config } = await context.config()
  return worstExitCode(queryExitCodes(checks, config.verify.manualQueries))
}

/** Equal ones are only counted for people; programs are told of all. */
function tellQuery(context: Context, result: QueryResult): void {
  const { name, verdict, reason, nearCount, discrepancies } = result
  if (verdict === 'equal') {
    if (context.talk.json) context.talk.data({ query: name, verdict, nearCount }, () => '')
    return
  }
  const title = verdict.replaceAll('-', ' ').toUpperCase()
  const told = { query: name, verdict, ...(reason === undefined ? {} : { reason }), ...statementsOf(result) }
  context.talk.data(told, () => {
    const lines = [`${title} query ${name} (${result.file}:${result.line})${reason === undefined ? '' : `: ${reason}`}`]
    if (discrepancies.length > 0) lines.push('source:', result.source, 'target:', result.target ?? '')
    return lines.join('\n')
  })
  for (const discrepancy of discrepancies.slice(0, discrepancyCountMax)) {
    context.talk.data({ discrepancy }, () => `DIFFERS ${discrepancy.message}`)
  }
  const more = discrepancies.length - discrepancyCountMax
  if (more > 0) context.talk.say(`query ${name}: ${more} more differences in the report`)
}

function statementsOf({ discrepancies, source, target }: QueryResult): object {
  return discrepancies.length === 0 ? {} : { source, target }
}
