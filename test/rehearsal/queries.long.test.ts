import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canonicalDecimal, canonicalTimestamp } from '../../src/model/canonical.js'
import { readCsv } from '../emulators/maxcompute-client.js'
import { runSql } from './maxcompute-session.js'
import { emulate, migrate, type Emulated } from './rehearsal.js'
import { openSource } from './source-session.js'

const queries = fileURLToPath(new URL('../../ddl/tpch/queries/', import.meta.url))
/** By PostgreSQL 15 from the same rows: judges/postgres/tpch-answers.py. */
const golden = fileURLToPath(new URL('../golden/tpch/', import.meta.url))
const numbers = Array.from({ length: 22 }, (_, n) => String(n + 1).padStart(2, '0'))
/** No order at this scale has 300 of anything. */
const withoutAnswer = ['18']

type Rows = readonly (readonly (string | null)[])[]

interface Translated {
  readonly file: string
  readonly fate: string
  readonly sql: string
  readonly settings: Readonly<Record<string, string>>
  readonly columns: readonly { readonly name: string; readonly exactness: string; readonly padded?: true }[]
}

let town: Emulated
let source: pg.Client
let translated: readonly Translated[]

beforeAll(async () => {
  town = await emulate({ seed: 'tpch', scale: 0.01 })
  const { config } = town.clouds
  const run = await migrate(['run', '--config', config, '--quiet'])
  expect(run.stderr).toBe('')
  expect(run.code).toBe(0)
  const told = await migrate(['translate', queries, '--config', config, '--search-path', 'tpch', '--json'])
  expect(told.code).toBe(0)
  translated = told.lines.filter((line) => line['file'] !== undefined) as unknown as Translated[]
  source = await openSource(town.clouds)
  await source.query('SET search_path TO tpch')
}, 120_000)

afterAll(async () => {
  await source.end()
  await town[Symbol.asyncDispose]()
})

function canonical(rows: Rows): Rows {
  return rows.map((row) =>
    row.map((cell) => (cell === null ? null : (canonicalDecimal(cell) ?? canonicalTimestamp(cell) ?? cell))),
  )
}

async function expected(number: string): Promise<Rows> {
  const lines = (await readFile(`${golden}${number}.tsv`, 'utf8')).split('\n').slice(0, -1)
  return lines.map((line) => line.split('\t').map((cell) => (cell === '\\N' ? null : cell)))
}

async function ofSource(number: string): Promise<Rows> {
  const text = await readFile(`${queries}${number}.sql`, 'utf8')
  const types = { getTypeParser: () => (cell: string) => cell }
  return (await source.query({ text, rowMode: 'array', types })).rows as Rows
}

async function ofTarget({ sql, settings }: Translated): Promise<Rows> {
  return readCsv(await runSql(town.clouds, sql, settings)).slice(1)
}

/** Exact columns digit by digit; those that divide within one unit of the coarser scale. */
function differences(ours: Rows, theirs: Rows, columns: Translated['columns']): readonly string[] {
  if (ours.length !== theirs.length) return [`${ours.length} rows instead of ${theirs.length}`]
  const [a, b] = [canonical(ours), canonical(theirs)]
  return a.flatMap((row, i) =>
    row.flatMap((cell, j) => {
      const other = b[i]?.[j] ?? null
      if (cell === other || (columns[j]?.padded === true && cell === other?.replace(/ +$/, ''))) return []
      const [one, two] = [ours[i]?.[j] ?? '', theirs[i]?.[j] ?? '']
      const scale = Math.min(...[one, two].map((text) => text.split('.')[1]?.length ?? 0))
      const near = columns[j]?.exactness === 'divided' && Math.abs(Number(cell) - Number(other)) <= 10 ** -scale
      return near ? [] : [`row ${i} column ${j}: ${cell} instead of ${other}`]
    }),
  )
}

describe('the queries of TPC-H, translated', () => {
  it('are 22, none refused', () => {
    expect(translated.map(({ fate }) => fate)).toEqual(numbers.map(() => 'translated'))
  })

  it('divide in the columns that are known to, and nowhere else', () => {
    const dividing = translated.flatMap(({ file, columns }) =>
      columns.flatMap(({ exactness }, n) => (exactness === 'exact' ? [] : [`${file.slice(-6, -4)}:${n}:${exactness}`])),
    )
    expect(dividing).toEqual([
      '01:6:divided',
      '01:7:divided',
      '01:8:divided',
      '08:1:divided',
      '14:0:divided',
      '17:0:divided',
    ])
  })

  it.each(numbers)('query %s has one answer on both sides, and it is that of PostgreSQL', async (number) => {
    const one = translated.find(({ file }) => file.endsWith(`/${number}.sql`))!
    const [answer, left, right] = await Promise.all([expected(number), ofSource(number), ofTarget(one)])
    expect(answer.length > 0).toBe(!withoutAnswer.includes(number))
    expect(differences(right, left, one.columns)).toEqual([])
    expect(differences(right, answer, one.columns)).toEqual([])
  })
})
