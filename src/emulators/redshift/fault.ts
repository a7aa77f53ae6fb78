export interface FaultDetail {
  readonly severity?: 'ERROR' | 'FATAL'
  readonly detail?: string
  readonly hint?: string
}

/** What the client sees as ErrorResponse: SQLSTATE and Redshift's wording. */
export class RedshiftFault extends Error {
  override readonly name = 'RedshiftFault'
  readonly sqlState: string
  readonly severity: 'ERROR' | 'FATAL'
  readonly detail: string | undefined
  readonly hint: string | undefined

  constructor(sqlState: string, message: string, detail: FaultDetail = {}) {
    super(message)
    this.sqlState = sqlState
    this.severity = detail.severity ?? 'ERROR'
    this.detail = detail.detail
    this.hint = detail.hint
  }
}

/** A feature of Redshift that the emulator does not have: said by name, never pretended. */
export function unsupported(feature: string): RedshiftFault {
  return new RedshiftFault('0A000', `${feature} is not supported by the emulated Redshift`)
}

interface EnginePattern {
  readonly pattern: RegExp
  readonly sqlState: string
  readonly message?: (match: RegExpExecArray) => string
}

const enginePatterns: readonly EnginePattern[] = [
  // rs_fail() raises these with their SQLSTATE in front.
  { pattern: /RS(\w{5}):([^\n]*)/, sqlState: '', message: (match) => match[2] ?? '' },
  { pattern: /INTERRUPT/, sqlState: '57014', message: () => "Query canceled on user's request" },
  { pattern: /write-write conflict|Conflict on|TransactionContext Error.*onflict/i, sqlState: '40001' },
  { pattern: /NOT NULL constraint failed: (?:.*\.)?(\S+)/, sqlState: '23502', message: notNullMessage },
  { pattern: /Could not convert string '(.*?)' to (U?INT\d*|BIGINT|SMALLINT)/, sqlState: '22P02' },
  { pattern: /invalid (timestamp|date) field format|Conversion Error.*(timestamp|date)/i, sqlState: '22007' },
  { pattern: /out of range|Overflow|overflow|does not fit|Casting value .* to type DECIMAL/, sqlState: '22003' },
  { pattern: /Conversion Error/, sqlState: '22P02' },
  { pattern: /must appear in the GROUP BY|aggregate/, sqlState: '42803' },
  { pattern: /Referenced column|Referenced table/, sqlState: '42703' },
  { pattern: /No function matches/, sqlState: '42883' },
  { pattern: /Parser Error/, sqlState: '42601' },
  { pattern: /Binder Error/, sqlState: '42804' },
]

function notNullMessage(match: RegExpExecArray): string {
  return `Cannot insert a NULL value into column ${match[1] ?? ''}`
}

/** The engine's error in Redshift's codes; the engine's own words stay where Redshift's are not known. */
export function faultOf(error: unknown): RedshiftFault {
  if (error instanceof RedshiftFault) return error
  const text = error instanceof Error ? error.message : String(error)
  for (const { pattern, sqlState, message } of enginePatterns) {
    const match = pattern.exec(text)
    if (match !== null) return new RedshiftFault(sqlState || (match[1] ?? 'XX000'), message?.(match) ?? firstLine(text))
  }
  return new RedshiftFault('XX000', firstLine(text))
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text
}
