import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Faults } from '../faults.js'
import type { Service, ServiceOptions } from '../service.js'
import type { SqlEngine } from '../sql-engine.js'
import type { World } from '../world.js'
import { readExchange, type Exchange, type Reply } from './exchange.js'
import { meetFault, sendReply } from './mishap.js'
import { InstanceRegister } from './instance-register.js'
import { ServiceError } from './odps-error.js'
import { Project } from './project.js'
import { operationName, route } from './router.js'
import { verifySignature } from './signature.js'
import { readSwitches, type Switches } from './switches.js'
import { textElement, xmlHead } from './xml.js'

export interface MaxComputeOptions extends ServiceOptions {
  readonly engine: SqlEngine
  /** `http://127.0.0.1:port` of the emulated OSS that LOAD reads from. */
  readonly ossEndpoint: string
  /** Hosts that a LOCATION may name: `localhost:1234`, `oss-cn-hangzhou-internal.aliyuncs.com`. */
  readonly loadEndpoints: readonly string[]
  /** Those that differ from the defaults; an unknown one throws. */
  readonly switches?: Partial<Switches> | Readonly<Record<string, unknown>>
  /** Every statement takes at least this long; 20 when absent. */
  readonly statementDelayMilliseconds?: number
}

interface Server {
  readonly world: World
  readonly faults: Faults
  readonly project: Project
  readonly register: InstanceRegister
}

/** MaxCompute on loopback: REST below `/api` and at the root, the instance tunnel, SQL, LOAD from the emulated OSS. */
export async function startMaxCompute(options: MaxComputeOptions): Promise<Service> {
  const { world, faults, dir, engine } = options
  await mkdir(dir, { recursive: true })
  const project = new Project(world, engine, readSwitches(options.switches ?? {}))
  await project.prepare()
  const oss = { endpoint: options.ossEndpoint, loadEndpoints: options.loadEndpoints }
  const statementDelayMilliseconds = options.statementDelayMilliseconds ?? 20
  const register = new InstanceRegister({ project, faults, dir, oss, statementDelayMilliseconds })
  const state: Server = { world, faults, project, register }
  const server = createServer((request, response) => void answer(state, request, response))
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.close()
      server.closeAllConnections()
      await register.close()
    },
  }
}

async function answer(server: Server, request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.setHeader('x-odps-request-id', randomBytes(12).toString('hex').toUpperCase())
  try {
    const exchange = await readExchange(request)
    const fault = server.faults.hit('maxcompute', operationName(exchange), request.url ?? '')
    const bent = await meetFault(fault)
    if (bent === 'cut') return void response.destroy()
    await sendReply(response, await serve(server, exchange), fault)
  } catch (error) {
    await sendError(response, error)
  }
}

async function serve(server: Server, exchange: Exchange): Promise<Reply> {
  verifySignature(exchange, server.world, Date.now())
  return route(exchange, server.project, server.register)
}

/** All four elements, or PyODPS does not recognise the error (maxcompute.md 1.5). */
async function sendError(response: ServerResponse, error: unknown): Promise<void> {
  if (response.headersSent) return void response.destroy()
  const known = error instanceof ServiceError
  const [status, code] = known ? [error.status, error.code] : [500, 'InternalServerError']
  const message = error instanceof Error ? error.message : String(error)
  const requestId = String(response.getHeader('x-odps-request-id'))
  const elements = { Code: code, Message: message, RequestId: requestId, HostId: 'localhost' }
  const body = Object.entries(elements).map(([name, text]) => textElement(name, text))
  const headers = { 'content-type': 'application/xml', ...(known ? error.headers : {}) }
  await sendReply(response, { status, headers, body: `${xmlHead}<Error>${body.join('')}</Error>` }, undefined)
}
