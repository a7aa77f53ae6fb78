import type { ApiCall } from './api-call.js'
import { ApiRefusal } from './api-refusal.js'

/** Seconds that a password is valid: 900 to 3600, 900 when absent (redshift.md 6.2). */
export function secondsOf(given: string | number | undefined): number {
  if (given === undefined) return 900
  const seconds = Number(given)
  if (Number.isInteger(seconds) && seconds >= 900 && seconds <= 3600) return seconds
  throw new ApiRefusal('invalid', `Duration seconds must be between 900 and 3600, not ${given}.`)
}

/**
 * The database user of an IAM identity. The world names neither users nor roles: a lasting key belongs to the IAM user,
 * temporary keys to the role, that bears the name of the database user.
 */
export function userOf({ world, caller }: ApiCall): string {
  return `${caller.sessionToken === undefined ? 'IAM' : 'IAMR'}:${world.redshift.user}`
}
