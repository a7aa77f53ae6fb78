import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startEmulated, type Client, type Emulated } from './maxcompute-client.js'

let dir: string
let service: Emulated
let client: Client

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'maxcompute-'))
  service = await startEmulated(dir)
  client = service.client
})

afterAll(async () => {
  await service.close()
  await rm(dir, { recursive: true })
})

const untrimmed = { 'odps.sql.decimal.tostring.trimzero': 'false' }

describe('a quotient of decimals', () => {
  it.each([
    // DECIMAL(12,2) / DECIMAL(12,2): scale max(6, 2 + 12 + 1) = 15.
    ['cast(1 as decimal(12,2)) / cast(3 as decimal(12,2))', '0.333333333333333'],
    ['cast(-2 as decimal(12,2)) / cast(3 as decimal(12,2))', '-0.666666666666667'],
    ['cast(12345678901.23 as decimal(13,2)) / cast(7 as decimal(1,0))', '1763668414.461429'],
    ['cast(0 as decimal(5,2)) / cast(-7 as decimal(5,2))', '0.00000000'],
    ['cast(null as decimal(5,2)) / cast(7 as decimal(5,2))', '\\N'],
    // The scale gives way to the digits before the point: six stay.
    ['cast(1 as decimal(38,18)) / cast(3 as decimal(38,18))', '0.333333'],
    ['cast(0.000001500000000000 as decimal(38,18)) / cast(1 as decimal(3,0))', '0.000001500000000000'],
  ])('%s is %s', async (expression, wanted) => {
    expect(await client.value(`select ${expression}`, untrimmed)).toBe(wanted)
  })

  it('keeps its place where the dividend has more digits behind the point than the quotient', async () => {
    const extended = { ...untrimmed, 'odps.sql.decimal2.extended.scale.enable': 'true' }
    const sql = 'select cast(3.5BD as decimal(38,30)) / cast(-3 as decimal(5,0))'
    expect(await client.value(sql, extended)).toBe('-1.166666666666666667')
  })

  it('by zero fails', async () => {
    const sql = 'select cast(1 as decimal(5,2)) / cast(0 as decimal(5,2))'
    await expect(client.run(sql)).rejects.toThrow('ODPS-0121145')
  })

  it('is what whole numbers say, of random decimals', async () => {
    let state = 20_240_601n
    const next = (below: bigint): bigint => {
      state = (state * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n) % (1n << 64n)
      return (state >> 11n) % below
    }
    const pairs = Array.from({ length: 300 }, () => [next(10n ** 12n) - 5n * 10n ** 11n, next(99_999n) + 1n] as const)
    const text = (value: bigint, scale: number): string => {
      const digits = String(value < 0n ? -value : value).padStart(scale + 1, '0')
      return `${value < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
    }
    const rows = pairs.map(([a, b]) => `(${text(a, 2)}BD, ${text(b, 2)}BD)`)
    await client.run('create table pairs (a decimal(14,2), b decimal(7,2))')
    await client.run(`insert into pairs values ${rows.join(', ')}`)
    const found = await client.run('select a, b, a / b from pairs', untrimmed)
    expect(found).toHaveLength(pairs.length)
    // Scale max(6, 2 + 7 + 1) = 10; halves away from zero.
    const wanted = pairs.map(([a, b]) => {
      const [whole, sign] = [(a < 0n ? -a : a) * 10n ** 10n, a < 0n ? -1n : 1n]
      return [text(a, 2), text(b, 2), text(sign * ((2n * whole + b) / (2n * b)), 10)].join(' ')
    })
    expect(found.map((row) => row.join(' ')).sort()).toEqual([...wanted].sort())
  })
})
