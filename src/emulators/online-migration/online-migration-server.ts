import type { IncomingMessage, ServerResponse } from 'node:http'
import { sendAnswer, type Answer } from '../object-store/answer.js'
import { startHttpService } from '../object-store/http-service.js'
import { ConnectionCut, meetFault, type Mishap } from '../object-store/mishap.js'
import { authenticateOss } from '../object-store/oss-authentication.js'
import { ossErrorAnswer, ossServerHeaders } from '../object-store/oss-error.js'
import { Refusal, notImplemented } from '../object-store/refusal.js'
import { parseRequest, type StoreRequest } from '../object-store/store-request.js'
import { toXml, type XmlNode } from '../object-store/xml.js'
import type { Service, ServiceOptions } from '../service.js'
import { checkContentMd5 } from './request-body.js'
import { nameAction } from './actions.js'

/** V1 clients sign the path alone or with what stood behind it (transfer.md 1.3). */
const v1Variants = [[], ['verify'], ['jobResult']]

/** Data Online Migration on loopback: verifies OSS signatures; has no addresses and no jobs, and cannot make any. */
export async function startOnlineMigration(options: ServiceOptions): Promise<Service> {
  return startHttpService(options.port ?? 0, async (incoming, response) => {
    for (const [name, value] of Object.entries(ossServerHeaders())) response.setHeader(name, value)
    try {
      const { answer, mishap } = await serve(options, parseRequest(incoming))
      await sendAnswer(response, answer, mishap)
    } catch (error) {
      if (error instanceof ConnectionCut || response.headersSent) throw error
      await sendAnswer(response, errorAnswer(incoming, response, error), {})
    }
  })
}

async function serve(
  options: ServiceOptions,
  request: StoreRequest,
): Promise<{ readonly answer: Answer; readonly mishap: Mishap }> {
  const caller = authenticateOss(options.world, request, { resource: request.path, v1Variants })
  await checkContentMd5(request)
  if (caller.region !== undefined && caller.region !== options.world.alibaba.region) {
    throw new Refusal(400, 'InvalidArgument', `Invalid signing region in Authorization header: ${caller.region}.`)
  }
  if (caller.buckets !== undefined) throw new Refusal(403, 'AccessDenied', 'The role is not authorized to call mgw.')
  const { action, subject } = nameAction(request)
  const mishap = await meetFault(options.faults.hit('online-migration', action, subject), () => ({}))
  return { answer: answerAction(action, subject), mishap }
}

function answerAction(action: string, subject: string): Answer {
  switch (action) {
    case 'ListJob':
      return emptyList('ImportJobList')
    case 'ListAddress':
      return emptyList('ImportAddressList')
    case 'GetJob':
      throw new Refusal(404, 'JobNotExist', `The job does not exist: ${subject}.`)
    case 'GetAddress':
      throw new Refusal(404, 'AddressNotExist', `The address does not exist: ${subject}.`)
    default:
      throw notImplemented(action)
  }
}

function emptyList(root: string): Answer {
  const nodes: XmlNode[] = [
    ['Truncated', false],
    ['NextMarker', ''],
  ]
  return { status: 200, headers: { 'content-type': 'application/xml' }, body: toXml([root, nodes]) }
}

function errorAnswer(incoming: IncomingMessage, response: ServerResponse, error: unknown): Answer {
  if (!(error instanceof Refusal)) throw error
  return ossErrorAnswer(incoming, response, error)
}
