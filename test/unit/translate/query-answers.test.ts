import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canonicalDecimal, canonicalTimestamp } from '../../../src/model/canonical.js'
import { translateQueries } from '../../../src/translate/query.js'
import { startEmulated, type Emulated } from '../../emulators/maxcompute-client.js'
import { answers, book, pairs, targetTables } from './query-pairs.js'

type Row = readonly (string | null)[]

/** The text by which the emulated service shows NULL, and no text of the tables. */
const nullText = '\\N'
const digitCount = 12

let dir: string
let emulated: Emulated

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'pairs-'))
  emulated = await startEmulated(dir)
  for (const statement of targetTables
    .replace(/^--.*$/gm, '')
    .split(/;\n/)
    .filter((text) => text.trim() !== ''))
    await emulated.client.run(statement, { 'odps.sql.type.system.odps2': 'true', 'odps.sql.decimal.odps2': 'true' })
})

afterAll(async () => {
  await emulated.close()
  await rm(dir, { recursive: true })
})

/** One text for one value: numbers to twelve digits where they are floats, truths by one letter, dates as they are. */
function canonical(cell: string | null): string | null {
  if (cell === null || cell === nullText) return null
  if (/^(t|f|true|false)$/i.test(cell)) return cell.charAt(0).toLowerCase()
  if (/^-?\d+(\.\d+)?e[-+]?\d+$/i.test(cell) || /^-?\d+\.\d{13,}$/.test(cell)) return rounded(cell)
  return canonicalDecimal(cell) ?? moment(cell) ?? cell
}

function rounded(cell: string): string {
  return canonicalDecimal(Number(cell).toPrecision(digitCount)) ?? Number(cell).toPrecision(digitCount)
}

function moment(cell: string): string | undefined {
  return /^\d{4}-\d{2}-\d{2} /.test(cell) ? canonicalTimestamp(cell) : undefined
}

/** The unit of the last digit that both have. */
function unit(one: string, other: string): number {
  const scale = (text: string): number => text.split('.')[1]?.length ?? 0
  return 10 ** -Math.min(scale(one), scale(other))
}

function sameCell(one: string | null, other: string | null, tolerance: 'divided' | undefined): boolean {
  const [a, b] = [canonical(one), canonical(other)]
  if (a === b || a === null || b === null) return a === b
  if (Number.isNaN(Number(a)) || Number.isNaN(Number(b))) return false
  const [x, y] = [Number(a), Number(b)]
  const float =
    /[.e]/.test(one ?? '') && Math.abs(x - y) <= 1e-11 * Math.max(Math.abs(x), Math.abs(y)) && !isExact(one, other)
  return float || (tolerance === 'divided' && Math.abs(x - y) <= unit(one ?? '', other ?? ''))
}

/** Plain digits on both sides are compared digit by digit. */
function isExact(one: string | null, other: string | null): boolean {
  return [one, other].every((text) => (text ?? '').replace(/\D/g, '').length < digitCount)
}

function sorted(rows: readonly Row[]): readonly Row[] {
  return rows.toSorted((a, b) => (JSON.stringify(a.map(canonical)) < JSON.stringify(b.map(canonical)) ? -1 : 1))
}

function sameRows(ours: readonly Row[], theirs: readonly Row[], pair: (typeof pairs)[number]): boolean {
  const [a, b] = pair.ordered === true ? [ours, theirs] : [sorted(ours), sorted(theirs)]
  if (a.length !== b.length) return false
  return a.every(
    (row, i) =>
      row.length === b[i]?.length && row.every((cell, j) => sameCell(cell, b[i]?.[j] ?? null, pair.tolerance)),
  )
}

describe('the comparison of answers', () => {
  it('tells neighbours apart, and takes floats and quotients for what they are', () => {
    expect(sameCell('1', '2', undefined)).toBe(false)
    expect(sameCell('0.33', '0.34', undefined)).toBe(false)
    expect(sameCell('0.33333333', '0.3333', 'divided')).toBe(true)
    expect(sameCell('0.3332', '0.33333333', 'divided')).toBe(false)
    expect(sameCell('1.41421356237310', '1.4142135623730951', undefined)).toBe(true)
    expect(sameCell('', null, undefined)).toBe(false)
  })
})

describe('translated queries, asked of the emulated MaxCompute, answer as PostgreSQL does', () => {
  it.each(pairs.filter(({ maxcompute }) => maxcompute !== undefined))('$group: $name', async (pair) => {
    const [found] = await translateQueries(pair.redshift, book)
    if (found?.fate !== 'translated') throw new Error('refused')
    const ours = await emulated.client.run(found.sql, found.settings)
    const theirs = answers[pair.group]?.[pair.name]
    expect(theirs).toBeDefined()
    if (!sameRows(ours, theirs ?? [], pair)) expect(ours).toEqual(theirs)
  })
})
