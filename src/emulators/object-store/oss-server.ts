import type { IncomingMessage } from 'node:http'
import type { Service, ServiceOptions } from '../service.js'
import type { World } from '../world.js'
import { startHttpService } from './http-service.js'
import { ObjectState } from './object-state.js'
import { findOssKey } from './oss-authentication.js'
import { ossEtag, partByteCountMin } from './oss-call.js'
import { ossServerHeaders } from './oss-error.js'
import { ossThrottleHeaders, serveOss, type OssFace } from './oss-face.js'
import type { S3Face } from './s3-call.js'
import { serveS3 } from './s3-face.js'

/** Alibaba OSS on loopback: V1 and V4 signatures, and the S3-compatible face for requests that are signed with SigV4. */
export async function startOss(options: ServiceOptions): Promise<Service> {
  const { world, faults } = options
  const state = new ObjectState(options.dir, world.alibaba.buckets, ['md5', 'crc64xz'])
  state.open()
  const native: OssFace = { world, faults, state }
  const compatible = compatibleFace(world, native)
  return startHttpService(options.port ?? 0, async (incoming, response) => {
    if (speaksS3(incoming)) await serveS3(compatible, incoming, response)
    else await serveOss(native, incoming, response)
  })
}

function speaksS3(incoming: IncomingMessage): boolean {
  if (incoming.headers.authorization?.startsWith('AWS4-HMAC-SHA256') === true) return true
  return /[?&]X-Amz-Algorithm=/.test(incoming.url ?? '')
}

/** The same objects through S3's protocol; what differs from S3 is listed in transfer.md 3.7. */
function compatibleFace(world: World, { state, faults }: OssFace): S3Face {
  return {
    service: 'oss',
    state,
    faults,
    findKey: (accessKeyId, token) => findOssKey(world, accessKeyId, token),
    region: world.alibaba.region,
    accountId: world.alibaba.accountId,
    ownerId: world.alibaba.accountId,
    virtualHostedOnly: true,
    takesChunkedBodies: false,
    addsChecksum: false,
    partByteCountMin,
    presentEtag: ossEtag,
    serverHeaders: ossServerHeaders,
    throttleHeaders: ossThrottleHeaders,
  }
}
