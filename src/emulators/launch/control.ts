import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Faults, FaultRule } from '../faults.js'

const bodyByteCountMax = 1_000_000

/** What the control port may do to its process. */
export interface Controlled {
  readonly faults: Faults
  stop(): void
}

/** `POST /faults` adds rules, `GET /faults` tells how often each was met, `DELETE /faults` forgets all, `POST /stop` ends the process. Loopback only. */
export async function startControl(of: Controlled): Promise<Server & { readonly port: number }> {
  const server = createServer((request, response) => {
    answer(request, response, of).catch((error: unknown) => send(response, 500, { error: String(error) }))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  return Object.assign(server, { port: (server.address() as AddressInfo).port })
}

async function answer(request: IncomingMessage, response: ServerResponse, of: Controlled): Promise<void> {
  const asked = `${request.method} ${request.url}`
  if (asked === 'POST /faults') {
    const rules = readRules(await readBody(request))
    if (typeof rules === 'string') return send(response, 400, { error: rules })
    of.faults.add(rules)
    return send(response, 200, { ruleCount: rules.length })
  }
  if (asked === 'GET /faults') return send(response, 200, of.faults.counts())
  if (asked === 'DELETE /faults') {
    of.faults.clear()
    return send(response, 200, { ruleCount: 0 })
  }
  if (asked === 'POST /stop') {
    response.once('finish', () => of.stop())
    return send(response, 200, { stopping: true })
  }
  return send(response, 404, {
    error: `control: no ${asked}; there is POST /faults, GET /faults, DELETE /faults, POST /stop`,
  })
}

async function readBody(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = []
  let byteCount = 0
  for await (const piece of request as AsyncIterable<Buffer>) {
    byteCount += piece.length
    if (byteCount > bodyByteCountMax) throw new Error(`control: a body has at most ${bodyByteCountMax} bytes`)
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString('utf8')
}

function readRules(body: string): readonly FaultRule[] | string {
  let parsed: unknown
  try {
    parsed = JSON.parse(body)
  } catch (error) {
    return `control: the body is not JSON (${(error as Error).message})`
  }
  if (!Array.isArray(parsed)) return 'control: the body must be a list of fault rules'
  const wrong = parsed.findIndex((rule) => !isRule(rule))
  return wrong < 0 ? (parsed as FaultRule[]) : `control: rule ${wrong + 1} needs service, operation and action.do`
}

export function isRule(rule: unknown): rule is FaultRule {
  const { service, operation, action } = (rule ?? {}) as Partial<FaultRule>
  return typeof service === 'string' && typeof operation === 'string' && typeof action?.do === 'string'
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' })
  response.end(`${JSON.stringify(body)}\n`)
}
