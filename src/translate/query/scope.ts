import { refuse } from './bench.js'
import type { Exactness, QueryType, Value } from './value.js'

/** A column of a relation in FROM. */
export interface ScopeColumn {
  /** As the source spells it. */
  readonly name: string
  /** In the target's words, quoted, without the relation. */
  readonly sql: string
  readonly type: QueryType
  readonly nullable: boolean
  readonly exactness: Exactness
}

/** A column that a query gives. */
export type OutputColumn = ScopeColumn

export interface ScopeRelation {
  /** What columns may be led by: the alias alone, or the relation's name with and without its schema. */
  readonly qualifiers: readonly string[]
  /** Quoted. */
  readonly alias: string
  readonly columns: readonly OutputColumn[]
}

/** What names mean in one SELECT; the outer query's names are behind those of the inner. */
export interface Scope {
  readonly parent: Scope | undefined
  readonly relations: ScopeRelation[]
  readonly ctes: Map<string, Cte>
  /** Names that JOIN … USING made one, and the relation whose column stands for both. */
  readonly merged: Map<string, ScopeRelation>
  /** Earlier items of the select list: Redshift lets later ones name them. */
  readonly aliases: Map<string, Value>
}

export interface Cte {
  readonly alias: string
  readonly columns: readonly OutputColumn[]
}

export function scopeBelow(parent: Scope | undefined): Scope {
  return { parent, relations: [], ctes: new Map(), merged: new Map(), aliases: new Map() }
}

export function findCte(scope: Scope | undefined, name: string): Cte | undefined {
  return scope === undefined ? undefined : (scope.ctes.get(name) ?? findCte(scope.parent, name))
}

/** The names of the source count without their case unless they only differ in it. */
export function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}

export interface Found {
  readonly relation: ScopeRelation
  readonly column: OutputColumn
}

/** Undefined when no relation of this scope or of an outer one has such a column; ambiguous names are refused. */
export function findColumn(
  scope: Scope | undefined,
  qualifier: string | undefined,
  name: string,
  at: unknown,
): Found | undefined {
  if (scope === undefined) return undefined
  const merged = qualifier === undefined ? scope.merged.get(name.toLowerCase()) : undefined
  const relations = merged === undefined ? scope.relations.filter((one) => isNamed(one, qualifier)) : [merged]
  const found = relations.flatMap((relation) =>
    relation.columns.filter((column) => sameName(column.name, name)).map((column) => ({ relation, column })),
  )
  if (found.length <= 1) return found[0] ?? findColumn(scope.parent, qualifier, name, at)
  const exact = found.filter(({ column }) => column.name === name)
  if (exact.length === 1) return exact[0]
  return refuse(`column ${name}`, 'several relations or columns have this name', at)
}

function isNamed(relation: ScopeRelation, qualifier: string | undefined): boolean {
  return qualifier === undefined || relation.qualifiers.some((one) => sameName(one, qualifier))
}

/** What a query in FROM sees: no relation beside it, but every WITH around it. */
export function withoutRelations(scope: Scope): Scope {
  const parent = scope.parent === undefined ? undefined : withoutRelations(scope.parent)
  return { ...scopeBelow(parent), ctes: scope.ctes }
}
