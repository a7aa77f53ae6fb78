import { refuse } from './bench.js'

/** Redshift's letters and MaxCompute's, longest first; mi is minutes there and here, mm months (maxcompute.md 6). */
const pieces: readonly (readonly [string, string])[] = [
  ['YYYY', 'yyyy'],
  ['HH24', 'hh'],
  ['MM', 'mm'],
  ['DD', 'dd'],
  ['MI', 'mi'],
  ['SS', 'ss'],
  ['MS', 'ff3'],
]

export interface DateFormat {
  readonly text: string
  /** Asks for hours, minutes or seconds. */
  readonly clock: boolean
}

/** A format of TO_CHAR and TO_DATE; a letter outside the list is refused by name, never carried over. */
export function dateFormat(format: string, at: unknown): DateFormat {
  let rest = format
  let text = ''
  while (rest !== '') {
    const piece = pieces.find(([letters]) => rest.toUpperCase().startsWith(letters))
    const first = rest.charAt(0)
    const doubled = piece?.[0] === 'SS' && /^SSS/i.test(rest)
    if (doubled || (piece === undefined && /[A-Za-z0-9"\\]/.test(first)))
      return refuse(`format '${format}'`, `${/^[A-Za-z0-9]+/.exec(rest)?.[0] ?? first} is not on the list`, at)
    text += piece?.[1] ?? first
    rest = rest.slice(piece?.[0].length ?? 1)
  }
  return { text, clock: /hh|mi|ss|ff3/.test(text) }
}
