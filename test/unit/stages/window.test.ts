import { describe, expect, it } from 'vitest'
import {
  millisecondsUntilOpen,
  passWindow,
  systemClock,
  windowOf,
  windowText,
  type Clock,
} from '../../../src/stages/window.js'

const minute = 60_000
const hour = 60 * minute
const at = (text: string): number => Date.parse(text)

describe('a window', () => {
  it.each([
    ['22:00-06:00', 'UTC', '2026-03-10T21:59:59.250Z', 750],
    ['22:00-06:00', 'UTC', '2026-03-10T22:00:00Z', 0],
    ['22:00-06:00', 'UTC', '2026-03-11T05:59:59Z', 0],
    ['22:00-06:00', 'UTC', '2026-03-11T06:00:00Z', 16 * hour],
    ['08:30-17:00', 'UTC', '2026-03-10T08:30:00Z', 0],
    ['08:30-17:00', 'UTC', '2026-03-10T17:00:00Z', 15.5 * hour],
    // Berlin is an hour before UTC in winter and two in summer; Shanghai always eight.
    ['22:00-06:00', 'Europe/Berlin', '2026-01-10T21:00:00Z', 0],
    ['22:00-06:00', 'Europe/Berlin', '2026-07-10T20:00:00Z', 0],
    ['22:00-06:00', 'Asia/Shanghai', '2026-07-10T13:30:00Z', 30 * minute],
    ['00:00-00:01', 'UTC', '2026-03-10T00:00:59Z', 0],
  ])('%s in %s at %s opens in %d ms', (text, zone, now, wait) => {
    expect(millisecondsUntilOpen(windowOf(text), zone, at(now))).toBe(wait)
    expect(windowText(windowOf(text))).toBe(text)
  })
})

/** A clock that only sleeping moves. */
class TestClock implements Clock {
  #now: number
  readonly naps: number[] = []
  onSleep: () => void = () => undefined

  constructor(now: number) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  async sleep(milliseconds: number): Promise<void> {
    this.naps.push(milliseconds)
    this.#now += milliseconds
    this.onSleep()
  }
}

describe('waiting for a window', () => {
  const windows = { legs: { unload: windowOf('22:00-06:00') }, zone: 'UTC' }
  const going = new AbortController().signal

  it('tells it once, and lasts to its beginning', async () => {
    const clock = new TestClock(at('2026-03-10T19:45:30Z'))
    const told: string[] = []
    await passWindow('unload', windows, { clock, stopping: going, tell: (text) => told.push(text) })
    expect(told).toEqual(['waits for its window 22:00-06:00 UTC'])
    expect(new Date(clock.now()).toISOString()).toBe('2026-03-10T22:00:00.000Z')
    expect(clock.naps.length).toBeGreaterThan(10)
  })

  it('passes at once within it, and for legs without one', async () => {
    const clock = new TestClock(at('2026-03-10T23:00:00Z'))
    const tell = (): never => expect.fail('nobody waits')
    await passWindow('unload', windows, { clock, stopping: going, tell })
    await passWindow('load', windows, { clock: new TestClock(at('2026-03-10T12:00:00Z')), stopping: going, tell })
    expect(clock.naps).toEqual([])
  })

  it('keeps to the clock on the wall over a night that is an hour shorter', async () => {
    // In Berlin the clocks went from 02:00 to 03:00 on 29 March 2026.
    const clock = new TestClock(at('2026-03-29T00:30:00Z'))
    const berlin = { legs: { unload: windowOf('04:00-06:00') }, zone: 'Europe/Berlin' }
    await passWindow('unload', berlin, { clock, stopping: going, tell: () => undefined })
    expect(new Date(clock.now()).toISOString()).toBe('2026-03-29T02:00:00.000Z')
  })

  it('ends when the run is told to stop', async () => {
    const stop = new AbortController()
    const clock = new TestClock(at('2026-03-10T12:00:00Z'))
    clock.onSleep = () => stop.abort()
    await passWindow('unload', windows, { clock, stopping: stop.signal, tell: () => undefined })
    expect(clock.naps).toHaveLength(1)
  })

  it('by the clock of the machine ends with the signal, too', async () => {
    const stop = new AbortController()
    const slept = systemClock.sleep(hour, stop.signal)
    stop.abort()
    await slept
    await systemClock.sleep(hour, stop.signal)
  })
})
