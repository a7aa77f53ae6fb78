import type { World } from '../world.js'

export interface UnloadSettings {
  readonly world: World
  /** Where the emulated S3 listens: `http://127.0.0.1:4566`. */
  readonly s3Endpoint: string
}
