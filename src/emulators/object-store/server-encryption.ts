import type { ObjectRecord } from './object-record.js'
import { notImplemented, Refusal } from './refusal.js'
import type { S3Call } from './s3-call.js'

/** The keys of KMS that S3 may encrypt with. */
export interface KmsKeys {
  /** ARNs. */
  readonly arns: readonly string[]
  /** ARN of a bucket's default key. */
  defaultOf(bucket: string): string | undefined
}

const algorithmHeader = 'x-amz-server-side-encryption'
const keyHeader = 'x-amz-server-side-encryption-aws-kms-key-id'

/**
 * Headers that are kept with an object because of its KMS key, from the request or from the bucket's default; empty for
 * S3's own keys. The ETag of an object that has them is no MD5.
 */
export function encryptionHeaders(call: S3Call): Record<string, string> {
  const { headers } = call.request
  const { kms } = call.face
  const algorithm = headers.get(algorithmHeader)
  const asked = headers.get(keyHeader)
  if (asked !== undefined && algorithm !== 'aws:kms') {
    const message = `Server Side Encryption with AWS KMS managed key requires HTTP header ${algorithmHeader} : aws:kms`
    throw new Refusal(400, 'InvalidArgument', message, { ArgumentName: algorithmHeader })
  }
  if (algorithm === 'AES256') return {}
  const given = kms?.defaultOf(call.bucket)
  if (asked === undefined && given === undefined) {
    if (algorithm === undefined) return {}
    throw notImplemented(`${call.operation} with ${algorithmHeader}: ${algorithm} and no key`, {
      Header: algorithmHeader,
    })
  }
  return { [algorithmHeader]: 'aws:kms', [keyHeader]: findKey(asked ?? given ?? '', kms?.arns ?? []) }
}

/** By its id or its ARN; aliases are not emulated. */
function findKey(name: string, arns: readonly string[]): string {
  if (name.includes('alias/')) throw notImplemented(`a KMS alias, ${name},`, { Header: keyHeader })
  const found = arns.find((arn) => arn === name || arn.endsWith(`:key/${name}`))
  if (found === undefined) throw new Refusal(400, 'KMS.NotFoundException', `Invalid keyId '${name}'`)
  return found
}

/** By a KMS key. */
export function isEncrypted(headers: ObjectRecord['headers']): boolean {
  return headers[keyHeader] !== undefined
}

/** As answers tell it: what no KMS key encrypts, S3's own keys do. */
export function shownEncryption(call: S3Call, headers: ObjectRecord['headers']): Record<string, string> {
  if (call.face.kms === undefined) return {}
  const key = headers[keyHeader]
  return key === undefined ? { [algorithmHeader]: 'AES256' } : { [algorithmHeader]: 'aws:kms', [keyHeader]: key }
}

/** Refuses a caller that may not use the KMS key which these headers name, if they name one. */
export function askKey(
  call: S3Call,
  headers: ObjectRecord['headers'],
  action: 'kms:Decrypt' | 'kms:GenerateDataKey',
): void {
  const arn = headers[keyHeader]
  const { kmsKeys, accessKeyId } = { ...call.caller.key, ...call.caller.claim }
  if (arn === undefined || kmsKeys === undefined || kmsKeys.includes(arn)) return
  const user = `arn:aws:iam::${call.face.accountId}:user/${accessKeyId}`
  const message = `User: ${user} is not authorized to perform: ${action} on resource: ${arn} because no identity-based policy allows the ${action} action`
  throw new Refusal(403, 'AccessDenied', message)
}

/** What a copy takes along: encryption is the destination's matter. */
export function withoutEncryption(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== algorithmHeader && name !== keyHeader))
}
