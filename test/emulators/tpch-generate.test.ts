import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { rows, tpchTables, writeTbl, type TpchTable } from '../../src/emulators/tpch/generate.js'
import { orderKey } from '../../src/emulators/tpch/orders.js'

const scale = 0.01
const dir = mkdtempSync(join(tmpdir(), 'tpch-'))
afterAll(() => rmSync(dir, { recursive: true }))

const made = new Map<TpchTable, (readonly string[])[]>()
function table(name: TpchTable): (readonly string[])[] {
  let found = made.get(name)
  if (found === undefined) {
    found = [...rows(name, scale)]
    made.set(name, found)
  }
  return found
}
/** One column, by its place. */
function column(name: TpchTable, at: number): string[] {
  return table(name).map((row) => row[at] as string)
}
function distinct(values: readonly string[]): string[] {
  return [...new Set(values)].sort()
}
/** Money text as hundredths, without going through a float. */
function cents(text: string): bigint {
  const [, sign, whole, fraction] = /^(-?)(\d+)\.(\d\d)$/.exec(text) ?? []
  return BigInt(`${sign}${whole}${fraction}`)
}
function addDays(date: string, count: number): string {
  return new Date(Date.parse(date) + count * 86_400_000).toISOString().slice(0, 10)
}

describe('cardinalities', () => {
  it.each([
    ['region', 5],
    ['nation', 25],
    ['supplier', 100],
    ['customer', 1500],
    ['part', 2000],
    ['partsupp', 8000],
    ['orders', 15_000],
  ] as const)('%s has %i rows at 0.01', (name, count) => {
    expect(table(name).length).toBe(count)
  })

  it('gives every order one to seven lines, four on average', () => {
    const perOrder = new Map<string, number[]>()
    for (const [order, , , number] of table('lineitem')) {
      perOrder.set(order as string, [...(perOrder.get(order as string) ?? []), Number(number)])
    }
    expect(perOrder.size).toBe(15_000)
    for (const numbers of perOrder.values()) expect(numbers).toEqual(numbers.map((_, at) => at + 1))
    expect(Math.max(...[...perOrder.values()].map((numbers) => numbers.length))).toBe(7)
    expect(table('lineitem').length).toBeGreaterThan(59_000)
    expect(table('lineitem').length).toBeLessThan(61_000)
  })

  it.each([0, -1, 0.0001, 5000, Number.NaN])('refuses scale %s', (wrong) => {
    expect(() => rows('part', wrong)).toThrow(/scale must be from 0.001 to 1000/)
  })
})

describe('keys', () => {
  it('uses eight order keys of every 32', () => {
    expect([1, 7, 8, 15, 16, 1_500_000].map(orderKey)).toEqual([1, 7, 32, 39, 64, 6_000_000])
    expect(column('orders', 0).every((key) => Number(key) % 32 < 8)).toBe(true)
    expect(distinct(column('orders', 0)).length).toBe(15_000)
  })

  it('gives every third customer no orders, and most of the others some', () => {
    const customers = distinct(column('orders', 1)).map(Number)
    expect(customers.some((key) => key % 3 === 0)).toBe(false)
    expect(customers.length).toBeGreaterThan(990)
    expect(Math.max(...customers)).toBeLessThanOrEqual(1500)
  })

  it.each([0.001, 0.002, 0.005, 0.01, 0.015, 0.1])(
    'keeps partsupp unique at scale %s, with known suppliers',
    (small) => {
      const pairs = new Set<string>()
      let count = 0
      for (const [part, supplier] of rows('partsupp', small)) {
        pairs.add(`${part}/${supplier}`)
        count += 1
        if (Number(supplier) < 1 || Number(supplier) > small * 10_000) throw new Error(`supplier ${supplier}`)
      }
      expect(pairs.size).toBe(count)
      expect(count).toBe(Math.round(small * 800_000))
    },
  )

  it("spreads a part's suppliers by the formula of the specification", () => {
    // Worked by hand at S = 100: step = 25 + floor((p - 1) / 100); supplier = (p + i * step) mod 100 + 1.
    const of = (part: string): string[] =>
      table('partsupp')
        .filter((row) => row[0] === part)
        .map((row) => row[1] as string)
    expect(of('1')).toEqual(['2', '27', '52', '77'])
    expect(of('200')).toEqual(['1', '27', '53', '79'])
    expect(of('2000')).toEqual(['1', '45', '89', '33'])
  })

  it('takes every line from a part and one of its suppliers', () => {
    const pairs = new Set(table('partsupp').map(([part, supplier]) => `${part}/${supplier}`))
    expect(table('lineitem').filter((row) => !pairs.has(`${row[1]}/${row[2]}`))).toEqual([])
  })
})

describe('derived values', () => {
  it('prices parts by the formula', () => {
    const prices = new Map(table('part').map((row) => [row[0], row[7]]))
    expect([prices.get('1'), prices.get('999'), prices.get('1000'), prices.get('2000')]).toEqual([
      '901.00',
      '1899.99',
      '901.00',
      '902.00',
    ])
    const wrong = table('lineitem').filter(
      (line) => cents(line[5] as string) !== BigInt(line[4] as string) * cents(prices.get(line[1]) as string),
    )
    expect(wrong).toEqual([])
  })

  it('totals orders and sets their status from the lines', () => {
    const totals = new Map<string, bigint>()
    const statuses = new Map<string, Set<string>>()
    for (const line of table('lineitem')) {
      const [order, price, discount, tax] = [line[0] as string, ...line.slice(5, 8).map(cents)] as [string, ...bigint[]]
      const charge = ((((price as bigint) * (100n - (discount as bigint))) / 100n) * (100n + (tax as bigint))) / 100n
      totals.set(order, (totals.get(order) ?? 0n) + charge)
      statuses.set(order, (statuses.get(order) ?? new Set()).add(line[9] as string))
    }
    for (const order of table('orders')) {
      const seen = statuses.get(order[0] as string) as Set<string>
      expect(cents(order[3] as string)).toBe(totals.get(order[0] as string))
      expect(order[2]).toBe(seen.size === 2 ? 'P' : [...seen][0])
    }
  })

  it('keeps dates in order and flags by the current date 1995-06-17', () => {
    const dates = new Map(table('orders').map((row) => [row[0], row[4] as string]))
    const wrong = table('lineitem').filter((line) => {
      const ordered = dates.get(line[0]) as string
      const [ship, commit, receipt] = line.slice(10, 13) as [string, string, string]
      const inOrder =
        ship >= addDays(ordered, 1) &&
        ship <= addDays(ordered, 121) &&
        commit >= addDays(ordered, 30) &&
        commit <= addDays(ordered, 90) &&
        receipt >= addDays(ship, 1) &&
        receipt <= addDays(ship, 30)
      const flags = receipt > '1995-06-17' ? ['N'] : ['R', 'A']
      return !inOrder || !flags.includes(line[8] as string) || line[9] !== (ship > '1995-06-17' ? 'O' : 'F')
    })
    expect(wrong).toEqual([])
    const ordered = [...dates.values()].sort()
    expect(ordered[0]).toBe('1992-01-01')
    expect(ordered.at(-1)).toBe('1998-08-02')
  })
})

describe('domains', () => {
  it('draws codes from the lists of the specification, and uses all of them', () => {
    expect(distinct(column('customer', 6))).toEqual(['AUTOMOBILE', 'BUILDING', 'FURNITURE', 'HOUSEHOLD', 'MACHINERY'])
    expect(distinct(column('orders', 5))).toEqual(['1-URGENT', '2-HIGH', '3-MEDIUM', '4-NOT SPECIFIED', '5-LOW'])
    expect(distinct(column('lineitem', 13))).toEqual(['COLLECT COD', 'DELIVER IN PERSON', 'NONE', 'TAKE BACK RETURN'])
    expect(distinct(column('lineitem', 14))).toEqual(['AIR', 'FOB', 'MAIL', 'RAIL', 'REG AIR', 'SHIP', 'TRUCK'])
    expect(distinct(column('part', 3)).length).toBe(25)
    expect(distinct(column('part', 4)).length).toBe(150)
    expect(distinct(column('part', 6)).length).toBe(40)
    expect(distinct(column('part', 1).flatMap((name) => name.split(' '))).length).toBe(92)
    expect(table('part').every((row) => new Set((row[1] as string).split(' ')).size === 5)).toBe(true)
    expect(table('part').every((row) => row[3]?.slice(6, 7) === row[2]?.slice(-1))).toBe(true)
  })

  it('stays inside the columns of the Redshift schema', () => {
    const lengths: [TpchTable, number, number, number][] = [
      ['region', 2, 31, 115],
      ['nation', 3, 31, 114],
      ['supplier', 2, 10, 40],
      ['supplier', 6, 25, 100],
      ['customer', 2, 10, 40],
      ['customer', 7, 29, 116],
      ['part', 1, 1, 55],
      ['part', 8, 5, 22],
      ['partsupp', 4, 49, 198],
      ['orders', 8, 19, 78],
      ['lineitem', 15, 10, 43],
    ]
    for (const [name, at, low, high] of lengths) {
      const found = column(name, at).map((value) => Buffer.byteLength(value))
      expect([name, at, Math.min(...found) >= low, Math.max(...found) <= high]).toEqual([name, at, true, true])
    }
    for (const name of tpchTables)
      expect(
        table(name)
          .flat()
          .some((field) => field.includes('|')),
      ).toBe(false)
  })

  it('writes numbers inside their ranges, balances below zero among them', () => {
    const within = (name: TpchTable, at: number, low: bigint, high: bigint): boolean =>
      column(name, at)
        .map(cents)
        .every((value) => value >= low && value <= high)
    expect(within('customer', 5, -99_999n, 999_999n)).toBe(true)
    expect(within('supplier', 5, -99_999n, 999_999n)).toBe(true)
    expect(column('customer', 5).some((value) => value.startsWith('-'))).toBe(true)
    expect(within('partsupp', 3, 100n, 100_000n)).toBe(true)
    expect(within('lineitem', 6, 0n, 10n)).toBe(true)
    expect(within('lineitem', 7, 0n, 8n)).toBe(true)
    expect(distinct(column('lineitem', 4)).length).toBe(50)
  })

  it('writes phones with the country code of the nation', () => {
    for (const row of [...table('customer'), ...table('supplier')]) {
      expect(row[4]).toMatch(/^\d\d-[1-9]\d\d-[1-9]\d\d-[1-9]\d{3}$/)
      expect(Number(row[4]?.slice(0, 2))).toBe(Number(row[3]) + 10)
    }
  })

  it('has five of 10,000 suppliers complained of and five recommended', () => {
    const comments = [...rows('supplier', 1)].map((row) => row[6] as string)
    expect(comments.filter((comment) => /Customer.*Complaints/.test(comment)).length).toBe(5)
    expect(comments.filter((comment) => /Customer.*Recommends/.test(comment)).length).toBe(5)
    expect(column('supplier', 6).filter((comment) => /Customer.*Complaints/.test(comment)).length).toBe(1)
  })

  it('writes texts that the queries look for', () => {
    const orders = column('orders', 8)
    expect(orders.filter((comment) => /special.*requests/.test(comment)).length).toBeGreaterThan(100)
  })
})

describe('writeTbl', () => {
  it('writes what rows gives, in the format of dbgen, the same bytes every time', async () => {
    const hash = createHash('sha256')
    let lineitemCount = 0
    for (const name of tpchTables) {
      const file = join(dir, `${name}.tbl`)
      const count = await writeTbl(name, scale, file)
      if (name === 'lineitem') lineitemCount = count
      const text = readFileSync(file, 'utf8')
      expect(text).toBe(
        table(name)
          .map((row) => `${row.join('|')}|\n`)
          .join(''),
      )
      hash.update(text)
    }
    expect(lineitemCount).toBe(table('lineitem').length)
    // Another hash means other data for everyone who compares results across versions.
    expect(hash.digest('hex')).toBe('c73306c9807fe8e3689820fa224c3d945decc3994a06d6685457584297b4a7f9')
  })
})
