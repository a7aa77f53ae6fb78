/**
 * What nobody outside the service knows for certain (redshift.md 11), one switch each; no name is one of MaxCompute's.
 * The default is the likelier side; a client must be right, or refuse by name, under every setting.
 */
export interface Switches {
  /** A decimal below one, cast to text (redshift.md 5.3). */
  readonly decimalText: '0.5' | '.5'
  /** Type of SUM over BIGINT (redshift.md 5.1). */
  readonly sumOfBigint: 'numeric' | 'bigint'
  /** Annotation of SMALLINT's INT32 in Parquet (redshift.md 2). */
  readonly parquetSmallint: 'INT_16' | 'INT_32' | 'none'
  /** Annotation of INTEGER's INT32 in Parquet (redshift.md 2). */
  readonly parquetInteger: 'none' | 'INT_32'
  /** Bytes of a decimal in Parquet: as few as hold its digits, or 8 up to 18 digits and 16 beyond (redshift.md 2). */
  readonly parquetDecimalLength: 'fewest' | 'eight-or-sixteen'
  /** Whether a verbose manifest tells `precision` and `scale` of a numeric (redshift.md 1.6). */
  readonly manifestNumericKeys: boolean
  /** Whether it tells `max_length` of a CHAR, as it does of a VARCHAR. */
  readonly manifestCharLength: boolean
  /** Whether it has totals, `meta`, beside those of each entry. */
  readonly manifestTotals: boolean
  /** Whether UNLOAD ends with an INFO notice of its row count. */
  readonly unloadNotice: boolean
  /** Fraction of a TIME in a result and in text files. */
  readonly timeText: 'trimmed' | 'full'
  /** Fraction of `CAST(time AS VARCHAR)` (redshift.md 4.2). */
  readonly timeCast: 'trimmed' | 'full'
  /** How format_type spells VARBYTE and the intervals (redshift.md 3.7). */
  readonly typeWording: 'standard' | 'short'
  /** What ran shows in the system views this many milliseconds after it happened. */
  readonly historyLagMilliseconds: number
  /** `query_text` of the system views: its first 4000 characters, or all. */
  readonly queryText: 'cut' | 'whole'
}

export const defaultSwitches: Switches = {
  decimalText: '0.5',
  sumOfBigint: 'numeric',
  parquetSmallint: 'INT_16',
  parquetInteger: 'none',
  parquetDecimalLength: 'fewest',
  manifestNumericKeys: true,
  manifestCharLength: true,
  manifestTotals: true,
  unloadNotice: true,
  timeText: 'trimmed',
  timeCast: 'trimmed',
  typeWording: 'standard',
  historyLagMilliseconds: 0,
  queryText: 'cut',
}

/** A longer one would outlive every client's patience. */
const historyLagMillisecondsMax = 60_000

const choices: { readonly [Name in Exclude<keyof Switches, 'historyLagMilliseconds'>]: readonly Switches[Name][] } = {
  decimalText: ['0.5', '.5'],
  sumOfBigint: ['numeric', 'bigint'],
  parquetSmallint: ['INT_16', 'INT_32', 'none'],
  parquetInteger: ['none', 'INT_32'],
  parquetDecimalLength: ['fewest', 'eight-or-sixteen'],
  manifestNumericKeys: [true, false],
  manifestCharLength: [true, false],
  manifestTotals: [true, false],
  unloadNotice: [true, false],
  timeText: ['trimmed', 'full'],
  timeCast: ['trimmed', 'full'],
  typeWording: ['standard', 'short'],
  queryText: ['cut', 'whole'],
}

/** The defaults with what was chosen; an unknown switch or setting throws, with its name. */
export function readSwitches(chosen: Readonly<Record<string, unknown>>): Switches {
  for (const [name, value] of Object.entries(chosen)) {
    if (name === 'historyLagMilliseconds') checkLag(value)
    else checkChoice(name, value)
  }
  return { ...defaultSwitches, ...chosen }
}

function checkChoice(name: string, value: unknown): void {
  if (!Object.hasOwn(choices, name)) throw new Error(`emulated Redshift: there is no switch ${name}`)
  const allowed: readonly unknown[] = choices[name as keyof typeof choices]
  if (allowed.includes(value)) return
  throw new Error(`emulated Redshift: switch ${name} is one of ${allowed.join(', ')}, not ${String(value)}`)
}

function checkLag(value: unknown): void {
  const fits = Number.isInteger(value) && (value as number) >= 0 && (value as number) <= historyLagMillisecondsMax
  if (fits) return
  throw new Error(
    `emulated Redshift: switch historyLagMilliseconds is a whole number up to ${historyLagMillisecondsMax}, not ${String(value)}`,
  )
}
