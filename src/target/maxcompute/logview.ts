import type { Bounds, Connection, ResourceRequest } from './connection.js'
import { childText, parseXml } from './xml.js'

/** How long the token of a logview address reads its instance. */
export const logviewHours = 168
const defaultHost = 'http://logview.aliyun.com'
/** A page for people must not hold up the work. */
const logviewMillisecondsMax = 15_000

/** Makes addresses of logview pages (maxcompute.md 2.4); asks for the host once. */
export class Logview {
  readonly #connection: Connection
  readonly #project: string
  #host: string | undefined
  #asked: Promise<string> | undefined

  constructor(connection: Connection, project: string) {
    this.#connection = connection
    this.#project = project
  }

  async url(instance: string, bounds: Bounds): Promise<string> {
    const latest = Date.now() + logviewMillisecondsMax
    const short = { ...bounds, deadlineAt: Math.min(bounds.deadlineAt ?? latest, latest) }
    const [host, token] = await Promise.all([this.#host ?? this.#askHost(short), this.#askToken(instance, short)])
    const query = {
      h: this.#connection.endpoint,
      p: this.#project,
      i: instance,
      ...(token === undefined ? {} : { token }),
    }
    return `${host}/logview/?${new URLSearchParams(query).toString()}`
  }

  /** Without a token, for what is kept: whoever opens it logs in. The host is asked for once, whatever the answer. */
  async plainUrl(instance: string): Promise<string> {
    this.#asked ??= this.#askHost({ deadlineAt: Date.now() + logviewMillisecondsMax })
    const host = this.#host ?? (await this.#asked)
    const query = { h: this.#connection.endpoint, p: this.#project, i: instance }
    return `${host}/logview/?${new URLSearchParams(query).toString()}`
  }

  async #askHost(bounds: Bounds): Promise<string> {
    const body = await this.#look(
      { method: 'GET', path: '/logview/host', query: { curr_project: this.#project } },
      bounds,
    )
    const host = body?.trim() ?? ''
    if (!/^https?:\/\/[^\s<>]+$/.test(host)) return defaultHost
    this.#host = host.replace(/\/+$/, '')
    return this.#host
  }

  /** A POST, yet it changes nothing: it may be repeated. */
  async #askToken(instance: string, bounds: Bounds): Promise<string | undefined> {
    const resource = `acs:odps:*:projects/${this.#project}/instances/${instance}`
    const policy = { Statement: [{ Action: ['odps:Read'], Effect: 'Allow', Resource: resource }], Version: '1' }
    const request: ResourceRequest = {
      method: 'POST',
      path: `/projects/${this.#project}/authorization`,
      query: { sign_bearer_token: '', curr_project: this.#project },
      body: JSON.stringify({ expires_in_hours: logviewHours, policy }),
      contentType: 'application/json',
      repeatable: true,
    }
    const token = childText(parseXml((await this.#look(request, bounds)) ?? '', 'Authorization'), 'Result')?.trim()
    return token === '' ? undefined : token
  }

  async #look(request: ResourceRequest, bounds: Bounds): Promise<string | undefined> {
    const reply = await this.#connection.send(request, bounds).catch(() => undefined)
    return reply?.kind === 'answer' ? reply.body : undefined
  }
}
