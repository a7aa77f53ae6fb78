import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Faults } from '../faults.js'
import type { World } from '../world.js'
import { sendAnswer, type Answer } from './answer.js'
import { ConnectionCut, meetFault, mishapOfAnswer } from './mishap.js'
import type { ObjectState } from './object-state.js'
import { authenticateOss, type OssCaller } from './oss-authentication.js'
import type { OssCall } from './oss-call.js'
import { ossErrorAnswer, ossServerHeaders } from './oss-error.js'
import { nameOssOperation, ossOperations } from './oss-operations.js'
import { notImplemented, Refusal } from './refusal.js'
import { runReplacing } from './replacing.js'
import { internalError } from './s3-face.js'
import { parseRequest, type StoreRequest } from './store-request.js'

export interface OssFace {
  readonly world: World
  readonly faults: Faults
  readonly state: ObjectState
}

interface Place {
  readonly bucket: string
  readonly key: string
  /** The region that the host names. */
  readonly hostRegion?: string
}

const keyByteCountMax = 1023

/** QoS headers of a throttled answer, in milliseconds. */
export function ossThrottleHeaders(delaySeconds: number): Record<string, string> {
  return { 'x-oss-qos-delay-time': String(Math.round(delaySeconds * 1000)) }
}

/** Answers one native OSS request, error documents included. Throws ConnectionCut when the connection must end. */
export async function serveOss(face: OssFace, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  for (const [name, value] of Object.entries(ossServerHeaders())) response.setHeader(name, value)
  try {
    const { call, run } = await prepare(face, parseRequest(incoming))
    await sendAnswer(response, await runReplacing(face.state, call, run), mishapOfAnswer(call.operation, call.mishap))
  } catch (error) {
    if (error instanceof ConnectionCut || response.headersSent) throw error
    const refusal = error instanceof Refusal ? error : internalError(error)
    await sendAnswer(response, ossErrorAnswer(incoming, response, refusal), {})
  }
}

async function prepare(
  face: OssFace,
  request: StoreRequest,
): Promise<{ readonly call: OssCall; readonly run: (call: OssCall) => Promise<Answer> }> {
  const place = locate(request)
  const { bucket, key } = place
  const resource = bucket === '' ? '/' : `/${bucket}/${key}`
  const caller = authenticateOss(face.world, request, { resource })
  const operation = nameOssOperation(request, bucket, key)
  if (operation !== 'PutBucket' && bucket !== '') checkBucket(face, caller, place)
  checkKey(key)
  const { accountId, region } = face.world.alibaba
  const mishap = await meetFault(face.faults.hit('oss', operation, key), ossThrottleHeaders)
  const run = ossOperations[operation]
  if (run === undefined) throw notImplemented(operation)
  return { call: { state: face.state, request, operation, caller, accountId, region, bucket, key, mishap }, run }
}

/** Virtual-hosted when the host is one of Alibaba's names, path style otherwise (transfer.md 3.3). */
function locate(request: StoreRequest): Place {
  const hosted = /^(?:([a-z0-9-]*)\.)?oss-([a-z0-9-]+?)(?:-internal)?\.aliyuncs\.com$/.exec(request.host)
  if (hosted !== null) {
    const [, bucket = '', hostRegion = ''] = hosted
    return { bucket, key: bucket === '' ? '' : request.path.slice(1), hostRegion }
  }
  const [, bucket = '', key = ''] = /^\/([^/]*)\/?(.*)$/s.exec(request.path) ?? []
  return { bucket, key }
}

function checkBucket(face: OssFace, caller: OssCaller, place: Place): void {
  const record = face.state.bucket(place.bucket)
  if (record === undefined) {
    throw new Refusal(404, 'NoSuchBucket', 'The specified bucket does not exist.', { BucketName: place.bucket })
  }
  if (caller.buckets?.includes(place.bucket) === false) {
    throw new Refusal(403, 'AccessDenied', 'You have no right to access this object because of bucket acl.')
  }
  const endpointRegion = place.hostRegion ?? caller.region ?? record.region
  if (caller.region !== undefined && caller.region !== (place.hostRegion ?? caller.region)) {
    throw new Refusal(400, 'InvalidArgument', 'Invalid signing region in Authorization header.')
  }
  if (endpointRegion === record.region) return
  const message =
    'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.'
  const fields = { Bucket: place.bucket, Endpoint: `oss-${record.region}.aliyuncs.com` }
  throw new Refusal(403, 'AccessDenied', message, fields)
}

function checkKey(key: string): void {
  if (Buffer.byteLength(key) <= keyByteCountMax && !key.startsWith('/') && !key.startsWith('\\')) return
  throw new Refusal(400, 'InvalidObjectName', 'The specified object is not valid.', { ObjectName: key })
}
