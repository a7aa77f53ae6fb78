import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { guideRows } from '../../src/emulators/guide/generate.js'
import { rows, tpchTables } from '../../src/emulators/tpch/generate.js'

function ddl(path: string): string {
  return readFileSync(new URL(`../../ddl/${path}`, import.meta.url), 'utf8')
}
/** Column names and types as a CREATE TABLE of ours writes them, one a line. */
function columnsOf(sql: string): (readonly [string, string])[] {
  return [...sql.matchAll(/^ {2}(\w+) +([a-zA-Z]\w*(?:\([\d,]+\))?)/gm)]
    .filter(([, name]) => name !== 'PRIMARY')
    .map(([, name, type]) => [name as string, type as string] as const)
}
function fits(value: string, type: string): boolean {
  const [, name, size = ''] = /^(\w+?)(?:\((.*)\))?$/.exec(type.toLowerCase()) ?? []
  const length = Number(size.split(',')[0])
  if (name === 'varchar' || name === 'char') return Buffer.byteLength(value) <= length
  if (name === 'date') return /^\d{4}-\d\d-\d\d$/.test(value)
  if (name === 'timestamp') return /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(value)
  if (name === 'numeric' || name === 'decimal') return /^-?\d+(\.\d{1,2})?$/.test(value) && value.length <= length
  return /^-?\d+$/.test(value)
}

describe.each(tpchTables)('%s', (table) => {
  it('has a Redshift table whose columns hold every generated row', () => {
    const columns = columnsOf(ddl(`tpch/redshift/${table}.sql`))
    for (const row of rows(table, 0.001)) {
      expect(row.length).toBe(columns.length)
      const wrong = columns.filter(([, type], at) => !fits(row[at] as string, type))
      if (wrong.length > 0) throw new Error(`${wrong.join(' ')}: ${row.join('|')}`)
    }
  })

  it("has the guide's table, the same on both sides, whose columns hold every row of the guide's data", () => {
    const source = columnsOf(ddl(`guide/redshift/${table}.sql`))
    const target = columnsOf(ddl(`guide/maxcompute/${table}.sql`))
    expect(target.map(([name, type]) => [name, type.toLowerCase()])).toEqual(source)
    expect(source.at(-1)).toEqual(['skip', 'varchar(64)'])
    let rowCount = 0
    for (const row of guideRows(table)) {
      rowCount += 1
      expect(row.length).toBe(source.length - 1)
      const wrong = source.slice(0, -1).filter(([, type], at) => !fits(row[at] as string, type))
      if (wrong.length > 0) throw new Error(`${wrong.join(' ')}: ${row.join('|')}`)
    }
    expect(rowCount).toBeGreaterThanOrEqual(table === 'region' ? 5 : 10)
    expect(rowCount).toBeLessThan(1000)
  })
})

it("keeps the lines of the guide's orders together", () => {
  const ordered = [...guideRows('orders')].map((row) => row[0])
  expect(new Set([...guideRows('lineitem')].map((row) => row[0]))).toEqual(new Set(ordered))
})

describe('queries', () => {
  const known = new Set(
    tpchTables.flatMap((table) => columnsOf(ddl(`tpch/redshift/${table}.sql`)).map(([name]) => name)),
  )

  it('are the 22 of TPC-H, on columns that exist', () => {
    const files = readdirSync(new URL('../../ddl/tpch/queries/', import.meta.url)).sort()
    expect(files).toEqual(Array.from({ length: 22 }, (_, at) => `${String(at + 1).padStart(2, '0')}.sql`))
    for (const file of files) {
      const sql = ddl(`tpch/queries/${file}`)
      const columns = [...sql.matchAll(/\b(?:l|o|c|p|ps|s|n|r)_[a-z]+\b/g)].map(([name]) => name)
      const made = new Set(['c_orders', 'c_count', 'l_year', 'o_year', ...known])
      expect([file, columns.filter((name) => !made.has(name))]).toEqual([file, []])
    }
  })

  it('ask the paired query 1 without division, and with a name for each column', () => {
    const paired = parse(ddl('tpch/checks/q01.yaml')) as {
      name: string
      relation: string
      source: string
      target: string
      columns: { name: string; kind: string }[]
    }
    expect([paired.name, paired.relation]).toEqual(['tpch-q01', 'tpch.lineitem'])
    for (const sql of [paired.source, paired.target]) {
      expect(sql).toContain('FROM {relation}')
      expect(sql).not.toMatch(/\/|\bAVG\b|ORDER BY/i)
      const made = [...sql.matchAll(/ AS (\w+),?$/gm)].map(([, name]) => name)
      expect(made).toEqual(paired.columns.map((column) => column.name))
    }
    expect(paired.columns.filter((column) => column.kind === 'key').length).toBe(2)
  })
})
