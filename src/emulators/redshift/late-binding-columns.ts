import type { EngineConnection } from '../sql-engine.js'
import { quoteText } from './binding.js'
import { readQuery } from './catalog-store.js'
import { cellText } from './cell-text.js'
import type { ResultColumn } from './result-columns.js'
import type { Query } from './syntax-tree.js'
import { typeText } from './type-facts.js'

const emptyList = `[]::STRUCT(view_schema VARCHAR, view_name VARCHAR, col_name VARCHAR, col_type VARCHAR, col_num INTEGER)[]`

/**
 * The columns of late-binding views, found out when they are asked for: PG_GET_LATE_BINDING_VIEW_COLS reads them from a
 * variable of the session.
 */
export class LateBindingColumns {
  readonly #connection: EngineConnection
  readonly #describe: (query: Query) => Promise<readonly ResultColumn[]>
  #fingerprint = ''

  constructor(connection: EngineConnection, describe: (query: Query) => Promise<readonly ResultColumn[]>) {
    this.#connection = connection
    this.#describe = describe
  }

  async clear(): Promise<void> {
    await this.#connection.run(`SET VARIABLE rs_late = ${emptyList}`)
  }

  /** Throws the fault of the first view that is broken: Redshift's function raises it (redshift.md 3.3). */
  async load(): Promise<void> {
    const fingerprint = await this.#catalogState()
    if (fingerprint === this.#fingerprint) return
    const { rows } = await this.#connection
      .query(`SELECT n.nspname, r.relname, r.query, r.case_sensitive FROM rs.relation r
      JOIN rs.namespace n ON n.oid = r.relnamespace WHERE r.late_binding ORDER BY 1, 2`)
    const found: string[] = []
    for (const [schema, name, query, caseSensitive] of rows) {
      const columns = await this.#describe(readQuery(cellText(query), caseSensitive === true))
      columns.forEach((column, i) => {
        const texts = [cellText(schema), cellText(name), column.name, typeText(column.type)].map(quoteText)
        found.push(`(${texts.join(', ')}, ${i + 1})`)
      })
    }
    const list =
      found.length === 0
        ? emptyList
        : `(SELECT list(v) FROM (VALUES ${found.join(', ')})
      v(view_schema, view_name, col_name, col_type, col_num))`
    await this.#connection.run(`SET VARIABLE rs_late = ${list}`)
    this.#fingerprint = fingerprint
  }

  /** Changes when any relation or column does; asking every view again takes too long for each page of a big catalog. */
  async #catalogState(): Promise<string> {
    const { rows } = await this.#connection
      .query(`SELECT (SELECT count(*) || ' ' || coalesce(max(oid), 0) FROM rs.relation),
      (SELECT count(*) || ' ' || coalesce(bit_xor(hash(attrelid, attnum, attname, type)), 0) FROM rs.attribute)`)
    return (rows[0] ?? []).map((cell) => cellText(cell)).join(' ')
  }
}
