import { setMaxListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { MigrationError } from '../../../src/model/errors.js'
import { Slots } from '../../../src/carrier/slots.js'

describe('slots', () => {
  const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds))
  const { signal } = new AbortController()
  setMaxListeners(0, signal)

  it('let in as many as there are, in order, and free what failed', async () => {
    const slots = new Slots(3)
    const order: number[] = []
    let [inside, most] = [0, 0]
    const works = Array.from({ length: 20 }, (_, index) =>
      slots.hold(signal, async () => {
        order.push(index)
        most = Math.max(most, (inside += 1))
        await pause(1)
        inside -= 1
        if (index % 4 === 0) throw new Error(`work ${index}`)
        return index
      }),
    )
    const results = await Promise.allSettled(works)
    expect(most).toBe(3)
    expect(order).toEqual(Array.from({ length: 20 }, (_, index) => index))
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(5)
  })

  it('let four in that weigh a quarter in the place of one, and nobody past who waits', async () => {
    const slots = new Slots(2)
    let [inside, most] = [0, 0]
    const order: string[] = []
    const enter = (name: string, weight: number) =>
      slots.hold(
        signal,
        async () => {
          order.push(name)
          most = Math.max(most, (inside += weight))
          await pause(name === 'first' ? 40 : 5)
          inside -= weight
        },
        weight,
      )
    const first = enter('first', 1)
    const light = Array.from({ length: 5 }, (_, index) => enter(`light ${index}`, 1 / 4))
    await Promise.all([first, ...light, enter('heavy', 1), enter('last', 1 / 4)])
    expect(order.slice(0, 5)).toEqual(['first', 'light 0', 'light 1', 'light 2', 'light 3'])
    expect(order.indexOf('last')).toBeGreaterThan(order.indexOf('heavy'))
    expect(order).toHaveLength(8)
    expect(most).toBe(2)
  })

  it('let lighter ones in once a heavy one before them is interrupted', async () => {
    const slots = new Slots(1)
    const controller = new AbortController()
    let isFirstInside = true
    const first = slots.hold(signal, () => pause(50).then(() => (isFirstInside = false)), 1 / 2)
    const heavy = slots.hold(controller.signal, async () => 'never', 1)
    const light = slots.hold(signal, async () => isFirstInside, 1 / 2)
    controller.abort()
    await expect(heavy).rejects.toMatchObject({ code: 'interrupted' })
    expect(await light).toBe(true)
    await first
  })

  it('let go who is interrupted while waiting, without losing a place', async () => {
    const slots = new Slots(1)
    const controller = new AbortController()
    const first = slots.hold(signal, () => pause(30))
    const second = slots.hold(controller.signal, async () => 'never')
    const third = slots.hold(signal, async () => 'third')
    controller.abort()
    await expect(second).rejects.toMatchObject({ code: 'interrupted' })
    await first
    expect(await third).toBe('third')
    await expect(slots.hold(controller.signal, async () => 'no')).rejects.toMatchObject({ code: 'interrupted' })
    expect(await slots.hold(signal, async () => 'free')).toBe('free')
  })
})

describe('slots under a service that asks for a slower pace', () => {
  const { signal } = new AbortController()
  const refused = () =>
    Promise.reject(new MigrationError('store-failed', 'SlowDown', { transient: true, throttled: true }))

  it('halve, once for what comes together, and grow back by work that succeeds', async () => {
    const slots = new Slots(8)
    await Promise.all([refused, refused, refused].map((work) => slots.hold(signal, work).catch(() => undefined)))
    expect(slots.limit).toBe(4)
    for (let round = 0; round < 60; round += 1) await slots.hold(signal, async () => undefined)
    expect(slots.limit).toBe(8)
  })

  it('let no more run than that, and lose nobody who waits', async () => {
    const slots = new Slots(8)
    slots.slow()
    let [running, most, done] = [0, 0, 0]
    const work = async (): Promise<void> => {
      most = Math.max(most, (running += 1))
      await new Promise((resolve) => setImmediate(resolve))
      running -= 1
      done += 1
      throw new Error('ends, and tells nothing of the pace')
    }
    await Promise.allSettled(Array.from({ length: 40 }, () => slots.hold(signal, work)))
    expect({ most, done }).toEqual({ most: 4, done: 40 })
  })
})
