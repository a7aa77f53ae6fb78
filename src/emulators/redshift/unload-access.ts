import type { World } from '../world.js'
import { RedshiftFault } from './fault.js'
import type { Authorization, UnloadRequest } from './unload-request.js'

/** A failure that Redshift reports from S3, in its boxed wording (redshift.md 1.12). */
export function s3Fault(status: number, code: string, text: string, requestId = 'EMULATED00000000'): RedshiftFault {
  const message = `S3ServiceException:${text},Status ${status},Error ${code},Rid ${requestId},CanRetry 1`
  return new RedshiftFault('XX000', message, {
    detail: `error:  ${message}\n  code:      15001\n  context:   S3 key being written`,
  })
}

/** Which region the bucket answers in; refuses what the real service would refuse before anything is written. */
export function checkAccess(request: UnloadRequest, world: World, user: string): string {
  checkAuthorization(request.authorization, world, user)
  const bucket = world.aws.buckets.find((candidate) => candidate.name === request.bucket)
  if (bucket === undefined) throw s3Fault(404, 'NoSuchBucket', 'The specified bucket does not exist')
  const expected = request.region ?? world.aws.region
  if (bucket.region !== expected) {
    throw new RedshiftFault(
      'XX000',
      request.region === undefined
        ? 'The S3 bucket addressed by the query is in a different region from this cluster.'
        : 'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.',
    )
  }
  if (!mayWrite(request, world)) throw s3Fault(403, 'AccessDenied', 'Access Denied')
  return bucket.region
}

function checkAuthorization(authorization: Authorization, world: World, user: string): void {
  switch (authorization.kind) {
    case 'keys':
      return checkKeys(authorization, world)
    case 'default-role':
      throw new RedshiftFault('XX000', 'There is no default IAM role associated with the cluster.')
    case 'role':
      authorization.chain.forEach((arn, i) => {
        const role = world.aws.roles.find((candidate) => candidate.arn === arn)
        // The first role of a chain must be attached; the others must let the one before assume them.
        if (role === undefined || (i === 0 && !role.attached)) throw notAuthorized(world, user, arn)
      })
  }
}

function notAuthorized(world: World, user: string, arn: string): RedshiftFault {
  const caller = `arn:aws:redshift:${world.aws.region}:${world.aws.accountId}:dbuser:emulated/${user}`
  return new RedshiftFault('XX000', `User ${caller} is not authorized to assume IAM Role ${arn}`, {
    detail: 'error:  Not authorized to get credentials of role\n  code:      30000',
  })
}

function checkKeys(keys: Extract<Authorization, { kind: 'keys' }>, world: World): void {
  const known = world.aws.keys.find((key) => key.accessKeyId === keys.id)
  if (known === undefined) {
    throw s3Fault(403, 'InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.')
  }
  if (known.secretAccessKey !== keys.secret) {
    const text = 'The request signature we calculated does not match the signature you provided.'
    throw s3Fault(403, 'SignatureDoesNotMatch', text)
  }
  if (known.sessionToken !== keys.token)
    throw s3Fault(403, 'InvalidToken', 'The provided token is malformed or otherwise invalid.')
}

function mayWrite({ authorization, bucket }: UnloadRequest, world: World): boolean {
  if (authorization.kind !== 'role') return true
  const last = authorization.chain[authorization.chain.length - 1]
  return world.aws.roles.find((role) => role.arn === last)?.buckets.includes(bucket) ?? false
}
