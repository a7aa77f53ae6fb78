import { stagingComment, stagingTable } from '../dialect/maxcompute/load.js'
import type { Manifest, Part } from '../model/manifest.js'
import { locationText, tableText, type Location, type TableName } from '../model/names.js'
import type { RelationPlan } from '../model/plan.js'
import type { Call } from '../model/work.js'
import type { ObjectInfo, Upload } from '../store/store.js'
import { inOrderAtOnce } from './at-once.js'
import { attemptPrefix } from './prefix.js'
import { asideTable, publicationOf, type Publication } from './publish.js'
import type { Travel } from './stage.js'
import { targetManifestPath } from './transfer.js'

/**
 * Why a table exists: `staging` of a load, `backup` of a swap, `new`, which was to take, or has lost, the place, or
 * `past`, which had it between two publications.
 */
export type TableUse = 'staging' | 'backup' | 'new' | 'past'

/** Something that a run left outside, or something in its place that is not proven to be its own. */
export type Belonging =
  | { readonly kind: 'table'; readonly table: TableName; readonly use: TableUse }
  | { readonly kind: 'object'; readonly side: Side; readonly location: Location; readonly byteCount: number }
  | { readonly kind: 'upload'; readonly side: Side; readonly upload: Upload }
  | { readonly kind: 'foreign'; readonly name: string; readonly why: string }

export type Side = 'source' | 'target'

/** Objects that are asked about at a time. */
const statCountMax = 16

/** What UNLOAD calls its objects: `0003_part_00.parquet`, `000.gz`, `manifest`; below folders where it makes partitions. */
const unloadedName = /^(?:[^/]+=[^/]*\/)*(?:manifest|\d+(?:_part_\d+)?(?:\.[a-z0-9]+)*)$/

/** Everything that a relation of the run has left; a listing at a time, so that nothing grows with its size. */
export async function* belongingsOf(plan: RelationPlan, travel: Travel, call: Call): AsyncGenerator<Belonging> {
  yield* tablesOf(plan, travel, call)
  const manifest = await travel.folder.readDocument<Manifest>(targetManifestPath(plan.relationId))
  const carried = new Map(manifest?.parts.map((part) => [part.location.key, part]))
  const attemptCount = travel.journal.status(`unload/${plan.relationId}`).number
  for (let attempt = 1; attempt <= attemptCount; attempt += 1) {
    const prefixIn = (root: Location): Location =>
      attemptPrefix(root, travel.run, plan.consignment, plan.relationId, attempt)
    const [source, target] = [prefixIn(travel.settings.sourceRoot), prefixIn(travel.settings.targetRoot)]
    yield* unloadedBelow(source, travel, call)
    yield* carriedBelow(target, { source, carried }, travel, call)
  }
}

/** Never the table that bears the relation's name, and the rows of before only once others were published. */
async function* tablesOf(plan: RelationPlan, travel: Travel, call: Call): AsyncGenerator<Belonging> {
  const { journal, run } = travel
  const staging = stagingTable(plan, run)
  const found = await travel.places.target.describe(staging, call)
  if (found?.comment === stagingComment(plan, run)) yield { kind: 'table', table: staging, use: 'staging' }
  else if (found !== undefined) yield { kind: 'foreign', name: tableText(staging), why: 'its comment is not ours' }
  const publication = publicationOf(plan.relationId, journal)
  for (const use of usesOf[publication]) {
    const table = asideTable(plan, run, use === 'backup' ? 'old' : use)
    if ((await travel.places.target.describe(table, call)) !== undefined) yield { kind: 'table', table, use }
  }
}

const usesOf: Readonly<Record<Publication, readonly ('backup' | 'new' | 'past')[]>> = {
  direct: [],
  swapping: ['new'],
  published: ['backup', 'past'],
  republishing: ['backup', 'new'],
  'rolled-back': ['new', 'past'],
}

/** Redshift marks no object as ours: what lies below an attempt's prefix and is named as UNLOAD names things. */
async function* unloadedBelow(prefix: Location, travel: Travel, call: Call): AsyncGenerator<Belonging> {
  for await (const { location, byteCount } of travel.places.sourceStore.list(prefix, call)) {
    if (unloadedName.test(location.key.slice(prefix.key.length)))
      yield { kind: 'object', side: 'source', location, byteCount }
    else yield foreignObject(location, 'UNLOAD gives no such names')
  }
  for await (const upload of travel.places.sourceStore.listUploads(prefix, call))
    yield { kind: 'upload', side: 'source', upload }
}

interface Carried {
  readonly source: Location
  readonly carried: ReadonlyMap<string, Part>
}

async function* carriedBelow(prefix: Location, of: Carried, travel: Travel, call: Call): AsyncGenerator<Belonging> {
  const { targetStore } = travel.places
  const known = inOrderAtOnce(targetStore.list(prefix, call), statCountMax, async ({ location, byteCount }) => {
    const info = await targetStore.stat(location, call)
    if (info === undefined) return undefined
    if (isCarried(info, of, travel.run)) return { kind: 'object', side: 'target', location, byteCount } as const
    return foreignObject(location, 'it does not say that this run wrote it, and no manifest has it')
  })
  for await (const one of known) if (one !== undefined) yield one
  for await (const upload of targetStore.listUploads(prefix, call)) yield { kind: 'upload', side: 'target', upload }
}

/** Objects that a service copied for us bear no mark: those are known by the manifest. */
function isCarried({ location, etag, byteCount, provenance }: ObjectInfo, of: Carried, run: string): boolean {
  if (provenance?.run === run) return provenance.source.startsWith(locationText(of.source))
  const part = of.carried.get(location.key)
  return part?.etag === etag && part.byteCount === byteCount
}

function foreignObject(location: Location, why: string): Belonging {
  return { kind: 'foreign', name: locationText(location), why }
}
