import type { Faults } from './faults.js'
import type { World } from './world.js'

/** A running emulated service on loopback. */
export interface Service {
  readonly port: number
  close(): Promise<void>
}

export interface ServiceOptions {
  readonly world: World
  readonly faults: Faults
  /** Where the service keeps its data; made if missing. */
  readonly dir: string
  /** 0 or absent: a free one. */
  readonly port?: number
}
