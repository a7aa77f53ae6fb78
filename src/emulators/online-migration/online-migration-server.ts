import type { IncomingMessage, ServerResponse } from 'node:http'
import { sendAnswer, type Answer } from '../object-store/answer.js'
import { startHttpService } from '../object-store/http-service.js'
import { ConnectionCut, meetFault, type Mishap } from '../object-store/mishap.js'
import { authenticateOss } from '../object-store/oss-authentication.js'
import { ossErrorAnswer, ossServerHeaders } from '../object-store/oss-error.js'
import { Refusal, notImplemented } from '../object-store/refusal.js'
import { parseRequest, type StoreRequest } from '../object-store/store-request.js'
import type { Service, ServiceOptions } from '../service.js'
import type { World } from '../world.js'
import { nameAction } from './actions.js'
import type { Call } from './call.js'
import { timeWriter, type Environment } from './environment.js'
import { JobRun } from './job-run.js'
import { operations } from './operations.js'
import { Registry } from './registry.js'
import { checkContentMd5 } from './request-body.js'
import { readSwitches } from './switches.js'

export interface OnlineMigrationOptions extends ServiceOptions {
  /** `http://127.0.0.1:port`, whatever domain of S3 an address names. */
  readonly s3Endpoint: string
  readonly ossEndpoint: string
  /** By name; the rest are as they are by default. */
  readonly switches?: Readonly<Record<string, unknown>>
}

/** V1 clients sign the path alone or with what stood behind it (transfer.md 1.3). */
const v1Variants = [[], ['verify'], ['jobResult']]

/**
 * Data Online Migration on loopback: verifies OSS signatures, keeps addresses and jobs while it lives, and copies from
 * the emulated S3 to the emulated OSS over their sockets, with the keys of the addresses (transfer.md 1).
 */
export async function startOnlineMigration(options: OnlineMigrationOptions): Promise<Service> {
  const { world, faults, s3Endpoint, ossEndpoint } = options
  const environment = { world, faults, s3Endpoint, ossEndpoint, switches: readSwitches(options.switches ?? {}) }
  const registry = new Registry(environment)
  const run = new JobRun(environment, registry)
  const service = await startHttpService(options.port ?? 0, async (incoming, response) => {
    for (const [name, value] of Object.entries(ossServerHeaders())) response.setHeader(name, value)
    try {
      const { answer, mishap } = await serve({ environment, registry, run }, parseRequest(incoming))
      await sendAnswer(response, answer, mishap)
    } catch (error) {
      if (error instanceof ConnectionCut || response.headersSent) throw error
      await sendAnswer(response, errorAnswer(incoming, response, error), {})
    }
  })
  const close = async (): Promise<void> => {
    await Promise.all([service.close(), run.stopAll()])
  }
  return { port: service.port, close }
}

async function serve(
  service: { readonly environment: Environment; readonly registry: Registry; readonly run: JobRun },
  request: StoreRequest,
): Promise<{ readonly answer: Answer; readonly mishap: Mishap }> {
  const { world, faults, switches } = service.environment
  const caller = authenticateOss(world, request, { resource: request.path, v1Variants })
  const body = await checkContentMd5(request)
  checkHost(request.host, world)
  if (caller.region !== undefined && caller.region !== world.alibaba.region) {
    throw new Refusal(400, 'InvalidArgument', `Invalid signing region in Authorization header: ${caller.region}.`)
  }
  if (caller.buckets !== undefined) throw new Refusal(403, 'AccessDenied', 'The role is not authorized to call mgw.')
  const { action, subject } = nameAction(request)
  const mishap = await meetFault(faults.hit('online-migration', action, subject || body), () => ({}))
  const operation = operations[action]
  if (operation === undefined) throw notImplemented(action)
  const owner = world.alibaba.accountId
  const call: Call = { ...service, subject, query: request.query, body, owner, time: timeWriter(switches) }
  return { answer: await operation(call), mishap }
}

/** The host begins with the account's UID, unless the client was led elsewhere (transfer.md 1.2). */
function checkHost(host: string, { alibaba }: World): void {
  const [, accountId, region] = /^(\d{8,})\.(?:([a-z0-9-]+)\.mgw(?:-internal)?\.aliyuncs\.com$)?/.exec(host) ?? []
  if (accountId !== undefined && accountId !== alibaba.accountId) {
    throw new Refusal(403, 'AccessDenied', `The account ${accountId} is not the one that the access key belongs to.`)
  }
  if (region === undefined || region === alibaba.region) return
  throw new Refusal(403, 'AccessDenied', `The region ${region} must be addressed at its own endpoint.`)
}

function errorAnswer(incoming: IncomingMessage, response: ServerResponse, error: unknown): Answer {
  if (!(error instanceof Refusal)) throw error
  return ossErrorAnswer(incoming, response, error)
}
