import type { MigrationError } from '../../model/errors.js'
import { toMigrationError } from './to-migration-error.js'

/** The Data API gives the server's words without its SQLSTATE; these words have one (redshift.md 1.12). */
const states: readonly (readonly [RegExp, string])[] = [
  [/permission denied|must be owner|must be superuser/i, '42501'],
  [/(relation|table|view) .* does not exist/i, '42P01'],
  [/function .* does not exist/i, '42883'],
  [/schema .* does not exist/i, '3F000'],
  [/database .* does not exist/i, '3D000'],
  [/column .* does not exist/i, '42703'],
  [/canceled on user's request|cancelled on user's request|query cancelled/i, '57014'],
  [/current transaction is aborted/i, '25P02'],
  [/password authentication failed/i, '28P01'],
  [/connection .*(ended|closed|terminated|reset|lost|refused|broken)/i, '08006'],
  [/serializable isolation violation/i, '40001'],
  [/syntax error/i, '42601'],
  [/division by zero|overflow|invalid input syntax|out of range|invalid digit/i, '22000'],
]

/** The error of a statement that ended as FAILED or ABORTED, by the same table as one of the wire protocol. */
export function statementFailure(status: string, words: string | undefined, subject: string): MigrationError {
  const fallback = status === 'ABORTED' ? "canceled on user's request" : `the Data API says ${status}`
  const message = (words ?? fallback).replace(/^ERROR:\s*/, '')
  const known = states.find(([pattern]) => pattern.test(message))?.[1]
  const code = known ?? (status === 'ABORTED' ? '57014' : 'XX000')
  return toMigrationError({ message, code, severity: 'ERROR' }, subject)
}
