import { type Bound, type BoundColumn, quoteName } from './binding.js'
import { RedshiftFault } from './fault.js'

interface ScopeTable {
  readonly alias: string
  readonly schema?: string
  readonly columns: readonly BoundColumn[]
  /** Columns that a USING or NATURAL join shows once, through the other side. */
  readonly hidden: Set<string>
}

/** The names an expression may use: of its own query first, then of the queries around it. */
export class Scope {
  readonly #parent: Scope | undefined
  readonly #tables: ScopeTable[] = []
  readonly #ctes = new Map<string, readonly BoundColumn[]>()
  /** Redshift lets a select item use the aliases before it. */
  readonly aliases = new Map<string, Bound>()

  constructor(parent?: Scope) {
    this.#parent = parent
  }

  addTable(alias: string, columns: readonly BoundColumn[], schema?: string): void {
    if (this.#tables.some((table) => table.alias === alias && table.schema === schema)) {
      throw new RedshiftFault('42712', `table name "${alias}" specified more than once`)
    }
    this.#tables.push({ alias, columns, hidden: new Set(), ...(schema === undefined ? {} : { schema }) })
  }

  get tableCount(): number {
    return this.#tables.length
  }

  addCte(name: string, columns: readonly BoundColumn[]): void {
    this.#ctes.set(name, columns)
  }

  /** For a derived table, which sees the CTEs and the queries around, not its neighbours. */
  withoutTables(): Scope {
    const scope = new Scope(this.#parent)
    for (const [name, columns] of this.#ctes) scope.addCte(name, columns)
    return scope
  }

  cte(name: string): readonly BoundColumn[] | undefined {
    return this.#ctes.get(name) ?? this.#parent?.cte(name)
  }

  /** Columns that both sides have: tables from `from` on are the right side. */
  commonColumns(from: number, start: number): string[] {
    const left = new Set(this.#tables.slice(start, from).flatMap((table) => table.columns.map((column) => column.name)))
    const right = this.#tables.slice(from).flatMap((table) => table.columns.map((column) => column.name))
    return right.filter((name) => left.has(name))
  }

  hide(from: number, names: readonly string[]): void {
    for (const table of this.#tables.slice(from)) for (const name of names) table.hidden.add(name)
  }

  /** `*` or `t.*` */
  expand(table: readonly string[]): (Bound & { readonly name: string })[] {
    const alias = table[table.length - 1]
    const found = alias === undefined ? this.#tables : this.#tables.filter((entry) => entry.alias === alias)
    if (found.length === 0) throw new RedshiftFault('42P01', `relation "${alias ?? '*'}" does not exist`)
    return found.flatMap((entry) =>
      entry.columns
        .filter((column) => alias !== undefined || !entry.hidden.has(column.name))
        .map((column) => ({ ...boundColumn(entry, column), name: column.name })),
    )
  }

  column(names: readonly string[]): Bound {
    const found = this.#find(names)
    if (found !== undefined) return found
    const name = names.join('.')
    if (names.length > 1 && !this.#knows(names[names.length - 2] ?? '')) {
      throw new RedshiftFault('42P01', `relation "${names.slice(0, -1).join('.')}" does not exist`)
    }
    throw new RedshiftFault('42703', `column ${names.length > 1 ? name : `"${name}"`} does not exist`)
  }

  /** Undefined when this query's own tables have no such column. */
  ownColumn(name: string): Bound | undefined {
    return this.#findHere([name])
  }

  #knows(alias: string): boolean {
    return (
      this.#tables.some((table) => table.alias === alias) || (this.#parent !== undefined && this.#parent.#knows(alias))
    )
  }

  #find(names: readonly string[]): Bound | undefined {
    const alias = names.length === 1 ? this.aliases.get(names[0] ?? '') : undefined
    return this.#findHere(names) ?? alias ?? (this.#parent === undefined ? undefined : this.#parent.#find(names))
  }

  #findHere(names: readonly string[]): Bound | undefined {
    const name = names[names.length - 1] ?? ''
    const table = names[names.length - 2]
    const schema = names[names.length - 3]
    const matches = this.#tables.filter(
      (entry) =>
        (table === undefined ? !entry.hidden.has(name) : entry.alias === table) &&
        (schema === undefined || entry.schema === schema) &&
        entry.columns.some((column) => column.name === name),
    )
    if (matches.length > 1) throw new RedshiftFault('42702', `column reference "${name}" is ambiguous`)
    const entry = matches[0]
    const column = entry?.columns.find((candidate) => candidate.name === name)
    return entry === undefined || column === undefined ? undefined : boundColumn(entry, column)
  }
}

function boundColumn(table: ScopeTable, column: BoundColumn): Bound {
  const sql = `${quoteName(table.alias)}.${quoteName(column.name)}`
  return column.type === undefined ? { sql } : { sql, type: column.type }
}
