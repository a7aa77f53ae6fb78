import { describe, expect, it } from 'vitest'
import { MigrationError, type ErrorCode } from '../../../src/model/errors.js'
import { AtOnce, eachAtOnce } from '../../../src/stages/at-once.js'
import { exitCodeOf, type Arrival } from '../../../src/stages/journey.js'
import { attemptPrefix, attemptToken } from '../../../src/stages/prefix.js'

const going = new AbortController().signal

function arrival(error?: unknown, discrepancyCount = 0): Arrival {
  return { relation: 's.r', stage: 'verify', discrepancyCount, ...(error === undefined ? {} : { error }) }
}

const failed = (code: ErrorCode): Arrival => arrival(new MigrationError(code, 'x'))

describe('exitCodeOf', () => {
  it('is 0 only when every relation arrived without a difference', () => {
    expect(exitCodeOf([arrival(), arrival()], 2, going)).toBe(0)
    expect(exitCodeOf([arrival()], 2, going)).toBe(11)
    expect(exitCodeOf([arrival(), arrival(undefined, 3)], 2, going)).toBe(9)
  })

  it('takes the first of 1, 12, 130, 5, 4, 9, 8, 7, 6, 10, 11', () => {
    const all = [failed('blocked'), failed('source-failed'), failed('store-failed'), failed('target-failed')]
    expect(exitCodeOf(all, 4, going)).toBe(8)
    expect(exitCodeOf(all.slice(0, 3), 3, going)).toBe(7)
    expect(exitCodeOf(all.slice(0, 2), 2, going)).toBe(6)
    expect(exitCodeOf(all.slice(0, 1), 1, going)).toBe(10)
    expect(exitCodeOf([...all, arrival(undefined, 1)], 5, going)).toBe(9)
    expect(exitCodeOf([...all, failed('setup-differs')], 5, going)).toBe(4)
    expect(exitCodeOf([...all, failed('disk'), failed('interrupted')], 6, going)).toBe(12)
    expect(exitCodeOf([...all, failed('disk'), arrival(new TypeError('a bug'))], 6, going)).toBe(1)
  })

  it('is 130 when it was told to stop before all was done', () => {
    const stopped = AbortSignal.abort()
    expect(exitCodeOf([arrival()], 2, stopped)).toBe(130)
    expect(exitCodeOf([arrival(), arrival()], 2, stopped)).toBe(0)
  })
})

describe('names of attempts', () => {
  const relationId = 'a_relation_with_a_name_as_long_as_they_ge-0123abcd'

  it('fit a MaxCompute job name, a query group and a migration job', () => {
    const token = attemptToken('20261121-2359-ffffff', 'transfer', relationId, 99)
    expect(token).toBe('mig-20261121-2359-ffffff-transfer-0123abcd-99')
    expect(token).toMatch(/^[a-z0-9-]{1,63}$/)
  })

  it('lead to a place of their own, behind a hash', () => {
    const root = { store: 's3', bucket: 'b', key: 'stage/' } as const
    const [first, second] = [1, 2].map((number) => attemptPrefix(root, 'run', relationId, relationId, number).key)
    expect(first).toMatch(/^stage\/[0-9a-f]{4}\/run\/a_relation.*-0123abcd\/a_relation.*-0123abcd\/1\/$/)
    expect(second).toBe(first?.replace(/1\/$/, '2/'))
    // Neither is a string prefix of the other: UNLOAD checks its destination by string prefix.
    expect(attemptPrefix(root, 'run', relationId, relationId, 11).key.startsWith(first ?? '')).toBe(false)
  })
})

describe('so many at once', () => {
  it('AtOnce never lets more in', async () => {
    const gate = new AtOnce(3)
    let inside = 0
    let most = 0
    const work = async (): Promise<void> => {
      inside += 1
      most = Math.max(most, inside)
      await new Promise((done) => setTimeout(done, 1))
      inside -= 1
    }
    await Promise.all(Array.from({ length: 50 }, () => gate.run(work)))
    expect(most).toBe(3)
  })

  it('eachAtOnce takes items only as places become free, does all, and tells the first failure', async () => {
    let taken = 0
    let done = 0
    function* items(): Generator<number> {
      for (let item = 0; item < 100; item += 1) {
        taken += 1
        expect(taken - done).toBeLessThanOrEqual(5)
        yield item
      }
    }
    await eachAtOnce(items(), 4, async () => {
      await new Promise((go) => setImmediate(go))
      done += 1
    })
    expect(done).toBe(100)
    await expect(
      eachAtOnce([1, 2, 3], 2, (item) => (item === 2 ? Promise.reject(new Error('two')) : Promise.resolve())),
    ).rejects.toThrow('two')
  })
})
