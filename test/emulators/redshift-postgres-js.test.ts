import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTown, type Town } from './redshift-town.js'

let town: Town
let sql: postgres.Sql

beforeAll(async () => {
  town = await startTown()
  sql = postgres({
    host: '127.0.0.1',
    port: town.redshift.port,
    user: 'migrator',
    password: 'Emulated-Passw0rd',
    database: 'dev',
    max: 2,
    // Its types are read from pg_type of a later server; Redshift users turn this off.
    fetch_types: false,
    onnotice: () => undefined,
  })
})

afterAll(async () => {
  await sql.end({ timeout: 5 })
  await town.close()
})

describe('the client postgres', () => {
  it('asks and is answered, with parameters', async () => {
    const rows = await sql`SELECT ${7}::int + 1 AS eight, ${"o'é\\"}::varchar(20) AS text, ${null}::date AS nothing`
    expect([...rows]).toEqual([{ eight: 8, text: "o'é\\", nothing: null }])
  })

  it('writes in a transaction, and takes back one that fails', async () => {
    await sql`CREATE TABLE public.pairs (a BIGINT, b NUMERIC(38,2))`
    await sql.begin(async (inside) => {
      await inside`INSERT INTO public.pairs VALUES (${'9223372036854775807'}, ${'123456789012345678901234567890123456.78'})`
    })
    const failing = sql.begin(async (inside) => {
      await inside`INSERT INTO public.pairs VALUES (1, 1)`
      await inside`SELECT nothing FROM public.pairs`
    })
    await expect(failing).rejects.toMatchObject({ code: '42703' })
    expect([...(await sql`SELECT a, b FROM public.pairs`)]).toEqual([
      { a: '9223372036854775807', b: '123456789012345678901234567890123456.78' },
    ])
  })

  it('sends many statements before the first answer', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => sql`SELECT ${n}::int AS n`))
    expect(answers.map((rows) => (rows[0] as { n: number }).n)).toEqual(Array.from({ length: 50 }, (_, n) => n))
  })

  it('reads a large answer whole', async () => {
    await sql`CREATE TABLE public.many (n INTEGER)`
    await sql`INSERT INTO public.many VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9), (10)`
    const rows = await sql<{ n: number }[]>`
      SELECT a.n * 100 + b.n * 10 + c.n AS n FROM public.many a, public.many b, public.many c ORDER BY 1`
    // Each digit is 5.5 on average: 1000 * 5.5 * 111.
    expect([rows.length, rows.reduce((sum, row) => sum + row.n, 0)]).toEqual([1000, 610_500])
  })

  it('is told the state of what it did wrong', async () => {
    await expect(sql`SELECT * FROM public.nowhere`).rejects.toMatchObject({ code: '42P01' })
    await expect(sql`SELEC 1`).rejects.toMatchObject({ code: '42601' })
  })
})
