import { createViewStatement } from '../dialect/maxcompute/create-view.js'
import type { CatalogEntry } from '../model/catalog.js'
import { relationText, tableText, type TableName } from '../model/names.js'
import type { Statement } from '../model/statement.js'
import { commentByteCountMax, cutToBytes } from './comment.js'
import { tableName, type Naming } from './names.js'
import { translateQueries, type BookRelation, type QueryBook, type TranslatedText } from './query.js'
import { viewSettings } from './view-lines.js'

/** What becomes of a view: a view of the target, or the reason why its translation is not certain. */
export type PlannedView = { readonly entry: CatalogEntry } & (
  | {
      readonly fate: 'translated'
      readonly target: TableName
      readonly statement: Statement
      /** Tables of the source that it reads, through other views too: `schema.name`. */
      readonly reads: readonly string[]
      /** Views that it names itself: `schema.name`. */
      readonly views: readonly string[]
      readonly relation: BookRelation
    }
  | { readonly fate: 'manual'; readonly reason: string }
)

/** Views in an order in which each can be made: those that others read come first. Those without a translation are last. */
export async function planViews(
  entries: readonly CatalogEntry[],
  book: QueryBook,
  naming: Naming,
): Promise<readonly PlannedView[]> {
  const planned: Extract<PlannedView, { fate: 'translated' }>[] = []
  let left = entries.filter(({ kind }) => kind === 'view' || kind === 'late-binding-view')
  let manual: PlannedView[] = []
  // What reads a view that is not known yet is refused, and tried again once more views are known.
  for (let before = -1; planned.length > before;) {
    before = planned.length
    manual = []
    for (const entry of left) {
      const known = { ...book, relations: [...book.relations, ...planned.map(({ relation }) => relation)] }
      const found = await planView(entry, known, naming, planned)
      if (found.fate === 'translated') planned.push(found)
      else manual.push(found)
    }
    left = manual.map(({ entry }) => entry)
  }
  return [...planned, ...manual]
}

async function planView(
  entry: CatalogEntry,
  book: QueryBook,
  naming: Naming,
  others: readonly Extract<PlannedView, { fate: 'translated' }>[],
): Promise<PlannedView> {
  const [found, ...more] = await translateQueries(entry.definition ?? '', book, { forView: true })
  if (found === undefined || more.length > 0) return { entry, fate: 'manual', reason: 'its text is not one query' }
  if (found.fate === 'refused') {
    const { construct, line, column, reason } = found
    return { entry, fate: 'manual', reason: `${construct} (${line}:${column}) ${reason}` }
  }
  const need = viewSettings.find((name) => found.settings[name] !== undefined)
  if (need !== undefined)
    return { entry, fate: 'manual', reason: `who reads it needs ${need}=${found.settings[need] ?? ''}` }
  const target = tableName(entry, naming)
  const taken = book.relations.find((one) => tableText(one.target) === tableText(target))
  if (taken !== undefined)
    return { entry, fate: 'manual', reason: `${tableText(target)} is what ${relationText(taken.source)} becomes` }
  return { entry, fate: 'translated', target, ...madeOf(entry, target, found, others) }
}

function madeOf(
  entry: CatalogEntry,
  target: TableName,
  found: TranslatedText,
  others: readonly Extract<PlannedView, { fate: 'translated' }>[],
) {
  const reads = found.relations.flatMap((name) => {
    const other = others.find((one) => relationText(one.entry) === relationText(name))
    return other === undefined ? [relationText(name)] : other.reads
  })
  const names = others.map((one) => relationText(one.entry))
  const comment = cutToBytes(entry.comment ?? '', commentByteCountMax)
  const { schema, name } = entry
  return {
    statement: createViewStatement(target, found.sql, found.settings, comment),
    reads: [...new Set(reads)],
    views: found.relations.map(relationText).filter((one) => names.includes(one)),
    relation: { source: { schema, name }, target, partitioned: false, columns: found.output },
  }
}
