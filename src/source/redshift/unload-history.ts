import { quoteLiteral } from '../../dialect/redshift/literal.js'
import type { Call } from '../../model/work.js'
import type { Session } from './session.js'
import { isOutOfReach } from './to-migration-error.js'
import { commentPattern, readUnloadComment } from './unload-comment.js'

/** What Redshift remembers of an UNLOAD. */
export interface UnloadRecord {
  readonly state: 'running' | 'succeeded' | 'failed'
  /** The server process that ran it. */
  readonly pid: string
  /** Known once it succeeded. */
  readonly rowCount?: bigint
  readonly snapshot?: string
  /** Redshift's own words for a failure. */
  readonly failure?: string
}

/** `nothing`: it could be looked up and there is no such statement; `denied`: nobody let us look. */
export type UnloadHistory = UnloadRecord | 'nothing' | 'denied'

/**
 * Looks an UNLOAD up by its token: query label or comment (redshift.md 1.10, 6.1). The SYS views show users their own
 * statements on every kind of cluster; the STL ones are for provisioned clusters that keep the former away.
 */
export async function readUnloadHistory(session: Session, token: string, call: Call): Promise<UnloadHistory> {
  const reads = [readSystemViews, readLogViews]
  for (const read of reads) {
    try {
      return (await read(session, token, call)) ?? 'nothing'
    } catch (error) {
      if (!isOutOfReach(error)) throw error
    }
  }
  return 'denied'
}

type Row = readonly (string | null)[]

async function readSystemViews(session: Session, token: string, call: Call): Promise<UnloadRecord | undefined> {
  const { rows } = await session.query(
    [
      'SELECT query_text, session_id, query_id, status, error_message, query_type FROM sys_query_history',
      `WHERE TRIM(query_label) = ${quoteLiteral(token)} OR query_text LIKE ${quoteLiteral(commentPattern(token))}`,
      'ORDER BY start_time DESC LIMIT 100',
    ].join(' '),
    `unload ${token}`,
    call,
  )
  const row = rows.find((each) => isUnload(each, token))
  if (row === undefined) return undefined
  const [text, pid, queryId, status, failure] = row
  const state = stateOf(status ?? '')
  const base = { state, pid: pid ?? '', ...snapshotOf(text) }
  if (state === 'failed') return { ...base, failure: failure?.trim() ?? '' }
  if (state === 'running') return base
  return { ...base, ...(await unloadedRows(session, queryId ?? '', call)) }
}

async function unloadedRows(session: Session, queryId: string, call: Call): Promise<{ readonly rowCount?: bigint }> {
  const text = `SELECT unloaded_rows FROM sys_unload_history WHERE query_id = ${digits(queryId)}`
  const { rows } = await session.query(text, `unload history of query ${queryId}`, call)
  return countOf(rows[0])
}

/** stl_query tells of statements that ended, stv_inflight of those that run. */
async function readLogViews(session: Session, token: string, call: Call): Promise<UnloadRecord | undefined> {
  const label = quoteLiteral(token)
  const subject = `unload ${token}`
  const ended = await session.query(
    `SELECT querytxt, pid, query, aborted FROM stl_query WHERE TRIM(label) = ${label} OR querytxt LIKE ${quoteLiteral(commentPattern(token))} ORDER BY starttime DESC LIMIT 100`,
    subject,
    call,
  )
  const row = ended.rows.find((each) => isUnload(each, token))
  if (row === undefined) return readInFlight(session, label, subject, call)
  const [text, pid, queryId, aborted] = row
  const base = { pid: pid ?? '', ...snapshotOf(text) }
  if (aborted !== '0') return { ...base, state: 'failed', failure: 'aborted' }
  const counted = `SELECT COALESCE(SUM(line_count), 0) FROM stl_unload_log WHERE query = ${digits(queryId ?? '')}`
  const { rows } = await session.query(counted, subject, call)
  return { ...base, state: 'succeeded', ...countOf(rows[0]) }
}

async function readInFlight(
  session: Session,
  label: string,
  subject: string,
  call: Call,
): Promise<UnloadRecord | undefined> {
  const { rows } = await session.query(`SELECT text, pid FROM stv_inflight WHERE TRIM(label) = ${label}`, subject, call)
  const row = rows[0]
  return row === undefined ? undefined : { state: 'running', pid: row[1]?.trim() ?? '' }
}

/** The label is on every statement of the session after it was set: only the UNLOAD itself counts. */
function isUnload(row: Row, token: string): boolean {
  const marked = readUnloadComment(row[0] ?? '')
  return marked === undefined ? row[5]?.trim() === 'UNLOAD' : marked.token === token
}

function stateOf(status: string): UnloadRecord['state'] {
  const word = status.trim().toLowerCase()
  if (word === 'success' || word === 'completed') return 'succeeded'
  return /^(failed|canceled|cancelled|aborted)$/.test(word) ? 'failed' : 'running'
}

function snapshotOf(text: string | null | undefined): { readonly snapshot?: string } {
  const marked = readUnloadComment(text ?? '')
  return marked === undefined ? {} : { snapshot: marked.snapshot }
}

function countOf(row: Row | undefined): { readonly rowCount?: bigint } {
  const text = row?.[0]?.trim() ?? ''
  return /^\d+$/.test(text) ? { rowCount: BigInt(text) } : {}
}

function digits(text: string): string {
  const trimmed = text.trim()
  return /^\d+$/.test(trimmed) ? trimmed : '-1'
}
