import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migrate } from './rehearsal.js'
import { openSource } from './source-session.js'
import { judge } from './mutation-verdict.js'
import { migrateKinds, type Mutated } from './mutated.js'
import { dice, mutationSql } from './mutations.js'

const count = 16
let mutated: Mutated

beforeAll(async () => {
  mutated = await migrateKinds()
})

afterAll(async () => {
  await mutated[Symbol.asyncDispose]()
})

describe('mutations of a table without a key, with duplicates', () => {
  it('is clean at first, at every depth', async () => {
    expect(await mutated.verify()).toEqual({ aggregates: false, content: false })
  })

  it('are found at the depths that cover them, and exactly their rows are named', { timeout: 120_000 }, async () => {
    const tally = await judge(mutated, dice(7), count)
    expect(tally.mutationCount).toBe(count)
    expect(tally.foundByContent).toBeGreaterThan(tally.foundByAggregates)
  })

  it(
    'migrate verify names the row, by the source and, once that has moved, by the parts',
    { timeout: 60_000 },
    async () => {
      const [row = {}] = mutated.rows.filter(({ id }) => id === 12)
      const changed = { name: 'letter', ids: [12], rows: [{ ...row, v: 'other' }] }
      await mutated.run(mutationSql(mutated.plan, mutated.pristine, changed))
      const args = ['verify', '--config', mutated.emulated.clouds.config, '--json']
      const still = await migrate(args)
      expect({ code: still.code, stderr: still.stderr }).toMatchObject({ code: 9 })
      const session = await openSource(mutated.emulated.clouds)
      await session.query('DELETE FROM rows.kinds WHERE id = 3')
      await session.end()
      const moved = await migrate(args)
      expect(moved.code).toBe(9)
      expect(moved.stderr).toContain('rows.kinds: the source has moved since')
      for (const { lines } of [still, moved]) {
        const rows = lines.flatMap((line) =>
          line['row'] === undefined
            ? []
            : [line['row'] as { sign: string; values: { column: string; value: string }[] }],
        )
        const told = rows.map(({ sign, values }) => [
          sign,
          ...values.flatMap(({ column, value }) => (['id', 'v'].includes(column) ? [value] : [])),
        ])
        expect(told).toEqual([
          ['-', '12', 'v  12 '],
          ['+', '12', 'other'],
        ])
      }
    },
  )

  it('migrate verify --now compares what both sides hold at this moment', { timeout: 60_000 }, async () => {
    const args = ['verify', '--now', '--config', mutated.emulated.clouds.config, '--json']
    await mutated.run(mutationSql(mutated.plan, mutated.pristine, { name: 'none', ids: [0], rows: [] }))
    const differing = await migrate(args)
    expect({ code: differing.code, stderr: differing.stderr }).toMatchObject({ code: 9 })
    const rows = differing.lines.flatMap((line) => (line['row'] === undefined ? [] : [line['row'] as { sign: string }]))
    expect(rows.map(({ sign }) => sign)).toEqual(['+'])
    await mutated.run(mutationSql(mutated.plan, mutated.pristine, { name: 'the same row goes', ids: [3], rows: [] }))
    const same = await migrate(args)
    expect({ code: same.code, last: same.lines.at(-1) }).toMatchObject({ code: 0, last: { now: true, done: 1 } })
  })
})
