import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { judge } from './mutation-verdict.js'
import { migrateKinds, type Mutated } from './mutated.js'
import { dice } from './mutations.js'

const count = 60
let mutated: Mutated

beforeAll(async () => {
  mutated = await migrateKinds()
})

afterAll(async () => {
  await mutated[Symbol.asyncDispose]()
})

describe('many mutations', () => {
  it('are found at the depths that cover them, and exactly their rows are named', { timeout: 1_800_000 }, async () => {
    const tally = await judge(mutated, dice(20_261_121), count)
    process.stdout.write(`${JSON.stringify(tally)}\n`)
    expect(tally.mutationCount).toBe(count)
    expect(tally.hidden).toBeGreaterThan(0)
    expect(tally.foundByContent + tally.hidden).toBe(count)
  })
})
