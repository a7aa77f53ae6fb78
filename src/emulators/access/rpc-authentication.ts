import { createHmac, timingSafeEqual } from 'node:crypto'
import type { World } from '../world.js'
import { RpcRefusal, missingParameter } from './rpc-refusal.js'
import type { RpcRequest } from './rpc-request.js'
import { findAlibabaKey } from './token.js'

/** Who signed a call. */
export interface RpcCaller {
  readonly accessKeyId: string
  /** Set for temporary keys. */
  readonly roleArn?: string
  readonly roleSessionName?: string
}

const skewMillisecondsMax = 15 * 60 * 1000
const nonceCountMax = 100_000

/** Nonces of accepted calls, for as long as their timestamps could be accepted again. */
export class NonceMemory {
  readonly #seen = new Map<string, number>()

  /** False when this key used the nonce before. */
  add(accessKeyId: string, nonce: string, now: number): boolean {
    for (const [text, at] of this.#seen) {
      if (now - at <= 2 * skewMillisecondsMax && this.#seen.size < nonceCountMax) break
      this.#seen.delete(text)
    }
    const text = `${accessKeyId} ${nonce}`
    if (this.#seen.has(text)) return false
    this.#seen.set(text, now)
    return true
  }
}

/** Verifies an RPC V1 signature (transfer.md 2.1), the clock and the nonce. */
export function authenticateRpc(world: World, request: RpcRequest, nonces: NonceMemory, now = Date.now()): RpcCaller {
  const need = (name: string): string => {
    const value = request.parameters.get(name)
    if (value === undefined || value === '') throw missingParameter(name)
    return value
  }
  const [accessKeyId, signature, nonce] = [need('AccessKeyId'), need('Signature'), need('SignatureNonce')]
  checkMethod(need('SignatureMethod'), need('SignatureVersion'))
  checkTime(need('Timestamp'), now)
  const found = findAlibabaKey(world, accessKeyId, request.parameters.get('SecurityToken'), now)
  if ('refused' in found) throw refuseKey(found.refused)
  const text = rpcStringToSign(request)
  if (!sameText(signature, rpcSignature(found.key.accessKeySecret, text))) {
    const message = `Specified signature is not matched with our calculation. server string to sign is:${text}`
    throw new RpcRefusal(400, 'SignatureDoesNotMatch', message)
  }
  if (!nonces.add(accessKeyId, nonce, now)) {
    throw new RpcRefusal(400, 'SignatureNonceUsed', 'Specified signature nonce was used already.')
  }
  const { roleArn, roleSessionName } = found
  return {
    accessKeyId,
    ...(roleArn !== undefined && { roleArn }),
    ...(roleSessionName !== undefined && { roleSessionName }),
  }
}

export function rpcStringToSign(request: RpcRequest): string {
  const pairs = [...request.parameters]
    .filter(([name]) => name !== 'Signature')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
  return `${request.method}&${encode('/')}&${encode(pairs.join('&'))}`
}

export function rpcSignature(secret: string, text: string): string {
  return createHmac('sha1', `${secret}&`).update(text).digest('base64')
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
}

function checkMethod(method: string, version: string): void {
  if (method === 'HMAC-SHA1' && version === '1.0') return
  throw new RpcRefusal(400, 'InvalidParameter', `Signature method ${method}, version ${version} is not supported.`)
}

function checkTime(timestamp: string, now: number): void {
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(timestamp) ? Date.parse(timestamp) : NaN
  if (Number.isNaN(at)) {
    throw new RpcRefusal(400, 'InvalidTimeStamp.Format', 'Specified time stamp or date value is not well formatted.')
  }
  if (Math.abs(now - at) <= skewMillisecondsMax) return
  throw new RpcRefusal(400, 'InvalidTimeStamp.Expired', 'Specified time stamp or date value is expired.')
}

function refuseKey(refused: 'unknown-key' | 'invalid-token' | 'expired-token'): RpcRefusal {
  switch (refused) {
    case 'unknown-key':
      return new RpcRefusal(404, 'InvalidAccessKeyId.NotFound', 'Specified access key is not found.')
    case 'invalid-token':
      return new RpcRefusal(400, 'InvalidSecurityToken.Malformed', 'Specified SecurityToken is malformed.')
    case 'expired-token':
      return new RpcRefusal(400, 'InvalidSecurityToken.Expired', 'Specified SecurityToken is expired.')
  }
}

function sameText(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)]
  return a.length === b.length && timingSafeEqual(a, b)
}
