import { compareContent, differingBuckets } from '../checks/content-check.js'
import { asksContent } from '../checks/standard-checks.js'
import type { CheckResult, RelationChecks, SourceMeasurements } from '../model/documents.js'
import { MigrationError } from '../model/errors.js'
import type { Fingerprint, Fingerprinting } from '../model/fingerprint.js'
import type { Manifest } from '../model/manifest.js'
import { relationText } from '../model/names.js'
import type { RelationPlan } from '../model/plan.js'
import type { Call } from '../model/work.js'
import type { Snapshot } from '../source/source.js'
import { locateDifference, type Differing, type Sides } from './locate-difference.js'
import type { Travel } from './stage.js'
import { sourceManifestPath } from './unload.js'

/** Lines of a difference that are kept where the config says nothing. */
const differenceCountMax = 20

export interface RowsCompared {
  readonly results: readonly CheckResult[]
  readonly disclosed: Pick<RelationChecks, 'difference' | 'undisclosed'>
}

/** At the depth of content: the fingerprint of the snapshot that was unloaded against the table's, and where they differ. */
export async function compareRows(
  plan: RelationPlan,
  { fingerprint: source }: SourceMeasurements,
  travel: Travel,
  call: Call,
): Promise<RowsCompared> {
  if (!asksContent(plan)) return { results: [], disclosed: {} }
  if (source === undefined) {
    throw new MigrationError('setup-differs', `verify ${relationText(plan.source)}: its content was not measured`, {
      hint: 'unload the relation again (--redo)',
    })
  }
  const target = await travel.places.target.fingerprint(plan, [], call)
  const { result, differing } = compareContent(plan, source, target)
  const disclosed = differing.length === 0 ? {} : await disclose(plan, { source, target }, travel, call)
  return { results: [result], disclosed }
}

async function disclose(
  plan: RelationPlan,
  differing: Differing,
  travel: Travel,
  call: Call,
): Promise<RowsCompared['disclosed']> {
  const snapshot = await openSource(travel, call)
  try {
    const told = await sourceOf(plan, differing.source, snapshot, travel, call)
    return await discloseRows(plan, differing, told, travel, call)
  } catch (error) {
    return undisclosed(error)
  } finally {
    await snapshot?.[Symbol.asyncDispose]()
  }
}

/** The rows that differ between a source and the table; or why they cannot be told. */
export async function discloseRows(
  plan: RelationPlan,
  differing: Differing,
  told: Pick<Sides, 'source' | 'toldBy'>,
  travel: Travel,
  call: Call,
): Promise<RowsCompared['disclosed']> {
  const { target } = travel.places
  try {
    const { resultRowCountMax } = await target.facts(call)
    const lineCountMax = travel.settings.differenceCountMax ?? differenceCountMax
    return {
      difference: await locateDifference(plan, differing, { ...told, target, resultRowCountMax }, lineCountMax, call),
    }
  } catch (error) {
    return undisclosed(error)
  }
}

/** What cannot be told takes nothing away from the verdict: the sides differ. */
function undisclosed(error: unknown): RowsCompared['disclosed'] {
  if (!(error instanceof MigrationError) || error.code === 'interrupted') throw error
  return { undisclosed: error.message }
}

/** A source that cannot be asked any more is told by its parts. */
async function openSource(travel: Travel, call: Call): Promise<Snapshot | undefined> {
  return travel.places.source.open('each-relation', call).catch(unlessRefused)
}

function unlessRefused(error: unknown): undefined {
  if (error instanceof MigrationError && error.code !== 'interrupted') return undefined
  throw error
}

/** The source itself while it still holds what was unloaded; else the parts, which are that moment. */
async function sourceOf(
  plan: RelationPlan,
  unloaded: Fingerprint,
  snapshot: Snapshot | undefined,
  travel: Travel,
  call: Call,
): Promise<{ readonly source: Fingerprinting; readonly toldBy: 'source' | 'parts' }> {
  const now = await snapshot?.fingerprint(plan, [], call).catch(unlessRefused)
  const moved = now === undefined ? undefined : differingBuckets(plan, unloaded, now)
  if (snapshot !== undefined && moved?.length === 0) return { source: snapshot, toldBy: 'source' }
  if ((plan.format ?? 'parquet') !== 'parquet') {
    const message = `${relationText(plan.source)}: which rows differ is not told: the source has moved since, and its parts are ${plan.format ?? ''}`
    throw new MigrationError('source-refused', message)
  }
  const manifest = await travel.folder.readDocument<Manifest>(sourceManifestPath(plan.relationId))
  return { source: travel.places.source.unloaded(manifest?.parts ?? []), toldBy: 'parts' }
}
