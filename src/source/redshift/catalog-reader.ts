import type { CatalogEntry, Selection } from '../../model/catalog.js'
import { MigrationError } from '../../model/errors.js'
import { selectionMatches } from '../../model/selection.js'
import type { Call } from '../../model/work.js'
import { plainColumn, type TextRow } from './catalog-column.js'
import { byRelation, kindOf, readEntries } from './catalog-entry.js'
import * as ask from './catalog-query.js'
import { isSystemSchema, mayBeSelected } from './schema-filter.js'
import type { Session } from './session.js'
import { isOutOfReach } from './to-migration-error.js'

/** Relations that are held at a time, with all that the catalog says of them. */
const relationCountPerPage = 250

/** Reads the catalog a page at a time, so that memory does not grow with the number of relations. Not inside a transaction. */
export class CatalogReader {
  readonly #session: Session
  readonly #selection: Selection
  readonly #call: Call
  /** Set when sizes turned out to be denied: they are not asked for again. */
  #sizesDenied = false

  constructor(session: Session, selection: Selection, call: Call) {
    this.#session = session
    this.#selection = selection
    this.#call = call
  }

  async *entries(): AsyncGenerator<CatalogEntry> {
    const external = new Set((await this.#optional(ask.externalSchemasQuery())).map((row) => row[0]))
    let relationCount = 0
    for (const [schema] of await this.#rows(ask.schemasQuery())) {
      if (schema == null || isSystemSchema(schema) || !mayBeSelected(this.#selection, schema)) continue
      for await (const entry of external.has(schema) ? this.#externalTables(schema) : this.#relations(schema)) {
        if (!selectionMatches(this.#selection, entry)) continue
        relationCount += 1
        this.#call.note({ text: `${entry.schema}.${entry.name}`, rowCount: relationCount })
        yield entry
      }
    }
  }

  async *#relations(schema: string): AsyncGenerator<CatalogEntry> {
    let after: string | undefined
    for (;;) {
      const relations = await this.#rows(ask.relationsQuery(schema, after, relationCountPerPage))
      const range = rangeOf(schema, relations)
      if (range === undefined) return
      yield* readEntries({ schema, relations, ...(await this.#about(range, relations)) })
      if (relations.length < relationCountPerPage) return
      after = range.last
    }
  }

  async #about(range: ask.NameRange, relations: readonly TextRow[]) {
    const hasViews = relations.some((row) => row[1] === 'v')
    const views = hasViews ? await this.#rows(ask.viewsQuery(range)) : []
    const hasUnbound = views.some((row) => kindOf('v', row[1] ?? undefined) === 'late-binding-view')
    return {
      views,
      columns: await this.#rows(ask.columnsQuery(range)),
      constraints: await this.#rows(ask.constraintsQuery(range)),
      // One broken view of this kind makes the function fail for all of them; their columns are then simply not known.
      lateBindingColumns: hasUnbound ? await this.#attempted(ask.lateBindingColumnsQuery(range)) : [],
      sizes: await this.#sizes(range),
    }
  }

  async *#externalTables(schema: string): AsyncGenerator<CatalogEntry> {
    const subject = `catalog of external schema ${schema}`
    let after: string | undefined
    for (;;) {
      const tables = await this.#rows(ask.externalTablesQuery(schema, after, relationCountPerPage), subject)
      const range = rangeOf(schema, tables)
      if (range === undefined) return
      const columns = byRelation(await this.#rows(ask.externalColumnsQuery(range), subject))
      for (const [table] of tables) {
        const name = table ?? ''
        const rows = columns.get(name) ?? []
        const read = rows.map((row, n) => plainColumn(row[1] ?? '', row[2] ?? '', n + 1))
        yield { schema, name, kind: 'external-table', columns: read, constraints: [] }
      }
      if (tables.length < relationCountPerPage) return
      after = range.last
    }
  }

  async #sizes(range: ask.NameRange): Promise<readonly TextRow[]> {
    if (this.#sizesDenied) return []
    try {
      return await this.#rows(ask.sizesQuery(range))
    } catch (error) {
      if (!isOutOfReach(error)) throw error
      this.#sizesDenied = true
      return []
    }
  }

  /** No rows when the view is missing or denied. */
  async #optional(text: string): Promise<readonly TextRow[]> {
    return this.#rows(text).catch((error: unknown) => {
      if (isOutOfReach(error)) return []
      throw error
    })
  }

  /** No rows when the server refuses, for whatever reason; a lost connection is still an error. */
  async #attempted(text: string): Promise<readonly TextRow[]> {
    return this.#rows(text).catch((error: unknown) => {
      const refused = error instanceof MigrationError && /^source-(denied|refused|failed)$/.test(error.code)
      if (refused) return []
      throw error
    })
  }

  async #rows(text: string, subject = 'catalog'): Promise<readonly TextRow[]> {
    return (await this.#session.query(text, subject, this.#call)).rows
  }
}

function rangeOf(schema: string, relations: readonly TextRow[]): ask.NameRange | undefined {
  const first = relations[0]?.[0]
  const last = relations.at(-1)?.[0]
  return first == null || last == null ? undefined : { schema, first, last }
}
