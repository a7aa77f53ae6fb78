import type { CatalogColumn } from '../model/catalog.js'
import type { RelationName } from '../model/names.js'
import { globMatches } from '../model/selection.js'

/** Choices where more than one type would do. */
export interface TypePolicy {
  /** TIMESTAMP: `ntz` keeps wall-clock time (staged), `utc` makes it an instant (loaded directly). */
  readonly timestamps: 'ntz' | 'utc'
  readonly char: 'varchar' | 'char' | 'string'
  readonly varcharAs: 'varchar' | 'string'
  /**
   * What becomes of values that MaxCompute does not hold. `check`, everywhere the default, takes for granted that there
   * are none, asks in the unload's snapshot, and carries nothing of a relation in which there are.
   * Dates and times outside the years 1 to 9999: to NULL, to the nearest moment, or the column to text.
   */
  readonly dates: 'check' | 'null' | 'clamp' | 'text'
  /** NaN and infinities: as Parquet holds them, or to NULL. */
  readonly floats: 'check' | 'keep' | 'null'
  /** -9223372036854775808, which MaxCompute's BIGINT did not always hold: as it is, the column as DECIMAL(20,0), or to NULL. */
  readonly smallestBigint: 'check' | 'keep' | 'decimal' | 'null'
  /** VARBYTE over 32,767 bytes, whose hexadecimal text is too long for Redshift. */
  readonly longVarbyte: 'check' | 'null'
  /** SUPER over 8 MB. */
  readonly largeSuper: 'check' | 'null'
  /**
   * NUMERIC with more than 18 digits behind the point: not at all, as DECIMAL(38,18) if no value loses a digit, with the
   * flag for extended scale, as text, or rounded.
   */
  readonly decimalScale: 'block' | 'check' | 'extended' | 'text' | 'round'
  /** HLLSKETCH: not at all, or as the number that it estimates. */
  readonly hllsketch: 'block' | 'estimate'
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

/** Nothing of this changes a value, and nothing blocks without need. */
export const carefulDataPolicy = {
  dates: 'check',
  floats: 'check',
  smallestBigint: 'check',
  longVarbyte: 'check',
  largeSuper: 'check',
  decimalScale: 'block',
  hllsketch: 'block',
} as const satisfies Partial<TypePolicy>

export const defaultTypePolicy: TypePolicy = {
  timestamps: 'ntz',
  char: 'varchar',
  varcharAs: 'varchar',
  ...carefulDataPolicy,
  overrides: [],
}

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
