import { overflowError, semanticError, StatementError } from '../odps-error.js'

/** What DuckDB says, as the service would say it. Text that carries an ODPS code was put there by the rendering. */
export function statementError(error: unknown): StatementError {
  if (error instanceof StatementError) return error
  const message = error instanceof Error ? error.message : String(error)
  const first = message.split('\n')[0] ?? ''
  const own = /ODPS-(\d{7}):(.*)$/.exec(first)
  if (own !== null) return new StatementError(own[1] ?? '', own[2] ?? '')
  if (/INTERRUPT/i.test(first)) return new StatementError('0120031', 'Instance has been cancelled - killed by user')
  if (/out of range|overflow|Could not cast value .* to DECIMAL|Failed to cast decimal/i.test(first))
    return overflowError(first)
  if (/^(Conversion|Invalid Input) Error/.test(first))
    return new StatementError('0121095', `Invalid argument - ${first}`)
  const at = { line: 1, column: 1 }
  const key = /column "?([^"]+)"? must appear in the GROUP BY/i.exec(first)
  if (key !== null) return semanticError(at, `column reference ${key[1] ?? ''} should appear in GROUP BY key`)
  if (/^(Binder|Parser|Catalog) Error/.test(first)) return semanticError(at, first)
  return new StatementError('0010000', `System internal error - ${first}`)
}
