import type { CatalogConstraint, CatalogEntry, RelationKind } from '../../model/catalog.js'
import { plainColumn, readColumns, type TextRow } from './catalog-column.js'

/** What the catalog said about the relations of one page; each list in the shape of its query. */
export interface CatalogPage {
  readonly schema: string
  readonly relations: readonly TextRow[]
  readonly columns: readonly TextRow[]
  readonly constraints: readonly TextRow[]
  readonly views: readonly TextRow[]
  readonly lateBindingColumns: readonly TextRow[]
  readonly sizes: readonly TextRow[]
}

const bytesPerBlock = 1_048_576

const distStyles: Readonly<Record<string, 'even' | 'key' | 'all' | 'auto'>> = {
  0: 'even',
  1: 'key',
  8: 'all',
  9: 'auto',
}

/** Entries in the order of the page's relations; hidden tables behind materialized views are left out. */
export function readEntries(page: CatalogPage): readonly CatalogEntry[] {
  const of = {
    columns: byRelation(page.columns),
    constraints: byRelation(page.constraints),
    views: byRelation(page.views),
    lateBindingColumns: byRelation(page.lateBindingColumns),
    sizes: byRelation(page.sizes),
  }
  return page.relations.filter((row) => !isBackingTable(row[0] ?? '')).map((row) => readEntry(page.schema, row, of))
}

type RowsByRelation = ReadonlyMap<string, readonly TextRow[]>

function readEntry(
  schema: string,
  row: TextRow,
  of: Readonly<Record<'columns' | 'constraints' | 'views' | 'lateBindingColumns' | 'sizes', RowsByRelation>>,
): CatalogEntry {
  const [relname, relkind, distStyle, owner, comment] = row
  const name = relname ?? ''
  const definition = of.views.get(name)?.[0]?.[1] ?? undefined
  const bound = readColumns(of.columns.get(name) ?? [])
  const unbound = (of.lateBindingColumns.get(name) ?? []).map((column, n) =>
    plainColumn(column[1] ?? '', column[2] ?? '', n + 1),
  )
  const style = relkind === 'r' ? distStyles[distStyle ?? ''] : undefined
  return {
    schema,
    name,
    kind: kindOf(relkind ?? '', definition),
    columns: bound.length > 0 ? bound : unbound,
    constraints: (of.constraints.get(name) ?? []).map(readConstraint),
    ...(style === undefined ? {} : { distStyle: style }),
    ...(owner == null ? {} : { owner }),
    ...(comment == null ? {} : { comment }),
    ...(definition === undefined ? {} : { definition }),
    ...readSize(of.sizes.get(name)?.[0]),
  }
}

/** pg_class calls all of them `v`: the text tells them apart (redshift.md 3.2). */
export function kindOf(relkind: string, definition: string | undefined): RelationKind {
  if (relkind === 'r') return 'table'
  const text = definition ?? ''
  if (/^\s*create\s+materialized\s+view\b/i.test(text)) return 'materialized-view'
  return /\bwith\s+no\s+schema\s+binding\s*;?\s*$/i.test(text) ? 'late-binding-view' : 'view'
}

function isBackingTable(name: string): boolean {
  return /^mv_tbl__.*__\d+$/s.test(name)
}

function readConstraint(row: TextRow): CatalogConstraint {
  const [, name, type, definition] = row
  const kind = type === 'p' ? 'primary-key' : type === 'u' ? 'unique' : 'foreign-key'
  return { name: name ?? '', kind, definition: definition ?? '' }
}

/** Rows that a vacuum has yet to remove count in tbl_rows, so the other estimate goes first (redshift.md 3.4). */
function readSize(row: TextRow | undefined): Pick<CatalogEntry, 'rowEstimate' | 'byteEstimate'> {
  const [, blocks, rows, visibleRows] = row ?? []
  const rowEstimate = estimate(visibleRows) ?? estimate(rows)
  const blockCount = estimate(blocks)
  return {
    ...(rowEstimate === undefined ? {} : { rowEstimate }),
    ...(blockCount === undefined ? {} : { byteEstimate: blockCount * bytesPerBlock }),
  }
}

function estimate(text: string | null | undefined): number | undefined {
  const value = text == null ? Number.NaN : Math.round(Number(text))
  return Number.isFinite(value) ? value : undefined
}

export function byRelation(rows: readonly TextRow[]): RowsByRelation {
  const map = new Map<string, TextRow[]>()
  for (const row of rows) {
    const name = row[0] ?? ''
    const list = map.get(name)
    if (list === undefined) map.set(name, [row])
    else list.push(row)
  }
  return map
}
