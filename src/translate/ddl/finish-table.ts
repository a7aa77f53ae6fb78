import type { CatalogColumn, CatalogEntry } from '../../model/catalog.js'
import { constraintOf } from './constraint.js'
import type { ColumnDraft, ConstraintDraft, TableDraft } from './statement.js'
import { refusal, type Place } from './token.js'

/** Most columns of a table (redshift.md 4.1). */
const columnCountMax = 1600

/** The table as the catalog would tell it. Throws where its parts do not fit together. */
export function finishTable(table: TableDraft): CatalogEntry {
  const { relation, columns, constraints } = table
  assertColumns(table)
  for (const constraint of constraints) assertKnown(constraint.at, constraint.columns, table)
  const primaryKeys = constraints.filter(({ kind }) => kind === 'primary-key')
  if (primaryKeys[1] !== undefined) throw refusal(primaryKeys[1].at, `a second PRIMARY KEY of ${relation.name}`)
  const distKey = distKeyOf(table)
  const sortKey = sortKeyOf(table)
  return {
    ...relation,
    kind: 'table',
    columns: columns.map((column, n) => finishColumn(column, n + 1, { distKey, sortKey, primaryKeys })),
    constraints: constraints.map((constraint) => constraintOf(constraint, relation.name)),
    distStyle: distStyleOf(table, distKey),
  }
}

interface Keys {
  readonly distKey: string | undefined
  readonly sortKey: { readonly names: readonly string[]; readonly interleaved: boolean }
  readonly primaryKeys: readonly ConstraintDraft[]
}

function finishColumn(draft: ColumnDraft, ordinal: number, keys: Keys): CatalogColumn {
  const { name, type, defaultText, identity, encoding } = draft
  const position = keys.sortKey.names.indexOf(name) + 1
  const isKey = keys.primaryKeys.some(({ columns }) => columns.includes(name))
  return {
    name,
    ordinal,
    type,
    notNull: draft.notNull || isKey || identity !== undefined,
    ...(defaultText === undefined ? {} : { defaultText }),
    ...(identity === undefined ? {} : { identity }),
    ...(encoding === undefined || encoding === 'auto' ? {} : { encoding }),
    distKey: name === keys.distKey,
    sortKeyPosition: keys.sortKey.interleaved && position > 0 ? -position : position,
  }
}

function assertColumns({ at, relation, columns }: TableDraft): void {
  if (columns.length === 0) throw refusal(at, `${relation.name} has no columns`)
  if (columns.length > columnCountMax) {
    throw refusal(at, `${relation.name} has ${columns.length} columns; Redshift has at most ${columnCountMax}`)
  }
  const seen = new Set<string>()
  for (const column of columns) {
    if (seen.has(column.name)) throw refusal(column.at, `a second column ${column.name} of ${relation.name}`)
    seen.add(column.name)
  }
}

function assertKnown(at: Place, names: readonly string[], { relation, columns }: TableDraft): void {
  for (const name of names) {
    if (columns.every((column) => column.name !== name)) throw refusal(at, `${relation.name} has no column ${name}`)
  }
}

function distKeyOf(table: TableDraft): string | undefined {
  const { attributes } = table
  const own = table.columns.filter((column) => column.distKey)
  const told = [...own, ...(attributes.distKey === undefined ? [] : [attributes.distKey])]
  const [first, second] = told
  if (second !== undefined) throw refusal(second.at, `a second DISTKEY of ${table.relation.name}`)
  if (first !== undefined) assertKnown(first.at, [first.name], table)
  return first?.name
}

function sortKeyOf(table: TableDraft): Keys['sortKey'] {
  const { sortKey } = table.attributes
  const own = table.columns.filter((column) => column.sortKey)
  const second = own[1] ?? (own.length > 0 ? sortKey : undefined)
  if (second !== undefined) throw refusal(second.at, `a second SORTKEY of ${table.relation.name}`)
  if (sortKey !== undefined) assertKnown(sortKey.at, sortKey.names, table)
  return sortKey ?? { names: own.map(({ name }) => name), interleaved: false }
}

function distStyleOf({ at, attributes }: TableDraft, distKey: string | undefined): 'even' | 'key' | 'all' | 'auto' {
  const style = attributes.distStyle ?? (distKey === undefined ? 'auto' : 'key')
  if (style === 'key' && distKey === undefined) throw refusal(at, 'DISTSTYLE KEY without a DISTKEY')
  if ((style === 'even' || style === 'all') && distKey !== undefined) {
    throw refusal(at, `DISTSTYLE ${style.toUpperCase()} with a DISTKEY`)
  }
  return style
}
