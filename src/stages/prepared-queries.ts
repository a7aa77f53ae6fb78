import { createHash } from 'node:crypto'
import { relationText } from '../model/names.js'
import type { RelationPlan } from '../model/plan.js'
import type { UserQuery } from '../model/query-check.js'
import { translateQueries, type TranslatedText } from '../translate/query.js'
import type { PlanBook } from './plan-book.js'
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

/** Translates the user's queries by the names that the plan gives, in the order of the config. */
export async function prepareQueries(book: PlanBook, travel: Travel): Promise<readonly PreparedQuery[]> {
  const { userQueries = [], searchPath = [] } = travel.settings
  if (userQueries.length === 0) return []
  const texts = userQueries.map(({ text }) => text)
  const relations = await queryBook(travel.folder, texts, searchPath, (plan) => loadedPlan(plan, travel))
  const prepared: PreparedQuery[] = []
  for (const query of userQueries) {
    const [found, ...more] = await translateQueries(query.text, relations)
    if (found === undefined || more.length > 0) {
      prepared.push({ query, fate: 'manual', reason: 'the text is not one query' })
    } else if (found.fate === 'refused') {
      const { construct, reason, column } = found
      const line = query.line + found.line - 1
      prepared.push({ query, fate: 'manual', reason: `${construct} (${line}:${column}) ${reason}` })
    } else {
      prepared.push(comparable(query, found, await plansOf(found, book)))
    }
  }
  return prepared
}

async function plansOf({ relations }: TranslatedText, book: PlanBook): Promise<readonly RelationPlan[]> {
  const names = new Set(relations.map(relationText))
  const entries = book.entries.filter(({ relation }) => names.has(relation))
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
