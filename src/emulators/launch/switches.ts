import { defaultSwitches as maxcomputeSwitches, readSwitches as readMaxCompute } from '../maxcompute/switches.js'
import {
  defaultSwitches as onlineMigrationSwitches,
  readSwitches as readOnlineMigration,
} from '../online-migration/switches.js'
import { defaultSwitches as redshiftSwitches, readSwitches as readRedshift } from '../redshift/switches.js'

type Chosen = Readonly<Record<string, unknown>>

/** Each emulator's switches, by the names it knows; a name that none knows throws, and so does a setting out of place. */
export function splitSwitches(chosen: Chosen): {
  readonly redshift: Chosen
  readonly maxcompute: Chosen
  readonly onlineMigration: Chosen
} {
  const knownTo = (known: object): Chosen =>
    Object.fromEntries(Object.entries(chosen).filter(([name]) => Object.hasOwn(known, name)))
  const split = {
    redshift: knownTo(redshiftSwitches),
    maxcompute: knownTo(maxcomputeSwitches),
    onlineMigration: knownTo(onlineMigrationSwitches),
  }
  const stranger = Object.keys(chosen).find((name) => !Object.values(split).some((known) => name in known))
  if (stranger !== undefined) throw new Error(`no emulator has a switch ${stranger}`)
  readRedshift(split.redshift)
  readMaxCompute(split.maxcompute)
  readOnlineMigration(split.onlineMigration)
  return split
}
