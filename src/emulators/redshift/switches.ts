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
  /** How PARTITION BY writes a key's value into the path: RFC 3986, what Hive escapes, or as it is (redshift.md 1.4). */
  readonly partitionValue: 'url' | 'hive' | 'plain'
  /** Folder of an empty text: `k=`, or that of NULL, as Hive has it. */
  readonly partitionEmptyText: 'empty' | 'default-partition'
  readonly partitionBoolean: 't' | 'true'
  /** CHAR as a partition key: with its padding or without. */
  readonly partitionChar: 'trimmed' | 'padded'
  /** What text and CSV write for no rows: nothing, or a file for every slice and a manifest (redshift.md 1.6). */
  readonly unloadNoRows: 'nothing' | 'empty-files'
  /** Digits of REAL and DOUBLE in text, CSV and JSON: 6 and 15 with extra_float_digits added, or all that are needed. */
  readonly unloadFloatDigits: 'session' | 'shortest'
  /** An empty text in CSV; `bare` is not to be told from NULL. */
  readonly csvEmptyText: 'quoted' | 'bare'
  /** NULL under ADDQUOTES. */
  readonly addQuotesNull: 'bare' | 'quoted'
  /** Whether ESCAPE holds for SUPER too, which the manual does not name beside CHAR and VARCHAR. */
  readonly escapeSuper: boolean
  /** NULL in a SUPER column of text and CSV: JSON's word, or what other columns write. */
  readonly superNullText: 'json' | 'marker'
  /** A SUPER that is JSON's null, in Parquet (redshift.md 2). */
  readonly parquetSuperNull: 'text' | 'null'
  /** A boolean in JSON: `"t"`, or `t`, which is no JSON (redshift.md 1.2). */
  readonly jsonBoolean: 'quoted' | 'bare'
  /** ROWGROUPSIZE on Serverless (redshift.md 1.2). */
  readonly serverlessRowGroupSize: 'taken' | 'refused'
  /** How UNLOAD uploads a file, which its ETag shows: in one piece, or in parts, be there only one (transfer.md 4). */
  readonly unloadUpload: 'whole' | 'parts'
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
  partitionValue: 'url',
  partitionEmptyText: 'empty',
  partitionBoolean: 't',
  partitionChar: 'trimmed',
  unloadNoRows: 'nothing',
  unloadFloatDigits: 'session',
  csvEmptyText: 'quoted',
  addQuotesNull: 'bare',
  escapeSuper: true,
  superNullText: 'json',
  parquetSuperNull: 'text',
  jsonBoolean: 'quoted',
  serverlessRowGroupSize: 'taken',
  unloadUpload: 'whole',
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
  partitionValue: ['url', 'hive', 'plain'],
  partitionEmptyText: ['empty', 'default-partition'],
  partitionBoolean: ['t', 'true'],
  partitionChar: ['trimmed', 'padded'],
  unloadNoRows: ['nothing', 'empty-files'],
  unloadFloatDigits: ['session', 'shortest'],
  csvEmptyText: ['quoted', 'bare'],
  addQuotesNull: ['bare', 'quoted'],
  escapeSuper: [true, false],
  superNullText: ['json', 'marker'],
  parquetSuperNull: ['text', 'null'],
  jsonBoolean: ['quoted', 'bare'],
  serverlessRowGroupSize: ['taken', 'refused'],
  unloadUpload: ['whole', 'parts'],
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
