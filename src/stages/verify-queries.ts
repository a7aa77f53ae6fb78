import { compareQueryAnswers, type AnswerRow } from '../checks/answer-check.js'
import { comparisonOf, comparisonTexts } from '../checks/answer-value.js'
import { exitCodes, MigrationError } from '../model/errors.js'
import { relationText } from '../model/names.js'
import type { QueryChecks, QueryResult, SourceAnswer } from '../model/query-check.js'
import type { ViewFates } from '../model/view-fate.js'
import { eachAtOnce } from './at-once.js'
import { viewFatesPath } from './create-views.js'
import { fencesPath, type Fences } from './fence.js'
import type { PlanBook } from './plan-book.js'
import { prepareQueries, queryKey, type PreparedQuery } from './prepared-queries.js'
import { answerRowCountMax, queryCall, sourceAnswerPath } from './source-answers.js'
import type { Travel } from './stage.js'
import { sourceMeasurements } from './unload.js'

export const queryChecksPath = 'checks/queries.json'
export const nowQueryChecksPath = 'checks/now/queries.json'

type Asked = Extract<PreparedQuery, { fate: 'asked' }>

/** The source's rows, or why there are none to compare with. */
type SourceSide = { readonly rows: readonly AnswerRow[] } | Pick<QueryResult, 'verdict' | 'reason' | 'exitCode'>

/** Asks the target the user's queries and compares with what the source answered about the migrated moment. */
export async function verifyQueries(book: PlanBook, travel: Travel): Promise<QueryChecks | undefined> {
  const fences = await travel.folder.readDocument<Fences>(fencesPath)
  const moved = new Set(fences?.moved.map(({ relation }) => relation))
  return verifyEach(book, travel, 'unload', (prepared) => answered(prepared, moved, travel))
}

/** The same of what both sides hold now; writes meanwhile show as differences. */
export async function verifyQueriesNow(book: PlanBook, travel: Travel): Promise<QueryChecks | undefined> {
  return verifyEach(book, travel, 'now', (prepared) => askNow(prepared, travel))
}

async function verifyEach(
  book: PlanBook,
  travel: Travel,
  moment: QueryChecks['moment'],
  sourceSide: (prepared: Asked) => Promise<SourceSide>,
): Promise<QueryChecks | undefined> {
  const prepared = await prepareQueries(book, travel)
  if (prepared.length === 0) return undefined
  const fates = await travel.folder.readDocument<ViewFates>(viewFatesPath)
  const unmade = new Set(fates?.views.flatMap(({ view, fate }) => (fate === 'created' ? [] : [view])))
  const results: QueryResult[] = []
  await eachAtOnce([...prepared.entries()], travel.settings.limits.verify, async ([n, one]) => {
    if (!travel.stopping.aborted) results[n] = await resultOf(one, unmade, travel, sourceSide)
  })
  if (travel.stopping.aborted) return undefined
  const { consistency } = travel.settings
  const document: QueryChecks = { document: 'query-checks', consistency, moment, results }
  await travel.folder.writeDocument(moment === 'now' ? nowQueryChecksPath : queryChecksPath, document)
  return document
}

async function resultOf(
  prepared: PreparedQuery,
  unmade: ReadonlySet<string>,
  travel: Travel,
  sourceSide: (prepared: Asked) => Promise<SourceSide>,
): Promise<QueryResult> {
  const base = emptyResult(prepared)
  if (prepared.fate !== 'asked') return { ...base, verdict: prepared.fate, reason: prepared.reason }
  const missing = base.relations.find((name) => unmade.has(name))
  if (missing !== undefined) return { ...base, verdict: 'waiting', reason: `view ${missing} was not made` }
  try {
    const source = await sourceSide(prepared)
    if (!('rows' in source)) return { ...base, ...source }
    return { ...base, ...(await compared(prepared, source.rows, travel)) }
  } catch (error) {
    if (!(error instanceof MigrationError) || error.code === 'interrupted') throw error
    return { ...base, verdict: 'failed', reason: error.message, exitCode: exitCodes[error.code] }
  }
}

function emptyResult(prepared: PreparedQuery): QueryResult {
  const { name, file, line, text } = prepared.query
  const empty = { comparedCount: 0, nearCount: 0, near: [], discrepancies: [] }
  const asked = { name, file, line, source: text, ...empty, verdict: 'manual' as const }
  if (prepared.fate === 'manual') return { ...asked, relations: [], columns: [], orderedBy: [] }
  const { sql, settings, relations, columns, orderedBy = [] } = prepared.translated
  return {
    ...asked,
    relations: relations.map(relationText),
    target: sql,
    settings,
    columns: columns.map((column) => ({ name: column.name, compared: comparisonTexts[comparisonOf(column)] })),
    orderedBy: orderedBy.map((place) => columns[place]?.name ?? ''),
  }
}

/** What the source answered about the moment that was unloaded. */
async function answered({ query, plans }: Asked, moved: ReadonlySet<string>, travel: Travel): Promise<SourceSide> {
  const { consistency } = travel.settings
  if (consistency === 'each-relation') {
    const reason = 'with consistency each-relation the relations are of different moments'
    return { verdict: 'not-comparable', reason }
  }
  const missing = plans.find(({ relationId }) => travel.journal.status(`load/${relationId}`).state !== 'succeeded')
  if (missing !== undefined)
    return { verdict: 'waiting', reason: `${relationText(missing.source)} has not been loaded` }
  const restless = plans.find(({ source }) => moved.has(relationText(source)))
  if (restless !== undefined)
    return { verdict: 'not-comparable', reason: `${relationText(restless.source)} moved while it was read` }
  const answer = await travel.folder.readDocument<SourceAnswer>(sourceAnswerPath(queryKey(query, travel)))
  if (answer === undefined)
    return { verdict: 'not-comparable', reason: 'the source was not asked it about the moment that was unloaded' }
  if (answer.failure !== undefined)
    return { verdict: 'failed', reason: answer.failure.message, exitCode: answer.failure.exitCode }
  if (consistency === 'single-transaction' && !(await isOfSnapshot(answer.snapshot, plans, travel)))
    return { verdict: 'not-comparable', reason: 'the source was asked it in another transaction' }
  return { rows: answer.rows ?? [] }
}

async function isOfSnapshot(snapshot: string, plans: Asked['plans'], travel: Travel): Promise<boolean> {
  for (const { relationId } of plans) {
    const { number } = travel.journal.status(`unload/${relationId}`)
    if ((await sourceMeasurements(relationId, number, travel)).snapshot !== snapshot) return false
  }
  return true
}

async function askNow({ query }: Asked, travel: Travel): Promise<SourceSide> {
  const call = queryCall(travel, 'verify')
  const snapshot = await travel.places.source.open('each-relation', call)
  try {
    const asked = { ...query, searchPath: travel.settings.searchPath ?? [], settings: {} }
    return { rows: await snapshot.ask(asked, answerRowCountMax, call) }
  } finally {
    await snapshot[Symbol.asyncDispose]()
  }
}

async function compared(
  { query, translated }: Asked,
  sourceRows: readonly AnswerRow[],
  travel: Travel,
): Promise<Partial<QueryResult> & Pick<QueryResult, 'verdict'>> {
  const { sql: text, settings, columns, orderedBy, limit, doubts } = translated
  const asked = { name: query.name, text, settings, searchPath: [] }
  const targetRows = await travel.places.target.ask(asked, answerRowCountMax, queryCall(travel, 'verify'))
  const relations = translated.relations.map(relationText)
  const comparedQuery = {
    name: query.name,
    relations,
    columns,
    ...(orderedBy === undefined ? {} : { orderedBy }),
    ...(limit === undefined ? {} : { limit }),
  }
  const { cutByLimit, ...found } = compareQueryAnswers(comparedQuery, sourceRows, targetRows)
  const counts = { ...found, sourceRowCount: sourceRows.length, targetRowCount: targetRows.length }
  if (found.discrepancies.length === 0) return { ...counts, verdict: 'equal' }
  const open = cutByLimit ? [...doubts, 'LIMIT takes some of the rows that come last in its order'] : doubts
  if (open.length === 0) return { ...counts, verdict: 'differs' }
  return { ...counts, verdict: 'not-comparable', reason: `the answers differ, and may: ${open.join('; ')}` }
}
