import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { holding, MutationBatch } from './mutation-batch.js'
import { judged, summed, type Tally } from './mutation-verdict.js'
import { call, migrateKinds, type Mutated } from './mutated.js'
import { dice, mutate } from './mutations.js'

/** `MUTATIONS=10000` for the full figure; `MUTATION_SEED` for others. */
const count = Number(process.env.MUTATIONS ?? 1_500)
const seed = Number(process.env.MUTATION_SEED ?? 20_261_121)
const batchCount = 250
let mutated: Mutated

beforeAll(async () => {
  mutated = await migrateKinds()
})

afterAll(async () => {
  await mutated[Symbol.asyncDispose]()
})

describe('many mutations', () => {
  it('are found at the depths that cover them, and exactly their rows are named', { timeout: 7_200_000 }, async () => {
    const { plan, rows } = mutated
    // The parts do not change: they are read once.
    const unloaded = holding(await mutated.unloaded.rows(plan, [], 1_000, call))
    const throwOf = dice(seed)
    const tallies: Tally[] = []
    // What the emulator was sent it keeps: a new one for each batch keeps memory flat.
    for (let from = 0; from < count; from += batchCount) {
      await using batch = await MutationBatch.open({ ...mutated, unloaded })
      const length = Math.min(batchCount, count - from)
      const mutations = Array.from({ length }, () => mutate(plan, rows, throwOf))
      const verdicts = await batch.verdicts(mutations)
      expect(verdicts).toHaveLength(length)
      tallies.push(summed(mutations.map((mutation, n) => judged(mutated, mutation, verdicts[n]!))))
    }
    const tally = summed(tallies)
    process.stdout.write(`${JSON.stringify({ seed, ...tally })}\n`)
    expect(tally.mutationCount).toBe(count)
    expect(tally.hidden).toBeGreaterThan(0)
    expect(tally.foundByContent + tally.hidden).toBe(count)
    expect(tally.foundByAggregates).toBeLessThan(tally.foundByContent)
  })
})
