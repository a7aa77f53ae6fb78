import type { ColumnPlan, RelationPlan } from '../../src/model/plan.js'
import type { Cell } from './parts.js'

export type Row = Readonly<Record<string, Cell>>

/** What happens to a table behind everybody's back. */
export interface Mutation {
  readonly name: string
  /** `id`s of the rows that go, all copies of them, and the rows that come instead. */
  readonly ids: readonly number[]
  readonly rows: readonly Row[]
  /** True where the change stays below a stated tolerance, or in a column of which only lengths are compared. */
  readonly hidden?: boolean
}

/** Mulberry32: the same numbers for the same seed. */
export function dice(seed: number): (sides: number) => number {
  let state = seed
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides
  }
}

type Change = (value: Cell, column: ColumnPlan, throwOf: (sides: number) => number) => Cell | undefined

const shift =
  (hours: number): Change =>
  (value, { kind }) => {
    if (value === null || (kind !== 'timestamp' && kind !== 'timestamptz')) return undefined
    const text = String(value)
    const moved = new Date(Date.parse(`${text.slice(0, 19).replace(' ', 'T')}Z`) + hours * 3_600_000)
    return `${moved.toISOString().slice(0, 19).replace('T', ' ')}${text.slice(19)}`
  }

/** Each gives another value, or undefined where the column has no such. */
const changes: Readonly<Record<string, Change>> = {
  'another value': (value, column) => another(value, column),
  'a last digit': (value, { kind, scale = 0 }) => {
    if (value === null || kind !== 'decimal' || scale === 0) return undefined
    const text = String(value)
    return `${text.slice(0, -1)}${(Number(text.slice(-1)) + 1) % 10}`
  },
  'a time zone': shift(8),
  'a microsecond': (value, { kind }) => {
    if (value === null || (kind !== 'timestamp' && kind !== 'timestamptz')) return undefined
    const text = String(value)
    return `${text.slice(0, -1)}${text.endsWith('7') ? '8' : '7'}`
  },
  'a rounded decimal': (value, { kind, scale = 0 }) => {
    if (value === null || kind !== 'decimal' || scale === 0) return undefined
    const rounded = String(value).replace(/\.\d+$/, `.${'0'.repeat(scale)}`)
    return rounded === value ? undefined : rounded
  },
  'a truncated text': (value, { kind, targetType }) =>
    kind === 'text' && targetType !== 'BINARY' && typeof value === 'string' && value.length > 1
      ? Array.from(value).slice(0, -1).join('')
      : undefined,
  'trimmed blanks': (value, { kind }) =>
    kind === 'text' && typeof value === 'string' && value.trim() !== value ? value.trim() : undefined,
  'NULL for an empty text': (value) => (value === '' ? null : undefined),
  'an empty text for NULL': (value, { kind, targetType }) =>
    value === null && kind === 'text' && targetType !== 'BINARY' ? '' : undefined,
  'NULL for a value': (value) => (value === null ? undefined : null),
  'letters of the same length': (value, { kind, targetType }) =>
    kind === 'text' && targetType !== 'BINARY' && typeof value === 'string' && /^[a-z]/.test(value)
      ? `${value.startsWith('q') ? 'r' : 'q'}${value.slice(1)}`
      : undefined,
}

/** Far enough to be seen: of a float a thousandth, and at least one. */
function another(value: Cell, { kind, scale = 0, targetType }: ColumnPlan): Cell | undefined {
  if (value === null) return undefined
  switch (kind) {
    case 'integer':
      return typeof value === 'number' ? value - 1 : (BigInt(value) - 1n).toString()
    case 'decimal':
      return scale === 0
        ? (BigInt(value) - 1n).toString()
        : String(value).startsWith('-')
          ? String(value).slice(1)
          : `-${value}`
    case 'float':
      return targetType === 'FLOAT' ? Math.fround(Number(value) * 1.01 + 1) : Number(value) * 1.01 + 1
    case 'boolean':
      return value === 'true' ? 'false' : 'true'
    case 'date':
      return value === '2001-01-01' ? '2001-01-02' : '2001-01-01'
    case 'timestamp':
    case 'timestamptz':
      return value === '2001-01-01 00:00:00.000000' ? '2001-01-01 00:00:00.000001' : '2001-01-01 00:00:00.000000'
    case 'text':
      return targetType === 'BINARY' ? `${value}ff` : `${value}x`
  }
}

const onRows = ['one of two lost', 'one doubled', 'one lost, another doubled', 'all copies lost'] as const

/** One mutation drawn by the dice. `rows` are all rows of the table; those with one `id` are alike. */
export function mutate(plan: RelationPlan, rows: readonly Row[], throwOf: (sides: number) => number): Mutation {
  for (;;) {
    const kind = throwOf(11)
    const drawn =
      kind === 0
        ? lostOrDoubled(rows, throwOf)
        : kind === 1
          ? swapped(plan, rows, throwOf)
          : kind === 2
            ? hiddenFloat(plan, rows, throwOf)
            : kind === 3
              ? changedColumn(plan, rows, throwOf)
              : changedValue(plan, rows, throwOf)
    if (drawn !== undefined) return drawn
  }
}

function copies(rows: readonly Row[], id: Cell | undefined): readonly Row[] {
  return rows.filter((row) => row['id'] === id)
}

function drawRow(rows: readonly Row[], throwOf: (sides: number) => number): Row {
  return rows[throwOf(rows.length)] ?? {}
}

function lostOrDoubled(rows: readonly Row[], throwOf: (sides: number) => number): Mutation | undefined {
  const name = onRows[throwOf(onRows.length)] ?? onRows[0]
  const [one, other] = [drawRow(rows, throwOf), drawRow(rows, throwOf)]
  const id = Number(one['id'])
  const alike = copies(rows, id)
  if (name === 'one of two lost') return alike.length < 2 ? undefined : { name, ids: [id], rows: alike.slice(1) }
  if (name === 'one doubled') return { name, ids: [id], rows: [...alike, one] }
  if (name === 'all copies lost') return { name, ids: [id], rows: [] }
  const otherId = Number(other['id'])
  if (id === otherId) return undefined
  return { name, ids: [id, otherId], rows: [...alike.slice(1), ...copies(rows, otherId), other] }
}

function swapped(plan: RelationPlan, rows: readonly Row[], throwOf: (sides: number) => number): Mutation | undefined {
  const column = plan.columns[1 + throwOf(plan.columns.length - 1)]
  const [one, other] = [drawRow(rows, throwOf), drawRow(rows, throwOf)]
  if (column === undefined || one[column.target] === other[column.target]) return undefined
  const ids = [Number(one['id']), Number(other['id'])]
  const put = (row: Row, value: Cell): Row => ({ ...row, [column.target]: value })
  const changed = [put(one, other[column.target] ?? null), put(other, one[column.target] ?? null)]
  return {
    name: `swapped ${column.target}`,
    ids,
    rows: [...changed, ...copies(rows, ids[0]).slice(1), ...copies(rows, ids[1]).slice(1)],
  }
}

/** A relative error of 10^-13: below what is stated for any float. */
function hiddenFloat(
  plan: RelationPlan,
  rows: readonly Row[],
  throwOf: (sides: number) => number,
): Mutation | undefined {
  const floats = plan.columns.filter(({ kind, targetType }) => kind === 'float' && targetType === 'DOUBLE')
  const column = floats[throwOf(Math.max(1, floats.length))]
  const row = drawRow(rows, throwOf)
  const value = column === undefined ? null : (row[column.target] ?? null)
  if (column === undefined || value === null || value === 0) return undefined
  const id = Number(row['id'])
  const changed = { ...row, [column.target]: Number(value) * (1 + 1e-13) }
  return {
    name: `below tolerance: ${column.target}`,
    ids: [id],
    rows: [changed, ...copies(rows, id).slice(1)],
    hidden: true,
  }
}

function changedValue(
  plan: RelationPlan,
  rows: readonly Row[],
  throwOf: (sides: number) => number,
): Mutation | undefined {
  const names = Object.keys(changes)
  const name = names[throwOf(names.length)] ?? ''
  const column = plan.columns[1 + throwOf(plan.columns.length - 1)]
  const row = drawRow(rows, throwOf)
  if (column === undefined) return undefined
  const value = changes[name]?.(row[column.target] ?? null, column, throwOf)
  if (value === undefined || value === row[column.target]) return undefined
  const id = Number(row['id'])
  const changed = { ...row, [column.target]: value }
  return { name: `${name}: ${column.target}`, ids: [id], rows: [changed, ...copies(rows, id).slice(1)] }
}

/** What a mistake in a statement does: every value of a column, not one. */
function changedColumn(
  plan: RelationPlan,
  rows: readonly Row[],
  throwOf: (sides: number) => number,
): Mutation | undefined {
  const names = ['NULL for a value', 'a time zone', 'a rounded decimal', 'trimmed blanks', 'NULL for an empty text']
  const name = names[throwOf(names.length)] ?? ''
  const column = plan.columns[1 + throwOf(plan.columns.length - 1)]
  if (column === undefined) return undefined
  const changed = rows.map((row) => {
    const value = changes[name]?.(row[column.target] ?? null, column, throwOf)
    return value === undefined ? row : { ...row, [column.target]: value }
  })
  if (changed.every((row, n) => row === rows[n])) return undefined
  const ids = [...new Set(rows.map((row) => Number(row['id'])))]
  return { name: `a whole column, ${name}: ${column.target}`, ids, rows: changed }
}

/** The table as it is after the mutation. */
export function applied(rows: readonly Row[], { ids, rows: coming }: Mutation): readonly Row[] {
  return [...rows.filter((row) => !ids.includes(Number(row['id']))), ...coming]
}

/** The same in MaxCompute's SQL, from a table that is as it should be. */
export function mutationSql(plan: RelationPlan, pristine: string, { ids, rows }: Mutation): string {
  const names = plan.columns.map(({ target }) => `\`${target}\``).join(', ')
  const kept = `SELECT ${names} FROM \`${pristine}\` WHERE \`id\` NOT IN (${ids.join(', ')})`
  return `INSERT OVERWRITE TABLE \`${plan.target.name}\` ${[kept, ...rows.map((row) => rowSql(plan, row))].join(' UNION ALL ')}`
}

/** A row as a SELECT of constants. */
export function rowSql(plan: RelationPlan, row: Row): string {
  const items = plan.columns.map((column) => `${literal(column, row[column.target] ?? null)} AS \`${column.target}\``)
  return `SELECT ${items.join(', ')}`
}

function literal({ targetType, kind }: ColumnPlan, value: Cell): string {
  if (value === null) return `CAST(NULL AS ${targetType})`
  if (kind === 'boolean') return String(value).toUpperCase()
  const text = `'${String(value).replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  if (targetType === 'BINARY') return `UNHEX(${text})`
  return targetType === 'STRING' ? text : `CAST(${text} AS ${targetType})`
}
