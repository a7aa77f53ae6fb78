import { randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FaultAction, FaultRule } from '../faults.js'
import { startHttpService } from '../object-store/http-service.js'
import type { Service, ServiceOptions } from '../service.js'
import { ramOperations } from './ram-calls.js'
import { writeRpcAnswer, type RpcValue } from './rpc-answer.js'
import { NonceMemory, authenticateRpc } from './rpc-authentication.js'
import { RpcRefusal } from './rpc-refusal.js'
import { readRpcRequest, type RpcRequest } from './rpc-request.js'
import { stsOperations, type RpcOperation } from './sts-calls.js'

/** API versions by service. */
const versions: Readonly<Record<string, 'sts' | 'ram'>> = { '2015-04-01': 'sts', '2015-05-01': 'ram' }

/** STS and RAM on one loopback port, in the RPC style that `@alicloud/pop-core` speaks; keeps nothing on disk. */
export async function startAccess(options: ServiceOptions): Promise<Service> {
  const nonces = new NonceMemory()
  return startHttpService(options.port ?? 0, async (incoming, response) => {
    const request = await readRpcRequest(incoming)
    const requestId = randomUUID().toUpperCase()
    try {
      if (request === undefined) throw new RpcRefusal(413, 'RequestTooLarge', 'The request is too large.')
      const cutAfter = await serve(options, nonces, request, requestId, response)
      if (cutAfter) incoming.socket.destroy()
    } catch (error) {
      if (!(error instanceof RpcRefusal)) throw error
      const HostId = incoming.headers.host ?? ''
      const value = { RequestId: requestId, HostId, Code: error.code, Message: error.message }
      send(request, response, error.status, 'Error', value)
    }
  })
}

/** True when the answer must be lost. */
async function serve(
  options: ServiceOptions,
  nonces: NonceMemory,
  request: RpcRequest,
  requestId: string,
  response: ServerResponse,
): Promise<boolean> {
  const { world, faults } = options
  const caller = authenticateRpc(world, request, nonces)
  const { service, action, run } = findOperation(request)
  const fault = faults.hit(service, action, [...request.parameters.values()].join(' '))
  const cut = await meetFault(fault, response)
  const value = run({ world, caller, parameters: request.parameters })
  if (cut) return true
  send(request, response, 200, `${action}Response`, { RequestId: requestId, ...value })
  return false
}

function findOperation(request: RpcRequest): {
  readonly service: FaultRule['service']
  readonly action: string
  readonly run: RpcOperation
} {
  const [action, version] = [request.parameters.get('Action') ?? '', request.parameters.get('Version') ?? '']
  const service = versions[version]
  if (service === undefined)
    throw new RpcRefusal(400, 'InvalidVersion', `Specified parameter Version is not valid: ${version}.`)
  const run = (service === 'sts' ? stsOperations : ramOperations)[action]
  if (run === undefined)
    throw new RpcRefusal(501, 'NotImplemented', `${action} of ${service} is not implemented by this emulator`)
  return { service, action, run }
}

/** True when the connection must end after the work. Bodies are too small to be cut short or bent. */
async function meetFault(fault: FaultAction | undefined, response: ServerResponse): Promise<boolean> {
  switch (fault?.do) {
    case undefined:
      return false
    case 'fail':
      throw new RpcRefusal(
        fault.status ?? 500,
        fault.code ?? 'InternalError',
        fault.message ?? 'The request processing has failed.',
      )
    case 'throttle':
      throw new RpcRefusal(400, 'Throttling.User', 'Request was denied due to user flow control.')
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
      throw new RpcRefusal(501, 'NotImplemented', `The fault ${fault.do} is not implemented for access calls`)
    case 'die':
      return process.exit(1)
  }
}

function send(
  request: RpcRequest | undefined,
  response: ServerResponse,
  status: number,
  root: string,
  value: { readonly [name: string]: RpcValue },
): void {
  const { type, body } = writeRpcAnswer(request?.parameters.get('Format'), root, value)
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) })
  response.end(body)
}
