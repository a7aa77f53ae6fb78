import RPCClient from '@alicloud/pop-core'
import type { AccessKeys, Credentials } from '../model/credentials.js'
import { MigrationError } from '../model/errors.js'
import type { Call } from '../model/work.js'
import { openAgents } from '../network/agents.js'
import type { Route } from '../network/route.js'
import type { Access, Caller, Role } from './access.js'
import { accessError } from './access-error.js'
import { readCaller, readKeys, readPolicies, readRole, roleNameOf } from './ram-answer.js'

export interface RamAccessOptions {
  readonly credentials: Credentials
  /** `https://sts.cn-hangzhou.aliyuncs.com`; absent: the global one. */
  readonly stsEndpoint?: string
  /** RAM has one endpoint for all regions. */
  readonly ramEndpoint?: string
  /** Proxy and authorities; absent: none but the system's. */
  readonly route?: Route
}

const requestMilliseconds = 15_000
/** Seconds that keys of a role hold; the most that a role allows by default. */
const roleKeysSeconds = 3600

type Client = Pick<RPCClient, 'request'>

/** STS and RAM of Alibaba Cloud, through its RPC client (transfer.md 2.1). */
export class RamAccess implements Access {
  readonly #sts: Client
  readonly #ram: Client

  constructor(options: RamAccessOptions) {
    const { credentials, route } = options
    this.#sts = openClient(options.stsEndpoint ?? 'https://sts.aliyuncs.com', '2015-04-01', credentials, route)
    this.#ram = openClient(options.ramEndpoint ?? 'https://ram.aliyuncs.com', '2015-05-01', credentials, route)
  }

  async callerIdentity(call: Call): Promise<Caller> {
    const subject = 'STS GetCallerIdentity'
    return readCaller(subject, await ask(this.#sts, subject, 'GetCallerIdentity', {}, call))
  }

  async role(arn: string, call: Call): Promise<Role> {
    const asked = { RoleName: roleNameOf(arn) }
    const role = await ask(this.#ram, `RAM GetRole ${arn}`, 'GetRole', asked, call)
    const policies = await ask(this.#ram, `RAM ListPoliciesForRole ${arn}`, 'ListPoliciesForRole', asked, call)
    return { ...readRole(`RAM GetRole ${arn}`, role), policies: readPolicies(policies) }
  }

  async assume(arn: string, call: Call): Promise<AccessKeys> {
    const subject = `STS AssumeRole ${arn}`
    const asked = { RoleArn: arn, RoleSessionName: 'redshift-to-maxcompute', DurationSeconds: roleKeysSeconds }
    const askedAt = Date.now()
    const keys = readKeys(subject, await ask(this.#sts, subject, 'AssumeRole', asked, call))
    // Expiration is of the service's clock: where this one is behind it, keys would seem to hold longer than they do.
    const expiresAt = Math.min(keys.expiresAt ?? Number.POSITIVE_INFINITY, askedAt + roleKeysSeconds * 1_000)
    return { ...keys, expiresAt }
  }
}

/** The client asks for the keys before each request; its published types do not tell. */
function openClient(endpoint: string, apiVersion: string, credentials: Credentials, route: Route = {}): Client {
  const agents = openAgents(route, { keepAlive: true })
  const opts = { agent: endpoint.startsWith('https:') ? agents.https : agents.http }
  const config = { endpoint, apiVersion, opts, credentialsProvider: { getCredentials: () => credentials.current() } }
  return new RPCClient(config as unknown as RPCClient.Config)
}

/** By POST, so that neither signature nor token stands in an address that might be printed. */
async function ask(client: Client, subject: string, action: string, asked: object, call: Call): Promise<unknown> {
  const timeout = Math.min(requestMilliseconds, call.deadlineAt - Date.now())
  if (timeout <= 0) throw new MigrationError('access-unreachable', `${subject}: no time is left`, { transient: true })
  const { aborted, stop } = abortion(subject, call.signal)
  try {
    return await Promise.race([aborted, client.request<unknown>(action, asked, { method: 'POST', timeout })])
  } catch (error) {
    throw accessError(subject, error)
  } finally {
    stop()
  }
}

/** The client cannot be aborted: who is interrupted stops waiting for it, and its own timeout ends it. */
function abortion(subject: string, signal: AbortSignal): { aborted: Promise<never>; stop: () => void } {
  let stop = (): void => undefined
  const aborted = new Promise<never>((_resolve, reject) => {
    const onAbort = (): void => reject(new MigrationError('interrupted', `${subject}: interrupted`))
    stop = () => signal.removeEventListener('abort', onAbort)
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
  })
  return { aborted, stop }
}
