import { quoteLiteral } from '../../dialect/redshift/literal.js'
import type { Call } from '../../model/work.js'

/** Rows as the server wrote them; null for SQL NULL. */
export interface TextRows {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | null)[])[]
}

/** Most rows that one statement of ours may answer with. */
export const rowCountMax = 500_000

/**
 * One session of the database, whatever carries it. Statements are sent one at a time: the caller waits for one before it
 * makes the next. All values come as text. Errors are MigrationErrors.
 */
export interface Session {
  /** The server process, by which another session can cancel what runs here. */
  readonly pid: string
  readonly queryGroup: string | undefined
  /** Cancels the statement and throws when the call is aborted or late. */
  query(text: string, subject: string, call: Call): Promise<TextRows>
  /** Sends at once and runs to its end, whatever becomes of the caller. */
  issue(text: string, subject: string): Promise<TextRows>
  /** Ends what runs here. */
  cancel(call: Call): Promise<void>
  /** Never throws. What was not committed is rolled back. */
  close(): Promise<void>
}

/**
 * No limit on the time of a statement; names as the catalog spells them; texts of times that no setting of the user changes;
 * texts of numbers with all the digits that the server has for them.
 * After the connection, since Redshift refuses such parameters at startup (redshift.md 6.1).
 */
export function settingStatements(queryGroup: string | undefined): readonly string[] {
  return [
    'SET statement_timeout TO 0',
    'SET enable_case_sensitive_identifier TO true',
    "SET datestyle TO 'ISO, MDY'",
    "SET timezone TO 'UTC'",
    'SET extra_float_digits TO 2',
    ...(queryGroup === undefined ? [] : [`SET query_group TO ${quoteLiteral(queryGroup)}`]),
  ]
}
