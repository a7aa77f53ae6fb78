import type { CatalogEntry } from '../model/catalog.js'
import { defaultSchema, type Naming } from '../translate/names.js'
import { planViews, type PlannedView } from '../translate/plan-views.js'
import type { PlanBook, PlanEntry } from './plan-book.js'
import { queryBook } from './query-book.js'
import type { Travel } from './stage.js'

/** The views of the catalog as they are to be made, in the order in which they can be; none where none shall be made. */
export async function plannedViews(book: PlanBook, travel: Travel): Promise<readonly PlannedView[]> {
  const { viewNaming } = travel.settings
  if (viewNaming === undefined) return []
  const entries: CatalogEntry[] = []
  for await (const entry of travel.folder.readLines<CatalogEntry>('catalog.jsonl')) {
    if (entry.kind === 'view' || entry.kind === 'late-binding-view') entries.push(entry)
  }
  if (entries.length === 0) return []
  const texts = entries.map(({ definition = '' }) => definition)
  // Redshift prints relations with their schema, save those of the search path of the session that asks.
  return planViews(entries, await queryBook(travel.folder, texts, ['public']), withinProject(viewNaming, book.entries))
}

/** As the plan's tables are: in a schema, or in none. */
export function withinProject(naming: Naming, tables: readonly Pick<PlanEntry, 'tableSchema'>[]): Naming {
  if (naming.schema !== undefined || tables.every(({ tableSchema }) => tableSchema === undefined)) return naming
  return { ...naming, schema: defaultSchema }
}
