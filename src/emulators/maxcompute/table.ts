import { randomBytes } from 'node:crypto'
import type { DataType } from './data-type.js'
import type { Clustering } from './sql/statement.js'

export interface Column {
  /** Lower case. */
  readonly name: string
  readonly type: DataType
  readonly notNull: boolean
  readonly comment: string
  /** As the metadata show it, and as the engine's SQL. */
  readonly defaultValue?: { readonly text: string; readonly sql: string }
  /** The engine's column: names may change, this stays. */
  readonly physical: string
}

/** Milliseconds since 1970. */
export interface Partition {
  readonly values: readonly string[]
  readonly createdAt: number
  /** Absent while it is as it was made. */
  readonly ddlAt?: number
  readonly modifiedAt: number
}

/** What the service keeps about a table; a change makes a new one. Times in milliseconds since 1970. */
export interface Table {
  readonly id: string
  /** Lower case, the catalog's key: a table of another schema than `default` has it before a point. */
  readonly name: string
  readonly columns: readonly Column[]
  readonly partitionColumns: readonly Column[]
  /** By `ds=20200101/hh=01`. */
  readonly partitions: ReadonlyMap<string, Partition>
  readonly comment: string
  readonly owner: string
  readonly createdAt: number
  readonly ddlAt: number
  readonly modifiedAt: number
  readonly lifecycle?: number
  readonly properties: Readonly<Record<string, string>>
  readonly clustering?: Clustering
  /** Columns of a Delta table's key; none for other tables. */
  readonly primaryKey: readonly string[]
  /** The engine's table that holds the rows now. */
  readonly physical: string
}

/** The engine's schema of all physical tables. */
export const dataSchema = 'maxcompute_data'
/** The engine's schema of the results of SELECT. */
export const resultSchema = 'maxcompute_results'

/** Of a time in milliseconds, as the metadata show it. */
export const seconds = (milliseconds: number): number => Math.floor(milliseconds / 1000)

export function newId(): string {
  return randomBytes(16).toString('hex')
}

export function newPhysicalName(): string {
  return `${dataSchema}.t_${newId()}`
}

export function allColumns(table: Table): readonly Column[] {
  return [...table.columns, ...table.partitionColumns]
}

export function partitionKey(table: Table, values: readonly string[]): string {
  return table.partitionColumns.map((column, i) => `${column.name}=${values[i] ?? ''}`).join('/')
}

export const defaultSchema = 'default'

export function tableKey(schema: string, title: string): string {
  return schema === defaultSchema ? title : `${schema}.${title}`
}

/** The table's own name. */
export function titleOf(key: string): string {
  return key.slice(key.indexOf('.') + 1)
}

export function schemaOf(key: string): string {
  const point = key.indexOf('.')
  return point < 0 ? defaultSchema : key.slice(0, point)
}

/** Tables of the project by lower-case name. */
export class TableCatalog {
  readonly #tables = new Map<string, Table>()

  get(name: string): Table | undefined {
    return this.#tables.get(name)
  }

  put(table: Table): void {
    this.#tables.set(table.name, table)
  }

  delete(name: string): void {
    this.#tables.delete(name)
  }

  /** Those of a schema in order of name, from `after` on. */
  list(schema: string, prefix = '', after = ''): Table[] {
    const found = [...this.#tables.values()].filter(({ name }) => {
      const title = titleOf(name)
      return schemaOf(name) === schema && title.startsWith(prefix) && title > after
    })
    return found.sort((a, b) => (a.name < b.name ? -1 : 1))
  }
}
