import type { Faults } from '../faults.js'
import type { World } from '../world.js'
import type { Switches } from './switches.js'

/** What the emulated service knows of what is around it. */
export interface Environment {
  readonly world: World
  readonly faults: Faults
  readonly switches: Switches
  /** `http://127.0.0.1:port` of the emulated S3. */
  readonly s3Endpoint: string
  /** `http://127.0.0.1:port` of the emulated OSS. */
  readonly ossEndpoint: string
}

/** How the service writes a moment (transfer.md 1.6). */
export function timeWriter({ migrationTimes }: Switches): (at: number) => string {
  if (migrationTimes === 'iso') return (at) => new Date(at).toISOString()
  return (at) => new Date(at).toISOString().slice(0, 19).replace('T', ' ')
}

/** Mainland and Hong Kong take ten running jobs, every other region five (transfer.md 1.9). */
export function runningJobsMax({ world, switches }: Environment): number {
  if (switches.migrationRunningJobsMax > 0) return switches.migrationRunningJobsMax
  return world.alibaba.region.startsWith('cn-') ? 10 : 5
}
