import type { CatalogColumn } from '../model/catalog.js'
import type { RelationName } from '../model/names.js'
import { globMatches } from '../model/selection.js'

/** Choices where more than one type would do. */
export interface TypePolicy {
  /** TIMESTAMP: `ntz` keeps wall-clock time (staged), `utc` makes it an instant (loaded directly). */
  readonly timestamps: 'ntz' | 'utc'
  readonly char: 'varchar' | 'char' | 'string'
  readonly varcharAs: 'varchar' | 'string'
  /** The last that matches decides. */
  readonly overrides: readonly TypeOverride[]
}

export interface TypeOverride {
  /** A type as the catalog prints it (`numeric(38,20)`, `super`), or `schema.table.column`; `*` stands for anything. */
  readonly match: string
  /** MaxCompute's type. */
  readonly type: string
  /** Redshift SQL for the value, `{column}` standing for the quoted column; needed where no conversion is known. */
  readonly expression?: string
}

export const defaultTypePolicy: TypePolicy = { timestamps: 'ntz', char: 'varchar', varcharAs: 'varchar', overrides: [] }

/** Types have no dot in their text and columns' paths always do, so a pattern with a dot speaks of columns only. */
export function overrideFor(
  column: CatalogColumn,
  relation: RelationName | undefined,
  policy: TypePolicy,
): TypeOverride | undefined {
  const path = relation === undefined ? undefined : `${relation.schema}.${relation.name}.${column.name}`
  return policy.overrides.findLast(({ match }) =>
    match.includes('.') ? path !== undefined && globMatches(match, path) : globMatches(match, column.type.text),
  )
}
