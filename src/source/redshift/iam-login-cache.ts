import type { Call } from '../../model/work.js'
import type { Login, LoginProvider } from './login.js'
import { unlessStopped } from './stop.js'

/** A login that ends. */
export interface TemporaryLogin extends Login {
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

/** A password is not used in its last minute: connecting may take that long (redshift.md 6.2). */
const spareMilliseconds = 60_000
/** Longest time for one login to be fetched, retries included. */
const fetchMillisecondsMax = 60_000

/** Keeps a login until one minute before it expires; fetches a new one once for all who ask meanwhile. */
export function cachedLogin(
  subject: string,
  fetch: (call: Call) => Promise<TemporaryLogin>,
  now: () => number = Date.now,
): LoginProvider {
  let login: TemporaryLogin | undefined
  let flight: Promise<TemporaryLogin> | undefined
  const renew = async (): Promise<TemporaryLogin> => {
    try {
      return (login = await fetch(ownCall()))
    } finally {
      flight = undefined
    }
  }
  return async (call) => {
    if (login !== undefined && login.expiresAt - now() > spareMilliseconds) return login
    return unlessStopped(subject, call, () => (flight ??= renew()), undefined, 'source-unreachable')
  }
}

/** Belongs to nobody's request: others wait for the same login. */
function ownCall(): Call {
  const deadlineAt = Date.now() + fetchMillisecondsMax
  return { signal: new AbortController().signal, deadlineAt, note: () => undefined }
}
