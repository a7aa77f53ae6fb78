import { createHmac, timingSafeEqual } from 'node:crypto'
import { servicePrincipal } from '../world.js'

/**
 * A password for `IAM:<user>`, `IAMA:<user>` or `IAMR:<role>`, which proves itself: the emulated Redshift checks it
 * without a word with the one who issued it. `expiresAt`: milliseconds since 1970.
 */
export function mintPassword(user: string, expiresAt: number): string {
  const until = expiresAt.toString(36)
  return `${until}.${seal(user, until)}`
}

/** True until it expires, for the user that it was issued for. */
export function isValidPassword(user: string, password: string, now: number = Date.now()): boolean {
  const [until = '', given = '', ...more] = password.split('.')
  const [a, b] = [Buffer.from(given), Buffer.from(seal(user, until))]
  if (more.length > 0 || a.length !== b.length || !timingSafeEqual(a, b)) return false
  return Number.parseInt(until, 36) > now
}

function seal(user: string, until: string): string {
  return createHmac('sha256', servicePrincipal.secret).update(`redshift-password:${until}:${user}`).digest('base64')
}
