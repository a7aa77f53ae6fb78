import { findAlibabaKey } from '../../access/token.js'
import { servicePrincipal, type World } from '../../world.js'
import { readerError, semanticError } from '../odps-error.js'
import type { Load } from '../sql/statement.js'
import type { RunContext } from '../run/run-context.js'
import type { OssKeys, OssPlace } from './oss-reader.js'

export interface LoadLocation {
  readonly place: OssPlace
  /** Ends with `/`. */
  readonly prefix: string
}

/** Trusted by roles that MaxCompute may assume (maxcompute.md 4.2). */
const serviceTrust = 'odps.aliyuncs.com'
const defaultRole = 'AliyunODPSDefaultRole'

/** Where LOAD reads and as whom; everything that the real service would refuse is refused here. */
export function resolveLocation(statement: Load, run: RunContext): LoadLocation {
  const match = /^oss:\/\/(?:([^:@/]+):([^@/]+)@)?([^/]+)\/(.*)$/.exec(statement.location)
  if (match === null)
    throw semanticError(statement.locationAt, 'LOCATION is not of the form oss://endpoint/bucket/path/')
  const [, accessKeyId, accessKeySecret, host = '', rest = ''] = match
  const { world, switches } = run.project
  const knownEndpoint = run.oss.loadEndpoints.includes(host)
  const bucketFirst = switches.locationWithoutEndpoint && world.alibaba.buckets.some((bucket) => bucket.name === host)
  if (!knownEndpoint && !bucketFirst) throw readerError(`java.net.UnknownHostException: ${host}`)
  const [bucket = '', ...path] = knownEndpoint ? rest.split('/') : [host, ...rest.split('/')]
  checkBucket(world, bucket)
  const keys =
    accessKeyId === undefined || accessKeySecret === undefined
      ? assumeRole(world, bucket, statement)
      : embeddedKeys(world, accessKeyId, accessKeySecret)
  const key = path.join('/')
  const prefix = key === '' || key.endsWith('/') ? key : `${key}/`
  return { place: { endpoint: run.oss.endpoint, region: world.alibaba.region, bucket, keys }, prefix }
}

function checkBucket(world: World, bucket: string): void {
  const found = world.alibaba.buckets.find((one) => one.name === bucket)
  if (found === undefined) throw readerError(`com.aliyun.oss.OSSException: NoSuchBucket, bucket ${bucket}`)
  if (found.region === world.maxcompute.region) return
  const where = `bucket ${bucket} is in ${found.region}, the project is in ${world.maxcompute.region}`
  throw readerError(`com.aliyun.oss.OSSException: AccessDenied, ${where}`)
}

/** The role must exist, trust MaxCompute and reach the bucket; the emulators then read as themselves. */
function assumeRole(world: World, bucket: string, statement: Load): OssKeys {
  const arn =
    statement.properties['odps.properties.rolearn'] ?? `acs:ram::${world.alibaba.accountId}:role/${defaultRole}`
  const role = world.alibaba.roles.find((one) => one.arn.toLowerCase() === arn.toLowerCase())
  const refused = 'com.aliyun.odps.io.oss.AssumeRoleException: '
  if (role === undefined) throw readerError(`${refused}EntityNotExist.Role, role ${arn} does not exist`)
  if (!role.trusts.includes(serviceTrust))
    throw readerError(`${refused}NoPermission, role ${arn} does not trust ${serviceTrust}`)
  if (!role.buckets.includes(bucket))
    throw readerError(`com.aliyun.oss.OSSException: AccessDenied, role ${arn} has no access to bucket ${bucket}`)
  return { accessKeyId: servicePrincipal.accessKeyId, accessKeySecret: servicePrincipal.secret }
}

/** `oss://id:secret@endpoint/…`: the keys sign the requests, so OSS refuses wrong ones. */
function embeddedKeys(world: World, accessKeyId: string, accessKeySecret: string): OssKeys {
  const found = findAlibabaKey(world, accessKeyId)
  if ('refused' in found) throw readerError(`com.aliyun.oss.OSSException: InvalidAccessKeyId`)
  return { accessKeyId, accessKeySecret }
}
