/** Bytes per second from a minute of the day on; undefined: no limit. */
interface Period {
  readonly fromMinute: number
  readonly bytesPerSecond: number | undefined
}

/** In order of the day; never empty. */
export type Timetable = readonly Period[]

/** `50M`, or `08:00,50M 19:00,off`: bytes per second in K, M or G of 1024, by this machine's clock, as rclone takes it. */
export const bandwidthPattern =
  /^(?:off|\d+(?:\.\d+)?[KMG]|(?:[01]\d|2[0-3]):[0-5]\d,(?:off|\d+(?:\.\d+)?[KMG])(?: +(?:[01]\d|2[0-3]):[0-5]\d,(?:off|\d+(?:\.\d+)?[KMG]))*)$/

/** Undefined where the text is neither, or a rate is below 1 MiB/s, at which requests would meet their time limits. */
export function parseBandwidth(text: string): Timetable | undefined {
  if (!bandwidthPattern.test(text)) return undefined
  const periods = text.split(/ +/).map((one) => {
    const [time, rate] = one.includes(',') ? one.split(',') : ['00:00', one]
    const [hours = 0, minutes = 0] = (time ?? '').split(':').map(Number)
    return { fromMinute: hours * 60 + minutes, bytesPerSecond: rateOf(rate ?? '') }
  })
  if (periods.some(({ bytesPerSecond }) => (bytesPerSecond ?? Infinity) < 1024 ** 2)) return undefined
  return periods.sort((one, other) => one.fromMinute - other.fromMinute)
}

/** What holds at a moment; before the first period of a day, the last one does. */
export function bandwidthAt(timetable: Timetable, at: Date): number | undefined {
  const minute = at.getHours() * 60 + at.getMinutes()
  const period = timetable.findLast(({ fromMinute }) => fromMinute <= minute) ?? timetable.at(-1)
  return period?.bytesPerSecond
}

/** `500M`, `2T`, or plain bytes; K, M, G and T of 1024. Undefined where the text is neither. */
export function parseByteCount(text: string): number | undefined {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)([KMGT]?)$/.exec(text) ?? []
  return digits === undefined
    ? undefined
    : Math.floor(Number(digits) * 1024 ** (unit === '' ? 0 : 'KMGT'.indexOf(unit) + 1))
}

function rateOf(text: string): number | undefined {
  if (text === 'off') return undefined
  return Number(text.slice(0, -1)) * 1024 ** ('KMG'.indexOf(text.at(-1) ?? '') + 1)
}
