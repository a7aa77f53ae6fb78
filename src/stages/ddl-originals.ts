import { access } from 'node:fs/promises'
import type { RunFolder } from '../journal/run-folder.js'
import type { CatalogEntry, Selection } from '../model/catalog.js'
import { relationText, type RelationName } from '../model/names.js'
import { selectionMatches } from '../model/selection.js'
import { viewText } from '../translate/ddl/view-text.js'
import { viewLines } from '../translate/view-lines.js'
import { relationId, type Naming } from '../translate/names.js'
import { planViews } from '../translate/plan-views.js'
import type { QueryBook } from '../translate/query.js'
import { unplannedRelation } from '../translate/unmigrated.js'
import { ddlPath, folderName } from './ddl.js'
import type { PlanEntry } from './plan-book.js'
import { withinProject } from './planned-views.js'
import { queryBook } from './query-book.js'

export interface Original {
  readonly relation: string
  /** Below the folder. */
  readonly path: string
  readonly reason: string
}

interface Planned {
  readonly run: RunFolder
  readonly tables: readonly Pick<PlanEntry, 'schema' | 'table' | 'tableSchema'>[]
  /** What views would be called, for those that read them. */
  readonly naming: Naming
}

/**
 * The texts of views that somebody has to write anew, as files beside the tables' own: comments alone, nothing to execute.
 * A file that exists stays with `onlyMissing`: somebody may be at work on it.
 */
export async function* writeOriginals(
  from: Planned,
  selection: Selection,
  folder: RunFolder,
  onlyMissing: boolean,
): AsyncGenerator<Original> {
  const taken = new Set(from.tables.map(({ schema, table }) => ddlPath(schema, table).toLowerCase()))
  let book: QueryBook | undefined
  for await (const entry of from.run.readLines<CatalogEntry>('catalog.jsonl')) {
    const unplanned = unplannedRelation(entry)
    if (unplanned?.fate !== 'manual') continue
    const path = freePath(entry, taken)
    if (!selectionMatches(selection, entry)) continue
    if (!(onlyMissing && (await exists(folder.file(path))))) {
      book ??= await viewBook(from)
      await folder.writeText(path, [viewText(entry, unplanned.unmigrated.reason, await viewLines(entry, book))])
    }
    yield { relation: relationText(entry), path, reason: unplanned.unmigrated.reason }
  }
}

/**
 * The relations that the views name, one another among them. Redshift prints them with their schema, save those of the
 * search path of the session that asks.
 */
async function viewBook({ run, tables, naming }: Planned): Promise<QueryBook> {
  const entries: CatalogEntry[] = []
  for await (const entry of run.readLines<CatalogEntry>('catalog.jsonl')) {
    if (entry.definition !== undefined) entries.push(entry)
  }
  const texts = entries.map(({ definition = '' }) => definition)
  const book = await queryBook(run, texts, ['public'])
  const views = await planViews(entries, book, withinProject(naming, tables))
  const known = views.flatMap((view) => (view.fate === 'translated' ? [view.relation] : []))
  return { ...book, relations: [...book.relations, ...known] }
}

/** The relation's own name, or its id where a table's file or another view's has that name already. */
function freePath(relation: RelationName, taken: Set<string>): string {
  const plain = ddlPath(relation.schema, folderName(relation.name))
  const path = taken.has(plain.toLowerCase()) ? ddlPath(relation.schema, relationId(relation)) : plain
  taken.add(path.toLowerCase())
  return path
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
