import { servicePrincipal, type World } from '../world.js'
import { RedshiftFault } from './fault.js'
import type { S3Keys } from './s3-signature.js'
import type { S3Access } from './s3-writer.js'
import { s3Fault } from './s3-fault.js'
import type { Switches } from './switches.js'
import type { Authorization, UnloadRequest } from './unload-request.js'

/** As whom S3 is asked; refuses what the real service would refuse before anything is written. */
export function checkAccess(request: UnloadRequest, world: World, user: string): S3Access {
  const role = lastRole(request.authorization, world, user)
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
  if (role?.buckets.includes(request.bucket) === false) throw s3Fault(403, 'AccessDenied', 'Access Denied')
  return { region: bucket.region, keys: keysOf(request.authorization), putHeaders: encryptionHeaders(request) }
}

/** Keys sign S3's requests themselves, and S3 judges them; a role's session is the emulators' own. */
function keysOf(authorization: Authorization): S3Keys {
  if (authorization.kind !== 'keys') return servicePrincipal
  const { id, secret, token } = authorization
  return { accessKeyId: id, secret, ...(token === undefined ? {} : { token }) }
}

/** Without a key the bucket's own default holds, which is what AUTO asks for (redshift.md 1.7). */
function encryptionHeaders({ kmsKey }: UnloadRequest): Record<string, string> {
  if (kmsKey === undefined) return {}
  return { 'x-amz-server-side-encryption': 'aws:kms', 'x-amz-server-side-encryption-aws-kms-key-id': kmsKey }
}

type Role = World['aws']['roles'][number]

/** The role that writes, after all that lead to it (redshift.md 1.8); undefined for keys. */
function lastRole(authorization: Authorization, world: World, user: string): Role | undefined {
  if (authorization.kind === 'keys') return undefined
  if (authorization.kind === 'default-role') {
    const chosen = world.aws.roles.find((role) => role.isDefault === true && role.attached)
    if (chosen !== undefined) return chosen
    throw new RedshiftFault('XX000', 'There is no default IAM role associated with the cluster.')
  }
  let before: Role | undefined
  for (const arn of authorization.chain) {
    const role = world.aws.roles.find((candidate) => candidate.arn === arn)
    // The first role of a chain must be attached; the others must let the one before assume them.
    const may = before === undefined ? role?.attached === true : role?.trusts?.includes(before.arn) !== false
    if (role === undefined || !may) throw notAuthorized(world, user, arn)
    before = role
  }
  return before
}

function notAuthorized(world: World, user: string, arn: string): RedshiftFault {
  const caller = `arn:aws:redshift:${world.aws.region}:${world.aws.accountId}:dbuser:emulated/${user}`
  return new RedshiftFault('XX000', `User ${caller} is not authorized to assume IAM Role ${arn}`, {
    detail: 'error:  Not authorized to get credentials of role\n  code:      30000',
  })
}

const rowGroupNodeTypes = ['ra3.4xlarge', 'ra3.16xlarge', 'ds2.8xlarge', 'dc2.8xlarge']

/** ROWGROUPSIZE is for four node types (redshift.md 1.2); what Serverless says to it is not known. */
export function checkNodeType(request: UnloadRequest, world: World, switches: Switches): void {
  if (request.rowGroupSize === undefined) return
  const { serverless, nodeType = 'ra3.4xlarge' } = world.redshift
  const taken = serverless ? switches.serverlessRowGroupSize === 'taken' : rowGroupNodeTypes.includes(nodeType)
  if (taken) return
  throw new RedshiftFault('0A000', `ROWGROUPSIZE is not supported on ${serverless ? 'Serverless' : nodeType}`)
}
