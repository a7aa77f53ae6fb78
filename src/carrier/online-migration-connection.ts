import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AccessKeys, Credentials } from '../model/credentials.js'
import { MigrationError } from '../model/errors.js'
import { retryDelay, type RetryLimits } from '../model/retry.js'
import type { Call } from '../model/work.js'
import { openAgents, type Agents } from '../network/agents.js'
import type { Route } from '../network/route.js'
import { isExpired, onlineMigrationError, refusalOf } from './online-migration-error.js'
import type { Answer } from './online-migration-error.js'
import { requestTarget, signedMigrationHeaders } from './online-migration-signer.js'
import type { Headers, MigrationRequest, MigrationSignature } from './online-migration-signer.js'

export interface OnlineMigrationConnectionOptions {
  /** `https://cn-beijing.mgw.aliyuncs.com`; https where no scheme is given. */
  readonly endpoint: string
  /** UID of the main account, which the public endpoints want in front of the host. */
  readonly accountId: string
  /** `cn-beijing`, for V4; from a public endpoint when absent. */
  readonly region?: string
  readonly credentials: Credentials
  readonly signature?: 'v4' | 'v1'
  readonly route?: Route
  readonly retry?: RetryLimits
  /** Milliseconds since 1970, for the signed date only. */
  readonly clock?: () => number
}

/** Milliseconds for one request, its answer included. */
const requestMillisecondsMax = 60_000
const answerByteCountMax = 16 * 1024 * 1024
const standardRetry: RetryLimits = { attemptCountMax: 6, firstDelayMilliseconds: 300, delayMillisecondsMax: 10_000 }

/** Sends signed requests to one endpoint, again where waiting may help. The constructor does no I/O. */
export class OnlineMigrationConnection {
  readonly base: URL
  readonly #options: OnlineMigrationConnectionOptions
  readonly #signature: MigrationSignature
  readonly #agents: Agents

  constructor(options: OnlineMigrationConnectionOptions) {
    this.#options = options
    this.base = endpointFor(options.endpoint, options.accountId)
    this.#signature = signatureFor(options)
    this.#agents = openAgents(options.route ?? {}, { keepAlive: true, maxSockets: 16 })
  }

  close(): void {
    this.#agents.http.destroy()
    this.#agents.https.destroy()
  }

  /** Errors: a MigrationError whose cause is an OnlineMigrationRefusal where the service answered. */
  async ask(subject: string, request: MigrationRequest, call: Call, repeatable = true): Promise<string> {
    const limits = this.#options.retry ?? standardRetry
    for (let attemptNumber = 1; ; attemptNumber += 1) {
      try {
        return await this.#askWithLivingKeys(subject, request, call)
      } catch (error) {
        const again = error instanceof MigrationError && error.transient && repeatable
        if (!again || attemptNumber >= limits.attemptCountMax) throw error
        const delay = retryDelay(attemptNumber, limits, Math.random())
        if (Date.now() + delay >= call.deadlineAt) throw error
        await pauseFor(subject, delay, call.signal)
      }
    }
  }

  /** Keys of STS may end earlier than this machine's clock says. */
  async #askWithLivingKeys(subject: string, request: MigrationRequest, call: Call): Promise<string> {
    const { credentials } = this.#options
    const keys = await credentials.current()
    const answer = await this.#send(subject, request, keys, call)
    if (answer.status < 300) return answer.body
    const refusal = refusalOf(answer)
    if (credentials.renew === undefined || !isExpired(refusal)) throw onlineMigrationError(subject, refusal)
    const second = await this.#send(subject, request, await credentials.renew(keys), call)
    if (second.status < 300) return second.body
    throw onlineMigrationError(subject, refusalOf(second))
  }

  async #send(subject: string, request: MigrationRequest, keys: AccessKeys, call: Call): Promise<Answer> {
    const now = new Date(this.#options.clock?.() ?? Date.now())
    const headers = {
      ...signedMigrationHeaders(request, keys, this.#signature, now),
      'user-agent': 'redshift-to-maxcompute',
      ...(request.body === undefined ? {} : { 'content-length': String(Buffer.byteLength(request.body)) }),
    }
    const milliseconds = Math.min(requestMillisecondsMax, call.deadlineAt - Date.now())
    if (milliseconds <= 0) throw silence(subject, 'no time is left')
    const signal = AbortSignal.any([call.signal, AbortSignal.timeout(milliseconds)])
    try {
      return await exchange(new URL(requestTarget(request), this.base), request, headers, this.#agents, signal)
    } catch (error) {
      if (call.signal.aborted) throw new MigrationError('interrupted', `${subject}: interrupted`)
      throw silence(subject, signal.aborted ? `no answer within ${milliseconds} ms` : reasonOf(error), error)
    }
  }
}

function exchange(
  url: URL,
  { method, body }: MigrationRequest,
  headers: Headers,
  agents: Agents,
  signal: AbortSignal,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { method, headers, signal }
    const outgoing =
      url.protocol === 'https:'
        ? httpsRequest(url, { ...options, agent: agents.https })
        : httpRequest(url, { ...options, agent: agents.http })
    outgoing.once('error', reject)
    outgoing.once('response', (incoming) => {
      let byteCount = 0
      incoming.on('data', (chunk: Buffer) => {
        byteCount += chunk.length
        if (byteCount > answerByteCountMax) incoming.destroy(new Error(`an answer of over ${answerByteCountMax} bytes`))
      })
      buffer(incoming).then(
        (bytes) =>
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: bytes.toString('utf8') }),
        reject,
      )
    })
    outgoing.end(body)
  })
}

/** The public endpoints are asked under `<account>.<region>.mgw…`; one that has the account already stays (transfer.md 1.2). */
export function endpointFor(endpoint: string, accountId: string): URL {
  const text = endpoint.includes('://') ? endpoint : `https://${endpoint}`
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new MigrationError('config', `onlineMigration.endpoint: ${endpoint} is no http or https address`, {
      hint: 'https://<region>.mgw.aliyuncs.com',
    })
  }
  const url = new URL(text)
  if (!/\.mgw(-internal)?\.aliyuncs\.com$/.test(url.hostname)) return url
  const [, account] = /^(\d+)\./.exec(url.hostname) ?? []
  if (account === undefined) url.hostname = `${accountId}.${url.hostname}`
  else if (account !== accountId) {
    throw new MigrationError('config', `onlineMigration.endpoint: it names account ${account}, not ${accountId}`, {
      hint: 'leave the account out of the endpoint; onlineMigration.accountId tells it',
    })
  }
  return url
}

function signatureFor({ signature = 'v4', region, endpoint }: OnlineMigrationConnectionOptions): MigrationSignature {
  if (signature === 'v1') return { version: 'v1' }
  const told = region ?? /(?:^|[./])([a-z]+-[a-z0-9-]+)\.mgw(?:-internal)?\.aliyuncs\.com/.exec(endpoint)?.[1]
  if (told !== undefined) return { version: 'v4', region: told }
  throw new MigrationError('config', `onlineMigration.region: ${endpoint} does not tell it`, { hint: 'cn-hangzhou' })
}

export async function pauseFor(subject: string, milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => {
    throw new MigrationError('interrupted', `${subject}: interrupted`)
  })
}

function silence(subject: string, reason: string, cause?: unknown): MigrationError {
  return new MigrationError('access-unreachable', `${subject}: no answer: ${reason}`, {
    hint: 'check onlineMigration.endpoint, the account id in front of its host, and the way to it',
    transient: true,
    cause,
  })
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code } = error as NodeJS.ErrnoException
  return code === undefined || error.message.includes(code) ? error.message : `${error.message} (${code})`
}
