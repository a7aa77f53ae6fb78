import type { Bounds } from './connection.js'
import type { InstanceFilter, InstanceInfo, InstanceSource } from './instance.js'

/** How far back an instance is looked for when nobody knows when it was submitted; a resumed run may be weeks old. */
export const historyMilliseconds = 30 * 24 * 3_600_000
/** This machine's clock may be ahead of the service's by as much as a signature allows, and more is cheap. */
const clockMilliseconds = 3_600_000
/** More instances than this under one name mean that the service did not filter by it. */
const candidateCountMax = 50

export type LookUp =
  | { readonly kind: 'none' }
  | { readonly kind: 'one'; readonly instance: string }
  /** Seen, but nobody can tell which, if any, is meant. */
  | { readonly kind: 'unclear'; readonly reason: string }

/** What a look-up asks of the register. */
export interface InstanceRegister {
  findInstances(filter: InstanceFilter, bounds?: Bounds): Promise<readonly InstanceInfo[]>
  instanceSource(id: string, bounds?: Bounds): Promise<InstanceSource>
}

/**
 * Finds the instance that was submitted under a job name (and the same guid). What the listing gives is not believed:
 * each instance's own source must bear the name or the guid, since a service that ignored the filter would list others.
 */
export async function lookUpSubmission(
  register: InstanceRegister,
  of: { readonly jobName: string; readonly startedAt?: number },
  bounds: Bounds,
): Promise<LookUp> {
  const from = of.startedAt === undefined ? Date.now() - historyMilliseconds : of.startedAt - clockMilliseconds
  const listed = await register.findInstances({ jobName: of.jobName, from }, bounds)
  if (listed.length > candidateCountMax) {
    return { kind: 'unclear', reason: `${listed.length} instances are listed under the job name ${of.jobName}` }
  }
  const ours: string[] = []
  for (const { id } of listed) {
    const { jobName, guid } = await register.instanceSource(id, bounds)
    if (jobName === undefined && guid === undefined) {
      return { kind: 'unclear', reason: `instance ${id} does not tell its job name` }
    }
    if (jobName === of.jobName || guid === of.jobName) ours.push(id)
  }
  const [first, ...others] = ours
  if (first === undefined) return { kind: 'none' }
  if (others.length === 0) return { kind: 'one', instance: first }
  return { kind: 'unclear', reason: `${ours.length} instances bear the job name ${of.jobName}: ${ours.join(', ')}` }
}
