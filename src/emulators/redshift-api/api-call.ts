import type { AwsKey, World } from '../world.js'

/** An authenticated request, and what answers need. */
export interface ApiCall {
  readonly world: World
  readonly caller: AwsKey
  /** Where the emulated Redshift listens. */
  readonly redshift: { readonly host: string; readonly port: number }
  /** Milliseconds since 1970. */
  readonly now: number
}
