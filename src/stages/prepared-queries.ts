import { createHash } from 'node:crypto'
import { relationSql } from '../dialect/redshift/identifier.js'
import { relationText, type RelationName } from '../model/names.js'
import type { RelationPlan } from '../model/plan.js'
import type { UserQuery } from '../model/query-check.js'
import { translateQueries, type QueryBook, type TranslatedText } from '../translate/query.js'
import type { PlanBook } from './plan-book.js'
import { plannedViews } from './planned-views.js'
import { loadedPlan } from './publish.js'
import { queryBook } from './query-book.js'
import type { Travel } from './stage.js'

/** A query with its translation, or with the reason why both sides cannot be asked it. */
export type PreparedQuery = { readonly query: UserQuery } & (
  | { readonly fate: 'manual'; readonly reason: string }
  | ({ readonly fate: 'not-comparable'; readonly reason: string } & Readable)
  | ({ readonly fate: 'asked' } & Readable)
)

interface Readable {
  readonly translated: TranslatedText
  /** What it reads. */
  readonly plans: readonly RelationPlan[]
}

/**
 * Translates the user's queries by the names that the plan gives, in the order of the config; behind them the number of
 * rows of each view that is to be made, which queries may read too.
 */
export async function prepareQueries(book: PlanBook, travel: Travel): Promise<readonly PreparedQuery[]> {
  const { userQueries = [], searchPath = [] } = travel.settings
  const views = (await plannedViews(book, travel)).filter((view) => view.fate === 'translated')
  // Of different moments no count would say anything.
  const counted = travel.settings.consistency === 'each-relation' ? [] : views
  const queries = [...userQueries, ...counted.map(({ entry }) => countQuery(entry))]
  if (queries.length === 0) return []
  const texts = queries.map(({ text }) => text)
  const tables = await queryBook(travel.folder, texts, searchPath, (plan) => loadedPlan(plan, travel))
  const known = { ...tables, relations: [...tables.relations, ...views.map(({ relation }) => relation)] }
  const reads = new Map(views.map((view) => [relationText(view.entry), view.reads]))
  const prepared: PreparedQuery[] = []
  for (const query of queries) prepared.push(await prepare(query, known, reads, book))
  return prepared
}

function countQuery(view: RelationName): UserQuery {
  const text = `SELECT COUNT(*) AS row_count FROM ${relationSql(view)}`
  return { name: `rows of view ${relationText(view)}`, file: 'views', line: 1, text }
}

async function prepare(
  query: UserQuery,
  known: QueryBook,
  reads: ReadonlyMap<string, readonly string[]>,
  book: PlanBook,
): Promise<PreparedQuery> {
  const [found, ...more] = await translateQueries(query.text, known)
  if (found === undefined || more.length > 0) return { query, fate: 'manual', reason: 'the text is not one query' }
  if (found.fate === 'refused') {
    const { construct, reason, column } = found
    const line = query.line + found.line - 1
    return { query, fate: 'manual', reason: `${construct} (${line}:${column}) ${reason}` }
  }
  const names = found.relations.map(relationText).flatMap((name) => reads.get(name) ?? [name])
  return comparable(query, found, await plansOf(names, book))
}

async function plansOf(names: readonly string[], book: PlanBook): Promise<readonly RelationPlan[]> {
  const entries = book.entries.filter(({ relation }) => names.includes(relation))
  return Promise.all(entries.map(({ relationId }) => book.read(relationId)))
}

/** The source answers over whole relations: one of which a part was carried would differ for no fault of the migration. */
function comparable(query: UserQuery, translated: TranslatedText, plans: readonly RelationPlan[]): PreparedQuery {
  const part = plans.find(({ where }) => where !== undefined)
  if (part === undefined) return { query, fate: 'asked', translated, plans }
  const reason = `of ${relationText(part.source)} only rows where ${part.where ?? ''} were carried`
  return { query, fate: 'not-comparable', reason, translated, plans }
}

/** Tells queries apart by what is asked, so that an answer is never taken for that of another text. */
export function queryKey({ text }: Pick<UserQuery, 'text'>, { settings }: Pick<Travel, 'settings'>): string {
  const asked = JSON.stringify([text, settings.searchPath ?? []])
  return createHash('sha256').update(asked).digest('hex').slice(0, 20)
}
