import type { CatalogColumn, CatalogEntry, SourceType, SourceTypeBase } from '../../../src/model/catalog.js'

/** A column of the catalog; what is left out is usual. */
export function catalogColumn(name: string, type: SourceType, rest: Partial<CatalogColumn> = {}): CatalogColumn {
  return { name, ordinal: 1, type, notNull: false, distKey: false, sortKeyPosition: 0, ...rest }
}

export function plainType(base: SourceTypeBase): SourceType {
  return { base, text: base }
}

export function numericType(precision: number, scale: number): SourceType {
  return { base: 'numeric', text: `numeric(${precision},${scale})`, precision, scale }
}

export function sizedType(base: SourceTypeBase, length: number): SourceType {
  return { base, text: `${base}(${length})`, length }
}

const columns: readonly CatalogColumn[] = [
  catalogColumn('C_Smallint', plainType('smallint'), {
    notNull: true,
    defaultText: '7::smallint',
    comment: "it's \\ small",
    sortKeyPosition: 2,
  }),
  catalogColumn('c_integer', plainType('integer'), { defaultText: '(-1)' }),
  catalogColumn('c_bigint', plainType('bigint'), {
    identity: { seed: '1', step: '1', byDefault: false },
    distKey: true,
    sortKeyPosition: -1,
  }),
  catalogColumn('c_numeric', numericType(18, 2), { defaultText: '0.50::numeric(18,2)' }),
  catalogColumn('c_fine', numericType(38, 20)),
  catalogColumn('c_real', plainType('real')),
  catalogColumn('c_double', plainType('double precision')),
  catalogColumn('c_boolean', plainType('boolean'), { defaultText: "'t'::boolean" }),
  catalogColumn('c_char', sizedType('character', 10), { defaultText: "'N'::bpchar" }),
  catalogColumn('c_long_char', sizedType('character', 300)),
  catalogColumn('c_varchar', sizedType('character varying', 64), { defaultText: "'it''s'::character varying" }),
  catalogColumn('c_any_text', sizedType('character varying', 65535)),
  catalogColumn('c_date', plainType('date'), { defaultText: "'2024-02-29'::date" }),
  catalogColumn('c_timestamp', plainType('timestamp without time zone'), { defaultText: 'getdate()' }),
  catalogColumn('c_timestamptz', plainType('timestamp with time zone')),
  catalogColumn('c_time', plainType('time without time zone')),
  catalogColumn('c_timetz', plainType('time with time zone')),
  catalogColumn('c_months', plainType('interval year to month')),
  catalogColumn('c_seconds', plainType('interval day to second')),
  catalogColumn('c_super', plainType('super')),
  catalogColumn('c_short_bytes', sizedType('binary varying', 16)),
  catalogColumn('c_long_bytes', sizedType('binary varying', 64000)),
  catalogColumn('c_geometry', plainType('geometry')),
  catalogColumn('c_geography', plainType('geography')),
  catalogColumn('c_sketch', plainType('hllsketch')),
  catalogColumn('select', plainType('integer'), { defaultText: 'NULL::integer' }),
  catalogColumn('2nd price', numericType(5, 0)),
]

/** Every type that Redshift has, with what may surround a column. */
export const everyType: CatalogEntry = {
  schema: 'lab',
  name: 'Every Type',
  kind: 'table',
  columns: columns.map((column, n) => ({ ...column, ordinal: n + 1 })),
  constraints: [{ name: 'u', kind: 'unique', definition: 'UNIQUE (c_integer)' }],
  comment: "Don't\nlose me",
}
