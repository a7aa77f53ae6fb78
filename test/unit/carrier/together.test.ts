import { describe, expect, it } from 'vitest'
import { together } from '../../../src/carrier/together.js'
import { testCall } from '../../contract/store-contract.js'

describe('together', () => {
  it('does everything, with a limit', async () => {
    const done: number[] = []
    let [inside, most] = [0, 0]
    await together([1, 2, 3, 4, 5, 6, 7], 3, testCall(), async (item) => {
      most = Math.max(most, (inside += 1))
      await new Promise((resolve) => setTimeout(resolve, 1))
      inside -= 1
      done.push(item)
    })
    expect(done.sort()).toEqual([1, 2, 3, 4, 5, 6, 7])
    expect(most).toBe(3)
  })

  it('counts items by their weight', async () => {
    let [inside, most] = [0, 0]
    const weights = [1, 1, 0.25, 0.25, 0.25, 0.25, 0.25, 1]
    const done: number[] = []
    const work = async (item: number): Promise<void> => {
      most = Math.max(most, (inside += item))
      await new Promise((resolve) => setTimeout(resolve, 1))
      inside -= item
      done.push(item)
    }
    await together(weights, 2, testCall(), work, (item) => item)
    expect(done).toHaveLength(weights.length)
    expect(most).toBe(2)
  })

  it('does nothing where there is nothing, or where it is interrupted before it began', async () => {
    const controller = new AbortController()
    controller.abort()
    let count = 0
    const work = async (): Promise<void> => void (count += 1)
    await together([], 3, testCall(), work)
    await together([1, 2], 3, { ...testCall(), signal: controller.signal }, work)
    expect(count).toBe(0)
  })

  it('stops the others at the first failure and throws it when all rest', async () => {
    const failure = new Error('the first')
    const begun: number[] = []
    let resting = 0
    const work = together([1, 2, 3, 4, 5], 2, testCall(), async (item, call) => {
      begun.push(item)
      if (item === 1) throw failure
      await new Promise<void>((resolve) => call.signal.addEventListener('abort', () => resolve()))
      await new Promise((resolve) => setTimeout(resolve, 10))
      resting += 1
      throw new Error('an echo')
    })
    await expect(work).rejects.toBe(failure)
    expect(begun).toEqual([1, 2])
    expect(resting).toBe(1)
  })
})
