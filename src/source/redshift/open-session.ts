import type { Call } from '../../model/work.js'
import { DataApiSession, type DataApiOptions } from './data-api-session.js'
import { cancelByPid, DirectSession, type DirectOptions } from './direct-session.js'
import type { Session } from './session.js'

/** Over Redshift's own protocol, or by its Data API where no network path leads to the cluster. */
export type SessionOptions = DirectOptions | DataApiOptions

export async function openSession(options: SessionOptions, call: Call): Promise<Session> {
  if (options.reach === 'data-api') return DataApiSession.open(options, call)
  return DirectSession.open(options, call)
}

/** `pg_cancel_backend` from a session of its own (redshift.md 1.11). Quiet when nothing runs there. */
export async function cancelBackend(options: SessionOptions, pid: string, call: Call): Promise<void> {
  const second = await openSession(options, call)
  await cancelByPid(second, pid, call)
}
