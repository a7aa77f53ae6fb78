import { MigrationError } from '../model/errors.js'
import { locationText } from '../model/names.js'
import type { Call } from '../model/work.js'
import type { Consignment } from './carrier.js'
import type { OnlineMigrationClient } from './online-migration-client.js'
import { pauseFor } from './online-migration-connection.js'
import type { AddressDetail } from './online-migration-model.js'
import type { OnlineNames } from './online-names.js'

/** How the service reaches S3: it has no field for a session token, so the keys are long-term ones (transfer.md 1.6). */
export interface OnlineSource {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** `https://s3.us-east-1.amazonaws.com` */
  readonly domain: string
}

export interface OnlineTarget {
  /** `oss-cn-beijing` */
  readonly regionId: string
  /** Name of the RAM role; it trusts mgw.aliyuncs.com. */
  readonly roleName: string
  /** Another endpoint of OSS than the region's own. */
  readonly domain?: string
}

export interface AddressPlaces {
  readonly client: OnlineMigrationClient
  readonly accountId: string
  readonly source: OnlineSource
  readonly target: OnlineTarget
  readonly pollMilliseconds: number
  /** Longest that the service may take to look at an address. */
  readonly verifyMilliseconds: number
}

/** Makes both addresses of a consignment and waits until the service has reached both. One that is there is ours by its name. */
export async function makeAddresses(
  places: AddressPlaces,
  names: OnlineNames,
  consignment: Consignment,
  call: Call,
): Promise<void> {
  const { source, target } = places
  const { from, to } = consignment
  await makeAddress(
    places,
    names.source,
    {
      addressType: 's3',
      accessId: source.accessKeyId,
      accessSecret: source.secretAccessKey,
      bucket: from.bucket,
      domain: source.domain,
      prefix: from.key,
    },
    call,
  )
  await assertAccount(places, names.source, call)
  await makeAddress(
    places,
    names.target,
    {
      addressType: 'oss',
      bucket: to.bucket,
      prefix: to.key,
      regionId: target.regionId,
      role: target.roleName,
      ...(target.domain === undefined ? {} : { domain: target.domain }),
    },
    call,
  )
  const sourceHint =
    'the service reads S3 with onlineMigration.s3AccessKeyId (those of s3 when absent): long-term keys of an IAM user that may list and read the bucket from any address; migrate policies prints it'
  await awaitVerdict(places, names.source, `${locationText(from)} by ${source.domain}`, sourceHint, call)
  const targetHint = `the RAM role ${target.roleName} must exist, trust mgw.aliyuncs.com, and may list, read and write the bucket; migrate policies prints both`
  await awaitVerdict(places, names.target, `${locationText(to)} as role ${target.roleName}`, targetHint, call)
}

async function makeAddress(places: AddressPlaces, name: string, addressDetail: AddressDetail, call: Call) {
  await places.client.createAddress({ name, addressDetail }, call)
}

/** An endpoint without the account in its host takes any: the address then lies in the account of the keys. */
async function assertAccount({ client, accountId }: AddressPlaces, name: string, call: Call): Promise<void> {
  const owner = (await client.getAddress(name, call))?.owner
  if (owner === undefined || owner === accountId) return
  throw new MigrationError('access-denied', `address ${name}: it belongs to account ${owner}, not ${accountId}`, {
    hint: `set onlineMigration.accountId to ${owner}, or use keys of account ${accountId}`,
  })
}

async function awaitVerdict(
  { client, pollMilliseconds, verifyMilliseconds }: AddressPlaces,
  name: string,
  what: string,
  hint: string,
  call: Call,
): Promise<void> {
  const giveUpAt = Math.min(call.deadlineAt, Date.now() + verifyMilliseconds)
  const subject = `address ${name} (${what})`
  for (;;) {
    const {
      verdict,
      status,
      errorCode = 'no code',
      errorMessage = 'no message',
    } = await client.verifyAddress(name, call)
    if (verdict === 'available') return
    if (verdict === 'failed') {
      const said = `the service cannot use it: ${status}, ${errorCode}: ${errorMessage}`
      throw new MigrationError('transfer-failed', `${subject}: ${said}`, { hint })
    }
    if (Date.now() + pollMilliseconds >= giveUpAt) {
      const message = `${subject}: not verified within ${verifyMilliseconds} ms`
      throw new MigrationError('transfer-failed', message, { hint, transient: true })
    }
    await pauseFor(subject, pollMilliseconds, call.signal)
  }
}
