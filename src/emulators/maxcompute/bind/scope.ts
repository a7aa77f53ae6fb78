import type { DataType } from '../data-type.js'
import { semanticError, type Position } from '../odps-error.js'
import type { Window } from '../sql/ast.js'
import type { Typed } from './typed.js'
import { name } from './typed.js'

export interface OutputColumn {
  readonly name: string
  readonly type: DataType
  /** For a table's own column: whether it is a partition column, and of which table. */
  readonly partitionOf?: string
}

export interface ScopeRelation {
  /** As the engine's SQL calls it, unique in its FROM. */
  readonly alias: string
  /** Further qualifiers: `project.table`. */
  readonly qualifiers: readonly string[]
  readonly columns: readonly OutputColumn[]
}

/** An item of the select list. */
export interface NamedOutput extends OutputColumn {
  readonly sql: string
}

/** A query's names: its relations, then those of the query around it; and the common table expressions in sight. */
export class Scope {
  readonly relations: ScopeRelation[] = []
  readonly #parent: Scope | undefined
  readonly #ctes = new Map<string, readonly OutputColumn[]>()
  readonly #windows = new Map<string, Window>()
  #outputs: readonly NamedOutput[] = []

  constructor(parent?: Scope) {
    this.#parent = parent
  }

  addCte(cte: string, columns: readonly OutputColumn[]): void {
    this.#ctes.set(cte, columns)
  }

  cte(cte: string): readonly OutputColumn[] | undefined {
    return this.#ctes.get(cte) ?? this.#parent?.cte(cte)
  }

  addWindow(window: string, definition: Window): void {
    this.#windows.set(window, definition)
  }

  window(window: string): Window | undefined {
    return this.#windows.get(window)
  }

  /** From now on names that no relation has mean the select list: for QUALIFY and ORDER BY. */
  nameOutputs(outputs: readonly NamedOutput[]): void {
    this.#outputs = outputs
  }

  addRelation(relation: ScopeRelation, at: Position): void {
    if (this.relations.some((other) => other.alias === relation.alias)) {
      throw semanticError(at, `duplicated table alias ${relation.alias}`)
    }
    this.relations.push(relation)
  }

  column(parts: readonly string[], at: Position): Typed {
    const found = this.tryColumn(parts, at)
    if (found === undefined) throw semanticError(at, `column ${parts.join('.')} cannot be resolved`)
    return found
  }

  /** Undefined when no relation has it; an ambiguous name is an error. */
  tryColumn(parts: readonly string[], at: Position): Typed | undefined {
    const column = parts[parts.length - 1] ?? ''
    const qualifier = parts.slice(0, -1).join('.')
    const matches = this.relations.flatMap((relation) => {
      if (qualifier !== '' && relation.alias !== qualifier && !relation.qualifiers.includes(qualifier)) return []
      return relation.columns.filter((one) => one.name === column).map((one) => ({ relation, one }))
    })
    const [match, second] = matches
    if (second !== undefined) throw semanticError(at, `column reference ${parts.join('.')} is ambiguous`)
    if (match === undefined) return this.#output(parts) ?? this.#parent?.tryColumn(parts, at)
    return { sql: `${name(match.relation.alias)}.${name(column)}`, type: match.one.type }
  }

  #output(parts: readonly string[]): Typed | undefined {
    const output = parts.length === 1 ? this.#outputs.find((one) => one.name === parts[0]) : undefined
    return output === undefined ? undefined : { sql: output.sql, type: output.type }
  }

  /** The table whose partition column this is, here and not in a query around. */
  partitionTable(parts: readonly string[]): string | undefined {
    const column = parts[parts.length - 1] ?? ''
    const qualifier = parts.slice(0, -1).join('.')
    for (const relation of this.relations) {
      if (qualifier !== '' && relation.alias !== qualifier && !relation.qualifiers.includes(qualifier)) continue
      const found = relation.columns.find((one) => one.name === column)
      if (found?.partitionOf !== undefined) return relation.alias
    }
    return undefined
  }
}
