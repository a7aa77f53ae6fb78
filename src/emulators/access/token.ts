import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { servicePrincipal, type AlibabaKey, type World } from '../world.js'

/** What a security token says about itself; nothing has to be stored to check it. */
export interface TemporaryKey {
  readonly key: AlibabaKey
  readonly roleArn: string
  readonly roleSessionName: string
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

export type KeyRefusal = 'unknown-key' | 'invalid-token' | 'expired-token'

/** A key that may sign requests, with the role it stands for when it is temporary, or why it may not. */
export type KeyLookup =
  | { readonly key: AlibabaKey; readonly roleArn?: string; readonly roleSessionName?: string }
  | { readonly refused: KeyRefusal }

interface Claims {
  readonly id: string
  readonly role: string
  readonly session: string
  readonly until: number
}

/** Temporary keys of a role. Every emulated service can check them without shared state: token and secret are HMACs. */
export function mintToken(of: {
  readonly roleArn: string
  readonly expiresAt: number
  readonly roleSessionName?: string
}): AlibabaKey {
  const claims: Claims = {
    id: `STS.N${randomBytes(12).toString('hex')}`,
    role: of.roleArn,
    session: of.roleSessionName ?? 'emulated',
    until: of.expiresAt,
  }
  const payload = Buffer.from(JSON.stringify(claims)).toString('base64')
  return keyOf(claims, payload)
}

/** Undefined when this token was not minted here or was altered; an expired one is still read. */
export function readToken(securityToken: string): TemporaryKey | undefined {
  const [payload = '', seal = '', ...more] = securityToken.split('.')
  if (more.length > 0 || !sameText(seal, hmac(`token:${payload}`))) return undefined
  const claims = JSON.parse(Buffer.from(payload, 'base64').toString()) as Claims
  const key = keyOf(claims, payload)
  return { key, roleArn: claims.role, roleSessionName: claims.session, expiresAt: claims.until }
}

/**
 * The key behind an access key id: a key of the world, the emulators' own, or a temporary one read from its token.
 * A temporary key without its token is unknown, as with the real services.
 */
export function findAlibabaKey(
  world: World,
  accessKeyId: string,
  securityToken?: string,
  now: number = Date.now(),
): KeyLookup {
  const lasting = lastingKey(world, accessKeyId)
  if (lasting !== undefined) return checkStored(lasting, securityToken, now)
  if (securityToken === undefined || securityToken === '') return { refused: 'unknown-key' }
  const temporary = readToken(securityToken)
  if (temporary === undefined) return { refused: 'invalid-token' }
  if (temporary.key.accessKeyId !== accessKeyId) return { refused: 'unknown-key' }
  if (temporary.expiresAt <= now) return { refused: 'expired-token' }
  return { key: temporary.key, roleArn: temporary.roleArn, roleSessionName: temporary.roleSessionName }
}

function lastingKey(world: World, accessKeyId: string): AlibabaKey | undefined {
  if (accessKeyId === servicePrincipal.accessKeyId) {
    return { accessKeyId: servicePrincipal.accessKeyId, accessKeySecret: servicePrincipal.secret }
  }
  return world.alibaba.keys.find((key) => key.accessKeyId === accessKeyId)
}

function checkStored(key: AlibabaKey, securityToken: string | undefined, now: number): KeyLookup {
  const given = securityToken === '' ? undefined : securityToken
  if (key.securityToken !== undefined && given === undefined) return { refused: 'unknown-key' }
  if (key.securityToken !== given) return { refused: 'invalid-token' }
  if (key.expiresAt !== undefined && key.expiresAt <= now) return { refused: 'expired-token' }
  return { key }
}

function keyOf(claims: Claims, payload: string): AlibabaKey {
  return {
    accessKeyId: claims.id,
    accessKeySecret: hmac(`secret:${payload}`),
    securityToken: `${payload}.${hmac(`token:${payload}`)}`,
    expiresAt: claims.until,
  }
}

function hmac(text: string): string {
  return createHmac('sha256', servicePrincipal.secret).update(text).digest('base64')
}

function sameText(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)]
  return a.length === b.length && timingSafeEqual(a, b)
}
