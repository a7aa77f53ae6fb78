import type { CatalogEntry } from '../model/catalog.js'
import { translateQueries, type QueryBook } from './query.js'

/** What a view may ask of the session that reads it, and cannot bring along. */
export const viewSettings = ['odps.sql.allow.cartesian', 'odps.sql.allow.fullscan', 'odps.sql.timezone']

/**
 * What the translator makes of a view's text, to stand in comments: MaxCompute's query and what is to know about it, or
 * the construct that has no translation. Nothing for materialized views, which are tables to be filled.
 */
export async function viewLines(entry: CatalogEntry, book: QueryBook): Promise<readonly string[]> {
  if (entry.kind === 'materialized-view' || entry.definition === undefined) return []
  const [found, ...more] = await translateQueries(entry.definition, book, { forView: true })
  if (found === undefined || more.length > 0) return []
  if (found.fate === 'refused') {
    return [`not translated: ${found.construct} (${found.line}:${found.column}) ${found.reason}`]
  }
  const needs = viewSettings.filter((name) => found.settings[name] !== undefined)
  return [
    'as a query of MaxCompute:',
    ...needs.map((name) => `who reads it needs ${name}=${found.settings[name] ?? ''}`),
    ...found.changes.flatMap(({ rule, what, differs }) =>
      differs === undefined ? [] : [`${rule}: ${what}; differs ${differs}`],
    ),
    ...found.doubts,
    `${found.sql};`,
  ]
}
