import type { Leg } from './stage.js'

/** Minutes since midnight; `to` may be smaller than `from`: the window then lasts over midnight. */
export interface Window {
  readonly from: number
  readonly to: number
}

/** The hours within which legs start steps; a leg that is not named starts at any time. */
export interface Windows {
  readonly legs: Readonly<Partial<Record<Leg, Window>>>
  /** `Europe/Berlin`; absent: this machine's. */
  readonly zone?: string
}

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Ends early, without an error, when the signal is aborted. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) =>
    new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', end)
        resolve()
      }
      const timer = setTimeout(end, milliseconds)
      signal.addEventListener('abort', end)
      if (signal.aborted) end()
    }),
}

const minutesOfDay = 24 * 60
/** The clock on the wall may be set, and jumps twice a year: it is looked at again at least so often, in milliseconds. */
const lookMilliseconds = 600_000

/** `22:00-06:00`, as the schema of the config lets it be written. */
export function windowOf(text: string): Window {
  const [from = 0, to = 0] = text.split('-').map((time) => {
    const [hours = '0', minutes = '0'] = time.split(':')
    return Number(hours) * 60 + Number(minutes)
  })
  return { from, to }
}

export function windowText({ from, to }: Window): string {
  const time = (minutes: number): string =>
    `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
  return `${time(from)}-${time(to)}`
}

/** Milliseconds until the window opens by the clock on the wall; 0 when it is open. Its last minute is the one before `to`. */
export function millisecondsUntilOpen({ from, to }: Window, zone: string | undefined, now: number): number {
  const { minute, second } = wallTime(zone, now)
  const isOpen = from < to ? minute >= from && minute < to : minute >= from || minute < to
  if (isOpen) return 0
  const minutes = (from - minute + minutesOfDay) % minutesOfDay
  return minutes * 60_000 - second * 1000 - (now % 1000)
}

function wallTime(zone: string | undefined, now: number): { readonly minute: number; readonly second: number } {
  const format = new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    ...(zone === undefined ? {} : { timeZone: zone }),
  })
  const parts = new Map(format.formatToParts(now).map(({ type, value }) => [type, Number(value)]))
  return { minute: (parts.get('hour') ?? 0) * 60 + (parts.get('minute') ?? 0), second: parts.get('second') ?? 0 }
}

/** Waits until the leg may start a step; `tell` hears of it when it has to. Ends early when `stopping` is aborted. */
export async function passWindow(
  leg: Leg,
  windows: Windows,
  of: { readonly clock: Clock; readonly stopping: AbortSignal; readonly tell: (text: string) => void },
): Promise<void> {
  const window = windows.legs[leg]
  if (window === undefined) return
  for (let isTold = false; !of.stopping.aborted; isTold = true) {
    const wait = millisecondsUntilOpen(window, windows.zone, of.clock.now())
    if (wait <= 0) return
    if (!isTold)
      of.tell(`waits for its window ${windowText(window)}${windows.zone === undefined ? '' : ` ${windows.zone}`}`)
    await of.clock.sleep(Math.min(wait, lookMilliseconds), of.stopping)
  }
}
