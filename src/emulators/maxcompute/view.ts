import type { Query } from './sql/ast.js'
import { schemaOf, titleOf } from './table.js'

export interface ViewColumn {
  /** Lower case. */
  readonly name: string
  /** By the types of the tables when it was made: `decimal(10,2)`. */
  readonly type: string
  readonly comment: string
}

/** A query under a name; it holds no rows. Times in milliseconds since 1970. */
export interface View {
  readonly id: string
  /** Lower case, as a table's. */
  readonly name: string
  readonly columns: readonly ViewColumn[]
  readonly comment: string
  readonly query: Query
  /** Of the query, as it was written. */
  readonly text: string
  readonly owner: string
  readonly createdAt: number
  readonly ddlAt: number
}

/** Views of the project by lower-case name. */
export class ViewCatalog {
  readonly #views = new Map<string, View>()

  get(name: string): View | undefined {
    return this.#views.get(name)
  }

  put(view: View): void {
    this.#views.set(view.name, view)
  }

  delete(name: string): boolean {
    return this.#views.delete(name)
  }

  /** Those of a schema in order of name, from `after` on. */
  list(schema: string, prefix = '', after = ''): View[] {
    const found = [...this.#views.values()].filter(({ name }) => {
      const title = titleOf(name)
      return schemaOf(name) === schema && title.startsWith(prefix) && title > after
    })
    return found.sort((a, b) => (a.name < b.name ? -1 : 1))
  }
}
