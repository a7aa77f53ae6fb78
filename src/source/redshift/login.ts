import type { Call } from '../../model/work.js'

/** Whom to log in as, and where when only the giver of the login knows. */
export interface Login {
  readonly user: string
  readonly password: string
  readonly host?: string
  readonly port?: number
}

/** Asked at every connect: logins of the cloud expire, sessions do not (redshift.md 6.2). */
export type LoginProvider = (call: Call) => Promise<Login>
