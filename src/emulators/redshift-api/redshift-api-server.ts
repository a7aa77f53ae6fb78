import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FaultAction } from '../faults.js'
import { startHttpService } from '../object-store/http-service.js'
import { parseQuery, parseRequest, type StoreRequest } from '../object-store/store-request.js'
import type { Service, ServiceOptions } from '../service.js'
import { jsonAnswer, jsonText, queryAnswer, refusalAnswer, send, type ApiAnswer } from './api-answer.js'
import { authenticateAws } from './api-authentication.js'
import type { ApiCall } from './api-call.js'
import { ApiRefusal, notImplemented, type Protocol } from './api-refusal.js'
import { clusterOperations } from './cluster-calls.js'
import { dataOperations } from './data-calls.js'
import { DataSessions } from './data-sessions.js'
import { workgroupOperations } from './workgroup-calls.js'

export interface RedshiftApiOptions extends ServiceOptions {
  /** Where the emulated Redshift listens: a workgroup tells it. */
  readonly redshift: ApiCall['redshift']
}

/** A statement of the Data API is the longest there is. */
const bodyByteCountMax = 512 * 1024
const version = '2012-12-01'
const targets = { serverless: 'RedshiftServerless.', data: 'RedshiftData.' } as const

/**
 * The APIs of Redshift on one loopback port: as far as logins need them `redshift` in the query protocol and
 * `redshift-serverless` in AWS JSON 1.1; and `redshift-data`, which runs statements. All with SigV4. Keeps nothing on disk.
 */
export async function startRedshiftApi(options: RedshiftApiOptions): Promise<Service> {
  const sessions = new DataSessions()
  const service = await startHttpService(options.port ?? 0, async (incoming, response) => {
    const requestId = randomUUID()
    const protocol: Protocol = incoming.headers['x-amz-target'] === undefined ? 'query' : 'json'
    try {
      const request = parseRequest(incoming)
      const body = await readBody(incoming)
      const { answer, isLost } = await serve(options, sessions, protocol, request, body, requestId, response)
      if (isLost) incoming.socket.destroy()
      else send(response, answer, requestId)
    } catch (error) {
      if (!(error instanceof ApiRefusal)) throw error
      send(response, refusalAnswer(protocol, error, requestId), requestId)
    }
  })
  const close = async (): Promise<void> => {
    sessions.close()
    await service.close()
  }
  return { port: service.port, close }
}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let byteCount = 0
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    byteCount += chunk.length
    if (byteCount > bodyByteCountMax) throw new ApiRefusal('tooLarge', 'The request is too large.')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

async function serve(
  options: RedshiftApiOptions,
  sessions: DataSessions,
  protocol: Protocol,
  request: StoreRequest,
  body: Buffer,
  requestId: string,
  response: ServerResponse,
): Promise<{ readonly answer: ApiAnswer; readonly isLost: boolean }> {
  const { world, faults, redshift } = options
  const wanted = request.headers.get('x-amz-target') ?? ''
  const service = protocol === 'query' ? 'redshift' : serviceOf(wanted)
  const caller = authenticateAws(world, request, body, service)
  const call: ApiCall = { world, caller, redshift, now: Date.now() }
  const operation = protocol === 'query' ? queryOperation(request, body) : jsonOperation(wanted, body, sessions)
  const fault = faults.hit('redshift-api', operation.action, body.toString('utf8'))
  const isLost = await meetFault(fault, response)
  return { answer: await operation.run(call, requestId), isLost }
}

interface Operation {
  readonly action: string
  readonly run: (call: ApiCall, requestId: string) => ApiAnswer | Promise<ApiAnswer>
}

function queryOperation(request: StoreRequest, body: Buffer): Operation {
  if (request.method !== 'POST') throw notImplemented(`The method ${request.method}`)
  const parameters = parseQuery(body.toString('utf8'))
  const action = parameters.get('Action') ?? ''
  const operation = Object.hasOwn(clusterOperations, action) ? clusterOperations[action] : undefined
  if (operation === undefined || parameters.get('Version') !== version) {
    throw notImplemented(`The action ${action} (version ${parameters.get('Version') ?? 'none'}) of redshift`)
  }
  return { action, run: (call, requestId) => queryAnswer(action, operation(call, parameters), requestId) }
}

function serviceOf(wanted: string): string {
  return wanted.startsWith(targets.data) ? 'redshift-data' : 'redshift-serverless'
}

function jsonOperation(wanted: string, body: Buffer, sessions: DataSessions): Operation {
  const [prefix = '', action = ''] = wanted.split(/(?<=\.)/)
  const input = parseInput(body)
  if (prefix === targets.serverless && Object.hasOwn(workgroupOperations, action)) {
    const operation = workgroupOperations[action] as (typeof workgroupOperations)[string]
    return { action, run: (call) => jsonAnswer(operation(call, input)) }
  }
  if (prefix === targets.data && Object.hasOwn(dataOperations, action)) {
    const operation = dataOperations[action] as (typeof dataOperations)[string]
    return { action, run: async (call) => jsonText(await operation(call, input, sessions)) }
  }
  throw notImplemented(`The operation ${wanted}`)
}

function parseInput(body: Buffer): Readonly<Record<string, unknown>> {
  try {
    const input: unknown = JSON.parse(body.toString('utf8'))
    if (typeof input === 'object' && input !== null && !Array.isArray(input)) return input as Record<string, unknown>
  } catch {
    // Answered below: no JSON and no object are refused alike.
  }
  throw new ApiRefusal({ status: 400, code: 'SerializationException' }, 'The body is no JSON object.')
}

/** True when the answer must be lost after the work. Bodies are too small to be cut short or bent. */
async function meetFault(fault: FaultAction | undefined, response: ServerResponse): Promise<boolean> {
  switch (fault?.do) {
    case undefined:
      return false
    case 'fail': {
      const { status = 500, code = 'InternalFailure', message = 'The request processing has failed.' } = fault
      throw new ApiRefusal({ status, code }, message)
    }
    case 'throttle':
      throw new ApiRefusal('throttled', 'Rate exceeded')
    case 'delay':
      await sleep(fault.milliseconds)
      return false
    case 'cut':
      if (fault.when === 'before') response.destroy()
      return true
    case 'truncate':
    case 'corrupt':
    case 'mangle':
    case 'replace':
    case 'limit':
      throw notImplemented(`The fault ${fault.do}`)
    case 'die':
      return process.exit(1)
  }
}
