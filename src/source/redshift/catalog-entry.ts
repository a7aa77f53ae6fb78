import type { CatalogColumn, CatalogConstraint, CatalogEntry, RelationKind } from '../../model/catalog.js'
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
  /** Tables that hold the rows of materialized views. */
  readonly hidden: ReadonlySet<string>
}

const bytesPerBlock = 1_048_576

const distStyles: Readonly<Record<string, 'even' | 'key' | 'all' | 'auto'>> = {
  0: 'even',
  1: 'key',
  8: 'all',
  9: 'auto',
}

/** Entries in the order of the page's relations; those that are hidden are left out. */
export function readEntries(page: CatalogPage): readonly CatalogEntry[] {
  const of = {
    columns: byRelation(page.columns),
    constraints: byRelation(page.constraints),
    views: byRelation(page.views),
    lateBindingColumns: byRelation(page.lateBindingColumns),
    sizes: byRelation(page.sizes),
  }
  return page.relations.filter((row) => !page.hidden.has(row[0] ?? '')).map((row) => readEntry(page.schema, row, of))
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
  const size = of.sizes.get(name)?.[0]
  return {
    schema,
    name,
    kind: kindOf(relkind ?? '', definition),
    columns: bound.length > 0 ? bound : unbound,
    constraints: (of.constraints.get(name) ?? []).map(readConstraint),
    ...(style === undefined ? {} : { distStyle: style }),
    ...readSortStyle(bound, size),
    ...((size?.[5] ?? '').includes('AUTO(ENCODE)') ? { autoEncoding: true } : {}),
    ...(owner == null ? {} : { owner }),
    ...(comment == null ? {} : { comment }),
    ...(definition === undefined ? {} : { definition }),
    ...readSize(size),
  }
}

/** pg_class calls all of them `v`: the text tells them apart (redshift.md 3.2). */
export function kindOf(relkind: string, definition: string | undefined): RelationKind {
  if (relkind === 'r') return 'table'
  const text = definition ?? ''
  if (/^\s*create\s+materialized\s+view\b/i.test(text)) return 'materialized-view'
  return /\bwith\s+no\s+schema\s+binding\s*;?\s*$/i.test(text) ? 'late-binding-view' : 'view'
}

/** The materialized view whose rows a table of this name would hold (redshift.md 3.2). */
export function materializedViewOf(table: string): string | undefined {
  return /^mv_tbl__(.*)__\d+$/s.exec(table)?.[1]
}

/** `sortkey1` is `AUTO(SORTKEY)` or `AUTO(SORTKEY(a))` where Redshift chooses; positions alone do not tell (redshift.md 3.4). */
function readSortStyle(columns: readonly CatalogColumn[], size: TextRow | undefined): Pick<CatalogEntry, 'sortStyle'> {
  if ((size?.[4] ?? '').startsWith('AUTO(SORTKEY')) return { sortStyle: 'auto' }
  if (columns.some((column) => column.sortKeyPosition < 0)) return { sortStyle: 'interleaved' }
  return columns.some((column) => column.sortKeyPosition > 0) ? { sortStyle: 'compound' } : {}
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
