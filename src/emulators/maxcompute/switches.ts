/**
 * What nobody outside the service knows for certain (maxcompute.md 9), one switch each. The default is the likelier side;
 * a client must be right, or refuse by name, under every setting.
 */
export interface Switches {
  /** Cells of `?result` in quotes: all of them, or only where RFC 4180 needs them (maxcompute.md 2.3). */
  readonly csvQuoting: 'always' | 'needed'
  /** Trailing zeros of decimals in `?result`; with `odps.sql.decimal.tostring.trimzero=false` they stay in any case (maxcompute.md 6). */
  readonly decimalZeros: 'trimmed' | 'kept'
  /** `0.5` or `.5`, wherever a decimal becomes text. */
  readonly decimalLeadingZero: 'kept' | 'dropped'
  /** Scale of SUM over DECIMAL(p,s): s, or the 18 of a bare DECIMAL (redshift.md 5.1). */
  readonly sumDecimalScale: 'argument' | 'eighteen'
  /**
   * A Parquet timestamp read by LOAD: an instant in UTC, or the wall clock of the session's zone, or of the project's,
   * whatever the session says (maxcompute.md 4.4).
   */
  readonly parquetTimestampZone: 'utc' | 'session' | 'project'
  /** Whether LOAD heeds `odps.ext.parquet.native`, or is read by the Java reader all the same (maxcompute.md 9). */
  readonly parquetNative: 'heeded' | 'ignored'
  /** Whether a Parquet column must be spelled as the table's column (lower case) to be found (maxcompute.md 4.4). */
  readonly parquetNameCase: 'insensitive' | 'sensitive'
  /** Where NULL sorts: below or above every value (maxcompute.md 6). */
  readonly nullOrder: 'smallest' | 'largest'
  /** Booleans as text: `true` or `TRUE`. */
  readonly booleanText: 'lower' | 'upper'
  /** Fraction of a TIMESTAMP as text: 0, 3 or 6 digits as needed, or always 9 (redshift.md 5.3). */
  readonly timestampFraction: 'groups' | 'nine'
  /** A syntax error answers POST with 400 ParseError, or makes a Failed task (maxcompute.md 2.2). */
  readonly parseErrors: 'post' | 'task'
  /** Whether LOAD with STORED AS needs `odps.sql.hive.compatible=true` (maxcompute.md 4.3). */
  readonly loadNeedsHive: boolean
  /** Whether `oss://bucket/path/`, without an endpoint, is accepted (maxcompute.md 4.2). */
  readonly locationWithoutEndpoint: boolean
  /** Whether LOAD of CSV takes the text that stands for NULL as NULL within quotes, too. */
  readonly quotedNullIndicator: 'null' | 'value'
}

export const defaultSwitches: Switches = {
  csvQuoting: 'always',
  decimalZeros: 'trimmed',
  decimalLeadingZero: 'kept',
  sumDecimalScale: 'argument',
  parquetTimestampZone: 'utc',
  parquetNative: 'heeded',
  parquetNameCase: 'insensitive',
  nullOrder: 'smallest',
  booleanText: 'lower',
  timestampFraction: 'groups',
  parseErrors: 'post',
  loadNeedsHive: false,
  locationWithoutEndpoint: false,
  quotedNullIndicator: 'null',
}

const choices: { readonly [Name in keyof Switches]: readonly Switches[Name][] } = {
  csvQuoting: ['always', 'needed'],
  decimalZeros: ['trimmed', 'kept'],
  decimalLeadingZero: ['kept', 'dropped'],
  sumDecimalScale: ['argument', 'eighteen'],
  parquetTimestampZone: ['utc', 'session', 'project'],
  parquetNative: ['heeded', 'ignored'],
  parquetNameCase: ['insensitive', 'sensitive'],
  nullOrder: ['smallest', 'largest'],
  booleanText: ['lower', 'upper'],
  timestampFraction: ['groups', 'nine'],
  parseErrors: ['post', 'task'],
  loadNeedsHive: [false, true],
  locationWithoutEndpoint: [false, true],
  quotedNullIndicator: ['null', 'value'],
}

/** The defaults with what was chosen; an unknown switch or setting throws, with its name. */
export function readSwitches(chosen: Readonly<Record<string, unknown>>): Switches {
  for (const [name, value] of Object.entries(chosen)) {
    if (!(name in choices)) throw new Error(`emulated MaxCompute: there is no switch ${name}`)
    const allowed: readonly unknown[] = choices[name as keyof Switches]
    if (allowed.includes(value)) continue
    throw new Error(`emulated MaxCompute: switch ${name} is one of ${allowed.join(', ')}, not ${String(value)}`)
  }
  return { ...defaultSwitches, ...chosen }
}
