import type { CatalogEntry, Selection } from '../../model/catalog.js'
import { selectionMatches } from '../../model/selection.js'
import type { CatalogCall } from '../source.js'
import { plainColumn, type TextRow } from './catalog-column.js'
import { byRelation, kindOf, materializedViewOf, readEntries } from './catalog-entry.js'
import * as ask from './catalog-query.js'
import { CatalogQuestions } from './catalog-questions.js'
import { isSystemSchema, mayBeSelected } from './schema-filter.js'
import type { Session } from './session.js'

/** Relations that are held at a time, with all that the catalog says of them. */
const relationCountPerPage = 250

type SizesByRelation = ReturnType<typeof byRelation>

/** Reads the catalog a page at a time, so that memory does not grow with the number of relations. Not inside a transaction. */
export class CatalogReader {
  readonly #questions: CatalogQuestions
  readonly #selection: Selection
  readonly #call: CatalogCall

  constructor(session: Session, selection: Selection, call: CatalogCall) {
    this.#questions = new CatalogQuestions(session, call)
    this.#selection = selection
    this.#call = call
  }

  async *entries(): AsyncGenerator<CatalogEntry> {
    const asked = { what: 'external schemas', hidesObjects: true }
    const external = await this.#questions.optional(ask.externalSchemasQuery(), asked)
    const isExternal = new Set((external ?? []).map((row) => row[0]))
    let relationCount = 0
    for (const [schema] of await this.#questions.rows(ask.schemasQuery())) {
      if (schema == null || isSystemSchema(schema) || !mayBeSelected(this.#selection, schema)) continue
      for await (const entry of isExternal.has(schema) ? this.#externalTables(schema) : this.#relations(schema)) {
        if (!selectionMatches(this.#selection, entry)) continue
        relationCount += 1
        this.#call.note({ text: `${entry.schema}.${entry.name}`, rowCount: relationCount })
        yield entry
      }
    }
  }

  async *#relations(schema: string): AsyncGenerator<CatalogEntry> {
    let after: string | undefined
    let sizes: SizesByRelation | undefined
    for (;;) {
      const relations = await this.#questions.rows(ask.relationsQuery(schema, after, relationCountPerPage))
      const range = rangeOf(schema, relations)
      if (range === undefined) return
      sizes ??= await this.#sizes(schema)
      const ofPage = relations.flatMap(([name]) => sizes?.get(name ?? '') ?? [])
      yield* readEntries({ schema, relations, sizes: ofPage, ...(await this.#about(range, relations)) })
      if (relations.length < relationCountPerPage) return
      after = range.last
    }
  }

  async #about(range: ask.NameRange, relations: readonly TextRow[]) {
    const hasViews = relations.some((row) => row[1] === 'v')
    const views = hasViews ? await this.#questions.rows(ask.viewsQuery(range)) : []
    const hasUnbound = views.some((row) => kindOf('v', row[1] ?? undefined) === 'late-binding-view')
    return {
      views,
      columns: await this.#questions.rows(ask.columnsQuery(range)),
      constraints: await this.#questions.rows(ask.constraintsQuery(range)),
      lateBindingColumns: hasUnbound ? await this.#lateBindingColumns(range) : [],
      hidden: await this.#hidden(range.schema, relations),
    }
  }

  /** A few texts for each table of the schema are held while it is read: Redshift has at most 200,000 tables. */
  async #sizes(schema: string): Promise<SizesByRelation> {
    const rows = await this.#questions.optional(ask.sizesQuery(schema), { what: 'sizes', hidesObjects: false })
    return byRelation(rows ?? [])
  }

  /** One broken view of this kind can make the function fail for all of them; their columns are then simply not known. */
  async #lateBindingColumns(range: ask.NameRange): Promise<readonly TextRow[]> {
    const asked = { what: 'columns of late-binding views', hidesObjects: false, bearsRefusal: true }
    return (await this.#questions.optional(ask.lateBindingColumnsQuery(range), asked)) ?? []
  }

  /** Tables that hold the rows of a materialized view; one that is only named so is nobody's to hide. */
  async #hidden(schema: string, relations: readonly TextRow[]): Promise<ReadonlySet<string>> {
    const suspects = relations.flatMap(([name, kind]) => {
      const view = kind === 'r' && name != null ? materializedViewOf(name) : undefined
      return name == null || view === undefined ? [] : [{ name, view }]
    })
    if (suspects.length === 0) return new Set()
    const names = [...new Set(suspects.map(({ view }) => view))]
    const texts = byRelation(await this.#questions.rows(ask.namedViewsQuery(schema, names)))
    const isMaterialized = (view: string): boolean =>
      kindOf('v', texts.get(view)?.[0]?.[1] ?? undefined) === 'materialized-view'
    return new Set(suspects.filter(({ view }) => isMaterialized(view)).map(({ name }) => name))
  }

  /** A metastore that does not answer hides the tables of its schema, and stops nothing else. */
  async *#externalTables(schema: string): AsyncGenerator<CatalogEntry> {
    const asked = { what: `external tables of ${schema}`, hidesObjects: true, bearsRefusal: true }
    const askedColumns = { what: `columns of external tables of ${schema}`, hidesObjects: false, bearsRefusal: true }
    let after: string | undefined
    for (;;) {
      const query = ask.externalTablesQuery(schema, after, relationCountPerPage)
      const tables = (await this.#questions.optional(query, asked)) ?? []
      const range = rangeOf(schema, tables)
      if (range === undefined) return
      const rows = await this.#questions.optional(ask.externalColumnsQuery(range), askedColumns)
      const columns = byRelation(rows ?? [])
      for (const [table] of tables) yield externalTable(schema, table ?? '', columns.get(table ?? '') ?? [])
      if (tables.length < relationCountPerPage) return
      after = range.last
    }
  }
}

function externalTable(schema: string, name: string, rows: readonly TextRow[]): CatalogEntry {
  const columns = rows.map((row, n) => plainColumn(row[1] ?? '', row[2] ?? '', n + 1))
  return { schema, name, kind: 'external-table', columns, constraints: [] }
}

function rangeOf(schema: string, relations: readonly TextRow[]): ask.NameRange | undefined {
  const first = relations[0]?.[0]
  const last = relations.at(-1)?.[0]
  return first == null || last == null ? undefined : { schema, first, last }
}
