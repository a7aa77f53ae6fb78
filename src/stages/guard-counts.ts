import { measureKey } from '../checks/check.js'
import { MigrationError } from '../model/errors.js'
import type { Manifest } from '../model/manifest.js'
import type { Measurement } from '../model/measure.js'
import { tableText } from '../model/names.js'
import type { RelationPlan } from '../model/plan.js'

/** Who says how many there must be. */
interface Witness {
  readonly who: string
  readonly value: string | null
}

/**
 * After a LOAD: as many rows, and values in every column, as the source's snapshot counted and as the parts themselves say.
 * Two witnesses that know nothing of each other; one that does not tell leaves it to the other, and with none nothing passes.
 */
export function assertCounts(
  plan: RelationPlan,
  manifest: Manifest,
  found: readonly Measurement[],
  source: readonly Measurement[],
): void {
  const measured = new Map(source.map((one) => [measureKey(one.measure), one.value]))
  for (const one of found) {
    const asked = measured.get(measureKey(one.measure))
    const witnesses: Witness[] = [
      ...(asked === undefined ? [] : [{ who: 'the source held', value: asked }]),
      ...footerWitness(manifest, one),
    ]
    if (witnesses.length === 0) throw differs(plan, one, { who: 'nobody knows how many the source held', value: null })
    const against = witnesses.find((witness) => witness.value !== one.value)
    if (against !== undefined) throw differs(plan, one, against)
  }
}

function footerWitness({ rowCount, columns }: Manifest, { measure }: Measurement): readonly Witness[] {
  const who = 'its parts hold'
  if (measure.kind === 'row-count') return [{ who, value: String(rowCount) }]
  const nullCount = columns.find((column) => column.name === measure.column)?.nullCount
  return nullCount === undefined ? [] : [{ who, value: String(rowCount - nullCount) }]
}

function differs(
  plan: RelationPlan,
  { measure, value }: Measurement,
  { who, value: expected }: Witness,
): MigrationError {
  const what = measure.kind === 'row-count' ? 'rows' : `values in ${measure.column}`
  const told = expected === null ? who : `${who} ${expected}`
  return new MigrationError(
    'target-failed',
    `load ${tableText(plan.target)}: the table holds ${String(value)} ${what}, ${told}`,
    { hint: 'nothing was verified yet; look at the LOAD instance in the journal, then run again with --redo' },
  )
}
