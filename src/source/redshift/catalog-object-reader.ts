import type { CatalogObject, Selection } from '../../model/catalog.js'
import { selectionMatches } from '../../model/selection.js'
import type { CatalogCall } from '../source.js'
import type { TextRow } from './catalog-column.js'
import * as ask from './catalog-object-query.js'
import { CatalogQuestions } from './catalog-questions.js'
import { joinGrants, readRoutine, relationGrant, routineGrant, schemaGrant, type GrantRow } from './catalog-object.js'
import { isSystemSchema, mayBeSelected } from './schema-filter.js'
import type { Session } from './session.js'

/** Rows that are held at a time. */
const rowCountPerPage = 2_000

/** Reads what lives beside relations, a page at a time. */
export class CatalogObjectReader {
  readonly #questions: CatalogQuestions
  readonly #selection: Selection
  readonly #call: CatalogCall

  constructor(session: Session, selection: Selection, call: CatalogCall) {
    this.#questions = new CatalogQuestions(session, call)
    this.#selection = selection
    this.#call = call
  }

  async *objects(): AsyncGenerator<CatalogObject> {
    let objectCount = 0
    for await (const object of this.#all()) {
      if (!this.#isSelected(object)) continue
      objectCount += 1
      this.#call.note({ text: `${object.kind} ${object.schema}.${object.name}`, rowCount: objectCount })
      yield object
    }
  }

  async *#all(): AsyncGenerator<CatalogObject> {
    for await (const row of this.#rows(ask.routines, 'procedures and functions')) yield readRoutine(row)
    yield* joinGrants(this.#grants(ask.schemaGrants, 'grants on schemas', schemaGrant))
    yield* joinGrants(this.#grants(ask.relationGrants, 'grants on relations', relationGrant))
    yield* joinGrants(this.#grants(ask.routineGrants, 'grants on procedures and functions', routineGrant))
  }

  async *#grants(list: ask.PagedList, what: string, read: (row: TextRow) => GrantRow): AsyncGenerator<GrantRow> {
    for await (const row of this.#rows(list, what)) yield read(row)
  }

  async *#rows(list: ask.PagedList, what: string): AsyncGenerator<TextRow> {
    let after: readonly string[] | undefined
    for (;;) {
      const query = ask.pageQuery(list, after, rowCountPerPage)
      const rows = (await this.#questions.optional(query, { what, hidesObjects: true, bearsRefusal: true })) ?? []
      yield* rows
      if (rows.length < rowCountPerPage) return
      after = (rows.at(-1) ?? []).slice(0, list.keyCount).map((value) => value ?? '')
    }
  }

  #isSelected(object: CatalogObject): boolean {
    if (isSystemSchema(object.schema)) return false
    return object.on === 'schema'
      ? mayBeSelected(this.#selection, object.schema)
      : selectionMatches(this.#selection, object)
  }
}
