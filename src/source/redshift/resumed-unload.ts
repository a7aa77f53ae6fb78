import { MigrationError } from '../../model/errors.js'
import { below, locationText, relationText, type Location } from '../../model/names.js'
import type { RelationPlan } from '../../model/plan.js'
import type { Attempt, Call, Found, Work } from '../../model/work.js'
import type { ObjectStore } from '../../store/store.js'
import type { UnloadHandle, UnloadOutcome } from '../source.js'
import { cancelBackend, openSession, type SessionOptions } from './open-session.js'
import { pause } from './stop.js'
import { readUnloadHistory, type UnloadHistory } from './unload-history.js'
import { manifestName, proveUnload, unloadedOf } from './unload-proof.js'

/** What lies below the prefix of an UNLOAD. */
export type PrefixState = 'manifest' | 'parts' | 'empty'

/** Between two looks at query history, in milliseconds. */
const pollMilliseconds = 2_000
/** How long a statement that was sent may be missing from query history, in milliseconds. */
const historyLagMilliseconds = 15_000

/**
 * An UNLOAD of another process, or of a session that is gone: looked up by its token and its prefix, never repeated.
 * It opens sessions of its own, so it needs no snapshot.
 */
export class ResumedUnload implements Work<UnloadHandle, UnloadOutcome> {
  readonly #session: SessionOptions
  readonly #store: ObjectStore
  readonly #plan: RelationPlan
  readonly #to: Location

  constructor(session: SessionOptions, store: ObjectStore, plan: RelationPlan, to: Location) {
    this.#session = session
    this.#store = store
    this.#plan = plan
    this.#to = to
  }

  async find(attempt: Attempt, call: Call): Promise<Found<UnloadHandle>> {
    const history = await this.#history(attempt.token, call)
    const verdict = judgeUnload(history, await this.#prefixState(call))
    return verdict === 'begun' ? { begun: this.#handle(attempt.token, history) } : verdict
  }

  async begin(): Promise<UnloadHandle> {
    throw new Error('a resumed unload is not begun again: find tells whether it runs')
  }

  async settle(handle: UnloadHandle, call: Call): Promise<UnloadOutcome> {
    const rowCount = await this.#ended(handle, call)
    const unloaded = unloadedOf(this.#plan, this.#to, rowCount)
    return { ...(await proveUnload(this.#store, unloaded, call)), snapshot: handle.snapshot }
  }

  async cancel(handle: UnloadHandle, call: Call): Promise<void> {
    const history = await this.#history(handle.token, call)
    if (typeof history === 'object' && history.state === 'running')
      await cancelBackend(this.#session, history.pid, call)
  }

  /** The count of an UNLOAD that succeeded; undefined when only its manifest tells of it. */
  async #ended(handle: UnloadHandle, call: Call): Promise<bigint | undefined> {
    const subject = `unload ${relationText(this.#plan.source)}`
    const missingUntil = Date.now() + historyLagMilliseconds
    for (;;) {
      const history = await this.#history(handle.token, call)
      const verdict = judgeUnload(history, await this.#prefixState(call))
      if (verdict === 'lost') throw lost(subject, handle, history)
      if (verdict === 'unknown') throw unknown(subject, handle)
      if (verdict === 'never' && Date.now() >= missingUntil) throw missing(subject, handle)
      if (verdict === 'begun' && typeof history === 'string') return undefined
      if (typeof history === 'object' && history.state === 'succeeded') return history.rowCount
      call.note({ text: `${subject}: Redshift still runs it` })
      await pause(subject, pollMilliseconds, call)
    }
  }

  async #history(token: string, call: Call): Promise<UnloadHistory> {
    const session = await openSession(this.#session, call)
    try {
      return await readUnloadHistory(session, token, call)
    } finally {
      await session.close()
    }
  }

  async #prefixState(call: Call): Promise<PrefixState> {
    if ((await this.#store.stat(below(this.#to, manifestName), call)) !== undefined) return 'manifest'
    for await (const _object of this.#store.list(this.#to, call)) return 'parts'
    return 'empty'
  }

  #handle(token: string, history: UnloadHistory): UnloadHandle {
    const told = typeof history === 'object' ? history.snapshot : undefined
    return {
      token,
      prefix: locationText(this.#to),
      begunAt: Date.now(),
      snapshot: told ?? `forgotten:${token}`,
    }
  }
}

/**
 * What became of an UNLOAD. The manifest is written last, so it is proof; without it, only what Redshift says for certain
 * counts. `never` and `lost` are safe to say while history lags behind: the next attempt writes under another prefix.
 */
export function judgeUnload(history: UnloadHistory, prefix: PrefixState): 'begun' | 'never' | 'lost' | 'unknown' {
  if (typeof history === 'object') {
    if (history.state === 'running') return 'begun'
    if (history.state === 'failed') return 'lost'
    return prefix === 'manifest' || (prefix === 'empty' && history.rowCount === 0n) ? 'begun' : 'lost'
  }
  if (prefix === 'manifest') return 'begun'
  if (history === 'denied') return 'unknown'
  return prefix === 'parts' ? 'lost' : 'never'
}

function lost(subject: string, handle: UnloadHandle, history: UnloadHistory): MigrationError {
  const failure = typeof history === 'object' ? history.failure : undefined
  const words = failure === undefined || failure === '' ? '' : `: ${failure}`
  return new MigrationError('source-failed', `${subject}: attempt ${handle.token} did not come to its end${words}`, {
    hint: 'a new attempt unloads it under a new prefix',
    transient: true,
  })
}

function missing(subject: string, handle: UnloadHandle): MigrationError {
  const message = `${subject}: query history does not know attempt ${handle.token}, and nothing lies under ${handle.prefix}`
  return new MigrationError('source-failed', message, { hint: 'the command run again unloads it under a new prefix' })
}

function unknown(subject: string, handle: UnloadHandle): MigrationError {
  const message = `${subject}: nobody can tell what became of ${handle.token}: query history is denied, ${handle.prefix} has no manifest`
  return new MigrationError('source-unresolved', message, {
    hint: 'let the user read sys_query_history and sys_unload_history, then run the same command again',
  })
}
