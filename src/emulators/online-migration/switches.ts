/**
 * How fast the emulated service goes, how much it takes, and what nobody outside it knows for certain (transfer.md 1.6,
 * 1.9). Names begin with `migration`, since all emulators share one list.
 */
export interface Switches {
  /** How long a job stays in each state that it only passes through; milliseconds. */
  readonly migrationStageMilliseconds: number
  /** How often the verification of a new address is still without a status when it is asked for. */
  readonly migrationEmptyVerifications: number
  /** How often the list of a round's failed files is not yet compiled when it is asked for. */
  readonly migrationEmptyResults: number
  /** Jobs that run at once; 0: what the region allows. */
  readonly migrationRunningJobsMax: number
  readonly migrationJobsMax: number
  readonly migrationAddressesMax: number
  /** What becomes of a launch beyond the running jobs. */
  readonly migrationOverLimit: 'refused' | 'waits'
  /** Whether a regex of a key filter must match somewhere in the key, or the whole of it. */
  readonly migrationKeyFilter: 'search' | 'whole'
  /** Whether that key begins at the bucket's root or after the prefix of the address. */
  readonly migrationKeyFilterFrom: 'bucket' | 'prefix'
  /** How a good address is spelled: documents and running code differ (transfer.md 1.6). */
  readonly migrationAvailable: 'avaliable' | 'available'
  /** Whether times are ISO or `2024-05-01 12:00:00`. */
  readonly migrationTimes: 'iso' | 'plain'
}

export const defaultSwitches: Switches = {
  migrationStageMilliseconds: 50,
  migrationEmptyVerifications: 1,
  migrationEmptyResults: 1,
  migrationRunningJobsMax: 0,
  migrationJobsMax: 500,
  migrationAddressesMax: 1000,
  migrationOverLimit: 'refused',
  migrationKeyFilter: 'search',
  migrationKeyFilterFrom: 'bucket',
  migrationAvailable: 'avaliable',
  migrationTimes: 'iso',
}

const words: Readonly<Record<string, readonly string[]>> = {
  migrationOverLimit: ['refused', 'waits'],
  migrationKeyFilter: ['search', 'whole'],
  migrationKeyFilterFrom: ['bucket', 'prefix'],
  migrationAvailable: ['avaliable', 'available'],
  migrationTimes: ['iso', 'plain'],
}

const countMax = 3_600_000

/** The defaults with what was chosen; an unknown switch or setting throws, with its name. */
export function readSwitches(chosen: Readonly<Record<string, unknown>>): Switches {
  for (const [name, value] of Object.entries(chosen)) {
    if (!Object.hasOwn(defaultSwitches, name)) throw new Error(`emulated Online Migration: there is no switch ${name}`)
    const allowed = words[name]
    const fits = allowed === undefined ? isCount(value) : typeof value === 'string' && allowed.includes(value)
    if (fits) continue
    const wanted = allowed === undefined ? `a whole number up to ${countMax}` : `one of ${allowed.join(', ')}`
    throw new Error(`emulated Online Migration: switch ${name} is ${wanted}, not ${String(value)}`)
  }
  return { ...defaultSwitches, ...chosen }
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= countMax
}
