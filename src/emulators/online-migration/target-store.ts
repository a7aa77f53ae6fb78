import type { IncomingMessage } from 'node:http'
import { mintToken } from '../access/token.js'
import { v4CanonicalRequest, v4Signature, v4StringToSign } from '../object-store/oss-signature.js'
import { encode, encodePath } from '../object-store/store-request.js'
import type { AlibabaKey, RamRole } from '../world.js'
import type { Address } from './address.js'
import { AddressFault } from './address-fault.js'
import type { Environment } from './environment.js'
import { allows } from './role-policy.js'
import { callStore, readBody, type StoreCall } from './store-exchange.js'

/** A bucket of OSS, and the session of the role that opens it. */
export interface TargetStore {
  readonly endpoint: string
  readonly region: string
  readonly bucket: string
  readonly prefix: string
  readonly key: AlibabaKey
}

/** What a destination's role must let the service do (transfer.md 1.10). */
const neededActions = ['oss:ListObjects', 'oss:GetObject', 'oss:PutObject']
const servicePrincipalName = 'mgw.aliyuncs.com'
const sessionMillisecondsMax = 3_600_000

/** Assumes the role: it must exist, trust the service and allow what a destination needs. */
export function targetStore(address: Address, environment: Environment): TargetStore {
  const { Bucket = '', RegionId = '', Prefix = '', Role = '', Domain, AddressType } = address.detail
  if (AddressType !== 'oss') throw new AddressFault(0, 'DestAddrTypeInvalid', 'The destination must be of type oss.')
  const { world, ossEndpoint } = environment
  checkRegion(RegionId, Domain, environment)
  const role = world.alibaba.roles.find((one) => one.name === Role)
  if (role === undefined) throw new AddressFault(404, 'DestAddrRoleInvalid', `The role does not exist: ${Role}.`)
  checkRole(role, `acs:oss:${RegionId}:${world.alibaba.accountId}:${Bucket}`, Prefix)
  const expiresAt = Date.now() + sessionMillisecondsMax
  const key = mintToken({ roleArn: role.arn, roleSessionName: 'mgw', expiresAt })
  return { endpoint: ossEndpoint, region: RegionId.slice('oss-'.length), bucket: Bucket, prefix: Prefix, key }
}

function checkRegion(regionId: string, domain: string | undefined, { world, ossEndpoint }: Environment): void {
  const { port } = new URL(ossEndpoint)
  const host = domain?.replace(/^https?:\/\//i, '').replace(/\/$/, '')
  const hosts = [undefined, `${regionId}.aliyuncs.com`, `${regionId}-internal.aliyuncs.com`]
  if (![...hosts, `localhost:${port}`, `127.0.0.1:${port}`].includes(host)) {
    throw new AddressFault(0, 'DestAddrEndpointInvalid', `The domain is not of the region ${regionId}: ${domain}.`)
  }
  if (regionId === `oss-${world.alibaba.region}`) return
  const message = `The destination must be in the service's region, oss-${world.alibaba.region}: ${regionId}.`
  throw new AddressFault(0, 'DestAddrRegionInvalid', message)
}

function checkRole(role: RamRole, bucketResource: string, prefix: string): void {
  if (!role.trusts.includes(servicePrincipalName)) {
    const message = `The role ${role.name} does not trust ${servicePrincipalName}, so that it cannot be assumed.`
    throw new AddressFault(403, 'NoPermission', message)
  }
  for (const action of neededActions) {
    const resource = action === 'oss:ListObjects' ? bucketResource : `${bucketResource}/${prefix}any`
    if (allows(role, action, resource)) continue
    const message = `The role ${role.name} has no permission for ${action} on ${resource}.`
    throw new AddressFault(403, 'OssAccessDenied', message)
  }
}

/** The page that shows whether the destination can be reached and listed. */
export async function probeTarget(store: TargetStore): Promise<void> {
  const query = [
    ['list-type', '2'],
    ['max-keys', '1'],
    ['prefix', store.prefix],
  ] as const
  await readBody(await callStore(sign(store, 'GET', '', { query })))
}

/** Headers of an object; undefined when there is none. */
export async function describeTarget(store: TargetStore, key: string): Promise<IncomingMessage['headers'] | undefined> {
  try {
    const response = await callStore(sign(store, 'HEAD', key, {}))
    response.resume()
    return response.headers
  } catch (error) {
    if (error instanceof AddressFault && error.httpCode === 404) return undefined
    throw error
  }
}

export async function putTarget(
  store: TargetStore,
  key: string,
  headers: Readonly<Record<string, string>>,
  body: NonNullable<StoreCall['body']>,
): Promise<void> {
  await readBody(await callStore({ ...sign(store, 'PUT', key, { headers }), body }))
}

interface Signed {
  readonly query?: readonly (readonly [string, string])[]
  readonly headers?: Readonly<Record<string, string>>
}

function sign(store: TargetStore, method: string, key: string, of: Signed): StoreCall {
  const timestamp = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
  const { accessKeyId, accessKeySecret, securityToken = '' } = store.key
  const headers: Record<string, string> = {
    ...of.headers,
    'x-oss-content-sha256': 'UNSIGNED-PAYLOAD',
    'x-oss-date': timestamp,
    'x-oss-security-token': securityToken,
  }
  const query = new Map(of.query ?? [])
  const resource = `/${store.bucket}/${key}`
  const signed = { method, query, headers: new Map(Object.entries(headers)) }
  const canonical = v4CanonicalRequest(signed, resource, [], 'UNSIGNED-PAYLOAD')
  const day = timestamp.slice(0, 8)
  const scope = { day, region: store.region, product: 'oss' }
  const claim = { ...scope, accessKeyId, additionalHeaders: [], signature: '', timestamp }
  const signature = v4Signature(accessKeySecret, claim, v4StringToSign(claim, canonical))
  const credential = `${accessKeyId}/${day}/${store.region}/oss/aliyun_v4_request`
  headers.authorization = `OSS4-HMAC-SHA256 Credential=${credential},Signature=${signature}`
  const text = [...query].map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&')
  const target = `${encodePath(resource)}${text === '' ? '' : `?${text}`}`
  return { method, endpoint: store.endpoint, target, headers }
}
