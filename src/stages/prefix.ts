import { createHash } from 'node:crypto'
import type { Location } from '../model/names.js'

/**
 * `<root>/<hash4>/<run>/<consignment>/<relationId>/<attempt>/`: new for every attempt, because UNLOAD checks its
 * destination by string prefix, LOAD reads every object below its location, and object stores throttle sequential keys.
 */
export function attemptPrefix(
  root: Location,
  run: string,
  consignment: string,
  relationId: string,
  attempt: number,
): Location {
  const prefix = consignmentPrefix(root, run, consignment)
  return { ...prefix, key: `${prefix.key}${relationId}/${attempt}/` }
}

/** What one job carries lies below it: all relations of a consignment. */
export function consignmentPrefix(root: Location, run: string, consignment: string): Location {
  const hash = createHash('sha256').update(`${run}/${consignment}`).digest('hex').slice(0, 4)
  return { ...root, key: `${root.key}${hash}/${run}/${consignment}/` }
}

/** `[a-z0-9-]`, at most 63 characters: fits a MaxCompute job name, a Redshift query group and a migration-job name. */
export function attemptToken(run: string, step: string, relationId: string, attempt: number): string {
  return `mig-${run}-${step}-${relationId.slice(-8)}-${attempt}`.toLowerCase()
}
