import { createHmac, randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { XMLParser } from 'fast-xml-parser'
import { Faults } from '../../src/emulators/faults.js'
import { startMaxCompute, type MaxComputeOptions } from '../../src/emulators/maxcompute/maxcompute-server.js'
import { SqlEngine } from '../../src/emulators/sql-engine.js'
import { defaultWorld } from '../../src/emulators/world.js'

const parser = new XMLParser({ parseTagValue: false, ignoreAttributes: false })
const pollMilliseconds = 5
const pollCountMax = 4_000

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** A bare client of the REST protocol, signing V2 with its own few lines. */
export class Client {
  readonly #key: { readonly accessKeyId: string; readonly accessKeySecret: string }
  readonly port: number
  readonly project: string

  constructor(port: number, project = 'tpch_target', key = defaultWorld().alibaba.keys[0]!) {
    this.port = port
    this.project = project
    this.#key = key
  }

  async send(method: string, resource: string, body = '', at = new Date(), base = '/api'): Promise<Answer> {
    const headers = this.#signed(method, resource, body === '' ? '' : 'application/xml', at)
    const init = { method, headers, ...(body === '' ? {} : { body }) }
    const response = await fetch(`http://127.0.0.1:${this.port}${base}${resource}`, init)
    return { status: response.status, headers: response.headers, text: await response.text() }
  }

  /** As `send`, at the root where the tunnel is; the answer's bytes as hexadecimal digits when they are rows. */
  async sendBytes(method: string, resource: string, body: Buffer, more: Record<string, string> = {}): Promise<Answer> {
    const headers = { ...this.#signed(method, resource, '', new Date()), ...more }
    const init = { method, headers, ...(body.length === 0 ? {} : { body: new Uint8Array(body) }) }
    const response = await fetch(`http://127.0.0.1:${this.port}${resource}`, init)
    const rows = response.headers.get('content-type') === 'application/octet-stream'
    const text = Buffer.from(await response.arrayBuffer()).toString(rows ? 'hex' : 'utf8')
    return { status: response.status, headers: response.headers, text }
  }

  #signed(method: string, resource: string, type: string, at: Date): Record<string, string> {
    const date = at.toUTCString()
    const [path = '', query = ''] = resource.split('?')
    const sorted = query
      .split('&')
      .filter(Boolean)
      .map((pair) => decodeURIComponent(pair).replace(/=$/, ''))
      .sort()
      .join('&')
    const text = [method, '', type, date, sorted === '' ? path : `${path}?${sorted}`].join('\n')
    const signature = createHmac('sha1', this.#key.accessKeySecret).update(text).digest('base64')
    const headers: Record<string, string> = { Date: date, Authorization: `ODPS ${this.#key.accessKeyId}:${signature}` }
    return type === '' ? headers : { ...headers, 'Content-Type': type }
  }

  get(resource: string): Promise<Answer> {
    return this.send('GET', `/projects/${this.project}${resource}`)
  }

  async submit(
    sql: string,
    settings: Record<string, string> = {},
    job: { name?: string; guid?: string } = {},
  ): Promise<Answer> {
    const property = `<Property><Name>settings</Name><Value>${escape(JSON.stringify(settings))}</Value></Property>`
    const task = `<SQL><Name>AnonymousSQLTask</Name><Config>${property}</Config><Query><![CDATA[${sql}]]></Query></SQL>`
    const name = job.name === undefined ? '' : `<Name>${job.name}</Name>`
    const guid = `<Guid>${job.guid ?? randomUUID()}</Guid>`
    const xml = `<Instance><Job>${name}<Priority>9</Priority>${guid}<Tasks>${task}</Tasks></Job></Instance>`
    return this.send('POST', `/projects/${this.project}/instances`, xml)
  }

  /** The instance's id once it has ended; a refusal at POST throws its message. */
  async finish(sql: string, settings: Record<string, string> = {}): Promise<string> {
    const answer = await this.submit(sql, settings)
    if (answer.status !== 201) throw new Error(errorOf(answer).Message)
    const id = answer.headers.get('location')!.split('/').pop()!
    for (let i = 0; i < pollCountMax; i += 1) {
      if ((await this.get(`/instances/${id}`)).text.includes('Terminated')) return id
      await sleep(pollMilliseconds)
    }
    throw new Error(`instance ${id} did not end`)
  }

  /** The cells of a SELECT without its header, or the text of any other statement; throws what a failed task says. */
  async run(sql: string, settings: Record<string, string> = {}): Promise<string[][]> {
    const id = await this.finish(sql, settings)
    const document = parser.parse((await this.get(`/instances/${id}?result`)).text) as ResultDocument
    const task = document.Instance.Tasks.Task
    const result = task.Result
    const text = typeof result === 'string' ? result : (result?.['#text'] ?? '')
    if (task.Status !== 'Success') throw new Error(text)
    if (typeof result === 'string' || result?.['@_Transform'] !== 'Base64') return [[text]]
    return readCsv(Buffer.from(text, 'base64').toString()).slice(1)
  }

  /** The first cell. */
  async value(sql: string, settings: Record<string, string> = {}): Promise<string | undefined> {
    return (await this.run(sql, settings))[0]?.[0]
  }
}

interface ResultDocument {
  readonly Instance: {
    readonly Tasks: {
      readonly Task: {
        readonly Status: string
        readonly Result?: string | { readonly '#text'?: string; readonly '@_Transform'?: string }
      }
    }
  }
}

export function errorOf(answer: Answer): { Code: string; Message: string; RequestId: string; HostId: string } {
  return (parser.parse(answer.text) as { Error: ReturnType<typeof errorOf> }).Error
}

/** RFC 4180; rows end with a line feed. */
export function readCsv(text: string): string[][] {
  const rows: string[][] = [[]]
  let cell = ''
  let inQuotes = false
  for (let i = 0; i < text.length; i += 1) {
    const c = text.charAt(i)
    if (inQuotes && c === '"' && text.charAt(i + 1) === '"') {
      cell += '"'
      i += 1
    } else if (c === '"') inQuotes = !inQuotes
    else if (!inQuotes && (c === ',' || c === '\n')) {
      rows[rows.length - 1]!.push(cell)
      cell = ''
      if (c === '\n') rows.push([])
    } else cell += c
  }
  return rows.slice(0, -1)
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}

export interface Emulated {
  readonly client: Client
  readonly faults: Faults
  close(): Promise<void>
}

/** A service on an engine in memory. */
export async function startEmulated(dir: string, options: Partial<MaxComputeOptions> = {}): Promise<Emulated> {
  const engine = await SqlEngine.open(':memory:')
  const faults = new Faults()
  const defaults = { world: defaultWorld(), faults, dir, engine, ossEndpoint: 'http://127.0.0.1:9', loadEndpoints: [] }
  const service = await startMaxCompute({ statementDelayMilliseconds: 0, ...defaults, ...options })
  return {
    client: new Client(service.port),
    faults,
    close: async () => {
      await service.close()
      engine.close()
    },
  }
}
