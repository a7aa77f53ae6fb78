import { randomBytes } from 'node:crypto'
import { servicePrincipal, type World } from '../world.js'
import type { Service, ServiceOptions } from '../service.js'
import { startHttpService } from './http-service.js'
import { ObjectState } from './object-state.js'
import { Refusal } from './refusal.js'
import type { S3Key } from './s3-authentication.js'
import type { S3Face } from './s3-call.js'
import { serveS3 } from './s3-face.js'

const partByteCountMin = 5 * 1024 * 1024

/** Amazon S3 on loopback: path and virtual-hosted style, SigV4. Objects lie below `options.dir` and survive. */
export async function startS3(options: ServiceOptions): Promise<Service> {
  const { world } = options
  const state = new ObjectState(options.dir, world.aws.buckets, ['md5', 'crc64nvme'])
  state.open()
  const face: S3Face = {
    service: 's3',
    state,
    faults: options.faults,
    findKey: (accessKeyId, token) => findAwsKey(world, accessKeyId, token),
    region: world.aws.region,
    accountId: world.aws.accountId,
    ownerId: world.aws.accountId.padStart(64, '0'),
    virtualHostedOnly: false,
    takesChunkedBodies: true,
    addsChecksum: world.aws.addsChecksum !== false,
    partByteCountMin,
    kms: {
      arns: world.aws.kmsKeys ?? [],
      defaultOf: (bucket) => world.aws.buckets.find((one) => one.name === bucket)?.kmsKey,
    },
    presentEtag: (etag) => etag,
    serverHeaders: () => ({
      server: 'AmazonS3',
      'x-amz-request-id': randomBytes(8).toString('hex').toUpperCase(),
      'x-amz-id-2': randomBytes(32).toString('base64'),
    }),
    throttleHeaders: () => ({}),
  }
  return startHttpService(options.port ?? 0, async (incoming, response) => {
    await serveS3(face, incoming, response)
  })
}

function findAwsKey(world: World, accessKeyId: string, token: string | undefined): S3Key {
  if (accessKeyId === servicePrincipal.accessKeyId) return { secret: servicePrincipal.secret }
  const key = world.aws.keys.find((one) => one.accessKeyId === accessKeyId)
  if (key === undefined || (key.sessionToken !== undefined && token === undefined)) {
    const message = 'The AWS Access Key Id you provided does not exist in our records.'
    throw new Refusal(403, 'InvalidAccessKeyId', message, { AWSAccessKeyId: accessKeyId })
  }
  if (key.sessionToken !== token) {
    throw new Refusal(400, 'InvalidToken', 'The provided token is malformed or otherwise invalid.')
  }
  if (key.expiresAt !== undefined && key.expiresAt <= Date.now()) {
    throw new Refusal(400, 'ExpiredToken', 'The provided token has expired.')
  }
  return { secret: key.secretAccessKey, ...(key.kmsKeys && { kmsKeys: key.kmsKeys }) }
}
