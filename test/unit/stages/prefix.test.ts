import { describe, expect, it } from 'vitest'
import { attemptPrefix, consignmentPrefix } from '../../../src/stages/prefix.js'
import { relationId } from '../../../src/translate/names.js'

// OSS grants sequential keys a fifth of its requests (transfer.md 3.5): what a run writes must not begin alike.

const root = { store: 'oss', bucket: 'b', key: 'migrate/' } as const
const run = '20260101-0000-ab12cd'
const relationCount = 1000

/** Relations as warehouses name them: alike, and numbered. */
const ids = Array.from({ length: relationCount }, (_, n) => relationId({ schema: 'sales', name: `orders_${2000 + n}` }))
const below = (id: string): string => consignmentPrefix(root, run, id).key.slice(root.key.length)

describe('prefixes of what a run writes', () => {
  it('begin with the SHA-256 of run and consignment', () => {
    // printf 20260101-000000-ab12/public.orders | sha256sum
    const prefix = consignmentPrefix(root, '20260101-000000-ab12', 'public.orders')
    expect(prefix.key).toBe('migrate/580d/20260101-000000-ab12/public.orders/')
  })

  it('spread evenly from the first character below the root, however alike the relations are named', () => {
    const counts = new Map<string, number>()
    for (const id of ids) counts.set(below(id).charAt(0), (counts.get(below(id).charAt(0)) ?? 0) + 1)
    expect([...counts.keys()].sort().join('')).toBe('0123456789abcdef')
    // 62.5 on average with a deviation of 7.7: five deviations to either side.
    expect(Math.max(...counts.values())).toBeLessThanOrEqual(101)
    expect(Math.min(...counts.values())).toBeGreaterThanOrEqual(24)
  })

  it('do not follow the order in which relations come', () => {
    const firsts = ids.map((id) => below(id).charAt(0))
    const alike = firsts.filter((first, n) => first === firsts[n + 1]).length
    // One in sixteen by chance.
    expect(alike).toBeLessThanOrEqual(relationCount / 8)
  })

  it('stay for every attempt of a relation, so that a run that goes on finds what it wrote', () => {
    for (const id of ids.slice(0, 20)) {
      const found = [1, 2, 30].map((attempt) => attemptPrefix(root, run, id, id, attempt).key)
      expect(found).toEqual([1, 2, 30].map((attempt) => `${root.key}${below(id)}${id}/${attempt}/`))
    }
  })
})
