import type { IncomingMessage, ServerResponse } from 'node:http'
import { sendAnswer, type Answer } from './answer.js'
import { ConnectionCut, meetFault, mishapOfAnswer, type Mishap } from './mishap.js'
import { notImplemented, Refusal } from './refusal.js'
import { runReplacing } from './replacing.js'
import { authenticate, type S3Caller } from './s3-authentication.js'
import { isChunked, openBody } from './s3-body.js'
import type { S3Call, S3Face } from './s3-call.js'
import { nameS3Operation, s3Operations } from './s3-operations.js'
import { parseRequest, type StoreRequest } from './store-request.js'
import { toXml } from './xml.js'

const keyByteCountMax = 1024

/** Answers one S3 request, error documents included. Throws ConnectionCut when the connection must end. */
export async function serveS3(face: S3Face, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  for (const [name, value] of Object.entries(face.serverHeaders())) response.setHeader(name, value)
  try {
    const { call, run } = await prepare(face, parseRequest(incoming))
    await sendAnswer(response, await runReplacing(face.state, call, run), mishapOfAnswer(call.operation, call.mishap))
  } catch (error) {
    if (error instanceof ConnectionCut || response.headersSent) throw error
    const refusal = error instanceof Refusal ? error : internalError(error)
    await sendAnswer(response, errorAnswer(incoming, response, refusal), {})
  }
}

async function prepare(
  face: S3Face,
  request: StoreRequest,
): Promise<{ readonly call: S3Call; readonly run: (call: S3Call) => Promise<Answer> }> {
  const { bucket, key } = locate(face, request)
  const caller = authenticate(request, face.findKey)
  const operation = nameS3Operation(request, bucket, key)
  checkBucket(face, caller, operation, bucket, request.headers.get('x-amz-expected-bucket-owner'))
  if (Buffer.byteLength(key) > keyByteCountMax) {
    const fields = { Size: String(Buffer.byteLength(key)), MaxSizeAllowed: String(keyByteCountMax) }
    throw new Refusal(400, 'KeyTooLongError', 'Your key is too long', fields)
  }
  checkChunked(face, caller)
  const mishap: Mishap = await meetFault(face.faults.hit(face.service, operation, key), (s) => face.throttleHeaders(s))
  const completes = operation === 'CompleteMultipartUpload'
  // A mishap of a completion happens to the joined bytes, not to the list of parts.
  const fate = completes ? {} : mishap
  const body = (): ReturnType<typeof openBody> => openBody(request, caller, fate, { checksums: !completes })
  const run = s3Operations[operation]
  if (run === undefined) throw notImplemented(operation)
  return { call: { face, request, operation, caller, bucket, key, mishap, body }, run }
}

/** Bucket and key, from the host (virtual-hosted style) or the path. */
function locate(face: S3Face, request: StoreRequest): { readonly bucket: string; readonly key: string } {
  const hosted = bucketOfHost(request.host)
  if (hosted !== undefined) return { bucket: hosted, key: request.path.slice(1) }
  const [, bucket = '', key = ''] = /^\/([^/]*)\/?(.*)$/s.exec(request.path) ?? []
  if (face.virtualHostedOnly && bucket !== '') {
    throw new Refusal(403, 'SecondLevelDomainForbidden', 'Please use virtual hosted style to access.')
  }
  return { bucket, key }
}

function bucketOfHost(host: string): string | undefined {
  const amazon = /^(.+)\.s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?$/.exec(host)
  const alibaba = /^(.+?)\.(?:s3\.)?oss-[a-z0-9-]+\.aliyuncs\.com$/.exec(host)
  const local = /^(.+)\.localhost$/.exec(host)
  const bucket = amazon?.[1] ?? alibaba?.[1] ?? local?.[1]
  return bucket === 's3' ? undefined : bucket
}

function checkBucket(
  face: S3Face,
  caller: S3Caller,
  operation: string,
  bucket: string,
  owner: string | undefined,
): void {
  if (bucket === '') return
  const record = face.state.bucket(bucket)
  if (record === undefined) {
    throw new Refusal(404, 'NoSuchBucket', 'The specified bucket does not exist', { BucketName: bucket })
  }
  const wrongOwner = (owner ?? face.accountId) !== face.accountId
  if (wrongOwner || caller.key.buckets?.includes(bucket) === false) {
    throw new Refusal(403, 'AccessDenied', 'Access Denied')
  }
  // OSS names its regions with and without this prefix.
  const region = face.service === 'oss' ? caller.claim.region.replace(/^oss-/, '') : caller.claim.region
  if (region === record.region || operation === 'GetBucketLocation') return
  const headers = { 'x-amz-bucket-region': record.region }
  if (region === face.region) {
    const endpoint = `s3.${record.region}.amazonaws.com`
    const message =
      'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.'
    throw new Refusal(301, 'PermanentRedirect', message, { Endpoint: endpoint, Bucket: bucket }, headers)
  }
  const message = `The authorization header is malformed; the region '${region}' is wrong; expecting '${record.region}'`
  throw new Refusal(400, 'AuthorizationHeaderMalformed', message, { Region: record.region }, headers)
}

function checkChunked(face: S3Face, caller: S3Caller): void {
  if (face.takesChunkedBodies || !isChunked(caller.payloadHash)) return
  const message = 'aws-chunked encoding is not supported with the specified x-amz-content-sha256 value.'
  throw new Refusal(400, 'InvalidArgument', message, {
    ArgumentName: 'x-amz-content-sha256',
    ArgumentValue: caller.payloadHash,
  })
}

function errorAnswer(incoming: IncomingMessage, response: ServerResponse, refusal: Refusal): Answer {
  const bodiless = incoming.method === 'HEAD' || refusal.status === 304
  if (bodiless) return { status: refusal.status, headers: { ...refusal.headers } }
  const requestId = String(response.getHeader('x-amz-request-id') ?? '')
  const body = toXml([
    'Error',
    [
      ['Code', refusal.code],
      ['Message', refusal.message],
      ...Object.entries(refusal.fields),
      ['Resource', (incoming.url ?? '').split('?')[0]],
      ['RequestId', requestId],
      ['HostId', String(response.getHeader('x-amz-id-2') ?? '')],
    ],
  ])
  return { status: refusal.status, headers: { 'content-type': 'application/xml', ...refusal.headers }, body }
}

/** Answered as the service would; the reason goes to stderr, since it is this emulator's own mistake. */
export function internalError(error: unknown): Refusal {
  if (!isClientGone(error)) {
    process.stderr.write(
      `object store emulator: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    )
  }
  return new Refusal(500, 'InternalError', 'We encountered an internal error. Please try again.')
}

/** A body that ended because its sender went away is no mistake of ours, and nobody is left to read the answer. */
function isClientGone(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | undefined)?.code
  return code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE'
}
