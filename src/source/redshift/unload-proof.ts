import { MigrationError } from '../../model/errors.js'
import { below, locationText, relationText, type Location } from '../../model/names.js'
import type { FileColumn } from '../../model/manifest.js'
import { partColumns } from '../../model/part-columns.js'
import type { RelationPlan, TextLayout } from '../../model/plan.js'
import type { Call } from '../../model/work.js'
import type { ObjectInfo, ObjectStore } from '../../store/store.js'
import type { UnloadedPart } from '../source.js'
import { columnsOfAll, readParquetFooter, type ParquetFooter } from './parquet-footer.js'
import { parseUnloadManifest, type UnloadManifest } from './unload-manifest.js'

export interface ProvenUnload {
  readonly rowCount: number
  readonly byteCount: number
  readonly parts: readonly UnloadedPart[]
  readonly columns: readonly FileColumn[]
}

/** Name of the manifest below the prefix (redshift.md 1.4); written last, so it marks a whole UNLOAD. */
export const manifestName = 'manifest'
/** Most objects that one UNLOAD may have written. */
const partCountMax = 200_000
const manifestByteCountMax = 134_217_728
/** Footers that are read at a time. */
const footersInFlightMax = 16

export interface Unloaded {
  readonly to: Location
  /** `unload sales.orders`, for messages. */
  readonly subject: string
  /** What Redshift counted; undefined when its history does not tell any more. */
  readonly rowCount: bigint | undefined
  /** Names of the plan's columns, in order. */
  readonly columns: readonly string[]
  /** Set for csv and text parts, which have no footers. */
  readonly layout?: Pick<TextLayout, 'header'>
}

/** What an UNLOAD of this plan must have written. */
export function unloadedOf(plan: RelationPlan, to: Location, rowCount: bigint | undefined): Unloaded {
  return {
    to,
    subject: `unload ${relationText(plan.source)}`,
    rowCount,
    columns: partColumns(plan).map((column) => column.target),
    ...(plan.layout === undefined ? {} : { layout: plan.layout }),
  }
}

/**
 * Demands that Redshift's count, the manifest, the listing and the Parquet footers tell of the same rows and bytes; csv and
 * text have no footers, and their columns are those that the manifest names.
 * Throws `source-failed` with both figures where they do not, and the store's own errors.
 */
export async function proveUnload(store: ObjectStore, unloaded: Unloaded, call: Call): Promise<ProvenUnload> {
  const objects = await listObjects(store, unloaded, call)
  const manifestKey = below(unloaded.to, manifestName).key
  const manifestObject = objects.get(manifestKey)
  if (manifestObject === undefined) return proveEmpty(unloaded, objects.size)
  objects.delete(manifestKey)
  const manifest = withoutHeaders(await readManifest(store, manifestObject, unloaded, call), unloaded)
  demand(unloaded, 'rows', 'the manifest', BigInt(manifest.rowCount), 'Redshift', unloaded.rowCount)
  const paired = pairParts(unloaded, manifest, objects)
  if (unloaded.layout !== undefined) return proveText(unloaded, manifest, paired)
  const footers = await readFooters(
    store,
    paired.map(({ object }) => object),
    call,
  )
  const parts = paired.map((each, n) => provePart(unloaded, each, footers[n]))
  const byteCount = sum(parts.map((part) => part.byteCount))
  demand(
    unloaded,
    'rows',
    'the Parquet footers',
    sum(parts.map((part) => part.rowCount)),
    'the manifest',
    manifest.rowCount,
  )
  demand(unloaded, 'bytes', 'the listing', byteCount, 'the manifest', manifest.byteCount)
  return { rowCount: manifest.rowCount, byteCount, parts, columns: proveColumns(unloaded, footers) }
}

/** The names of columns are the manifest's, in the order in which LOAD takes the fields. No rows: nothing to carry. */
function proveText(unloaded: Unloaded, manifest: UnloadManifest, paired: readonly PairedPart[]): ProvenUnload {
  const { subject, columns: planned } = unloaded
  const parts = paired.map(({ object, rowCount }) => ({
    key: object.location.key,
    byteCount: object.byteCount,
    rowCount,
    etag: object.etag,
  }))
  const rowCount = sum(parts.map((part) => part.rowCount))
  const byteCount = sum(parts.map((part) => part.byteCount))
  demand(unloaded, 'rows', "the manifest's entries", rowCount, 'the manifest', manifest.rowCount)
  demand(unloaded, 'bytes', 'the listing', byteCount, 'the manifest', manifest.byteCount)
  const found = manifest.columns.map((column) => column.name).join(', ')
  if (found !== planned.join(', ')) {
    throw failed(subject, `the manifest has the columns (${found}), the plan (${planned.join(', ')})`)
  }
  if (rowCount === 0) return { rowCount, byteCount: 0, parts: [], columns: [] }
  return { rowCount, byteCount, parts, columns: manifest.columns }
}

/** HEADER makes a line of every part, which the manifest counts among the rows (redshift.md 1.6). */
function withoutHeaders(manifest: UnloadManifest, { layout, subject }: Unloaded): UnloadManifest {
  if (layout?.header !== true) return manifest
  const entries = manifest.entries.map((entry) => ({ ...entry, rowCount: entry.rowCount - 1 }))
  const bare = entries.find((entry) => entry.rowCount < 0)
  if (bare !== undefined)
    throw failed(subject, `the manifest counts no line in ${bare.url}, not even that of its header`)
  return { ...manifest, entries, rowCount: manifest.rowCount - entries.length }
}

async function listObjects(
  store: ObjectStore,
  { to, subject }: Unloaded,
  call: Call,
): Promise<Map<string, ObjectInfo>> {
  const objects = new Map<string, ObjectInfo>()
  for await (const object of store.list(to, call)) {
    objects.set(object.location.key, object)
    if (objects.size > partCountMax) throw failed(subject, `over ${partCountMax} objects below ${locationText(to)}`)
  }
  return objects
}

/** Zero rows leave neither parts nor a manifest (redshift.md 1.6): only the count tells them from a lost manifest. */
function proveEmpty({ to, subject, rowCount }: Unloaded, objectCount: number): ProvenUnload {
  if (objectCount === 0 && rowCount === 0n) return { rowCount: 0, byteCount: 0, parts: [], columns: [] }
  const counted = rowCount === undefined ? 'an unknown number of' : String(rowCount)
  throw failed(
    subject,
    `Redshift says ${counted} rows, but ${locationText(to)} has no manifest and ${objectCount} objects`,
  )
}

async function readManifest(
  store: ObjectStore,
  object: ObjectInfo,
  { subject }: Unloaded,
  call: Call,
): Promise<UnloadManifest> {
  if (object.byteCount > manifestByteCountMax) throw failed(subject, `its manifest has ${object.byteCount} bytes`)
  const chunks: Buffer[] = []
  for await (const chunk of await store.read(object.location, { ifMatch: object.etag }, call))
    chunks.push(chunk as Buffer)
  return parseUnloadManifest(Buffer.concat(chunks).toString('utf8'), subject)
}

interface PairedPart {
  readonly object: ObjectInfo
  readonly rowCount: number
}

/** The manifest's entries and the listing are the same set of objects, byte for byte as long. */
function pairParts(
  unloaded: Unloaded,
  manifest: UnloadManifest,
  objects: ReadonlyMap<string, ObjectInfo>,
): readonly PairedPart[] {
  const paired = new Map<string, PairedPart>()
  for (const entry of manifest.entries) {
    const object = objects.get(keyOf(entry.url, unloaded))
    if (object === undefined)
      throw failed(unloaded.subject, `the manifest names ${entry.url}, which the listing has not`)
    demand(unloaded, 'bytes', `the listing of ${entry.url}`, object.byteCount, 'the manifest', entry.byteCount)
    paired.set(object.location.key, { object, rowCount: entry.rowCount })
  }
  demand(unloaded, 'objects', 'the manifest', manifest.entries.length, 'its distinct objects', paired.size)
  const stranger = [...objects.keys()].find((key) => !paired.has(key))
  if (stranger !== undefined) throw failed(unloaded.subject, `${stranger} lies there, but is not in the manifest`)
  return [...paired.values()].sort((a, b) => (a.object.location.key < b.object.location.key ? -1 : 1))
}

function keyOf(url: string, { to }: Unloaded): string {
  const start = `s3://${to.bucket}/`
  return url.startsWith(start) ? url.slice(start.length) : url
}

async function readFooters(store: ObjectStore, objects: readonly ObjectInfo[], call: Call): Promise<ParquetFooter[]> {
  const footers: ParquetFooter[] = []
  for (let first = 0; first < objects.length; first += footersInFlightMax) {
    const batch = objects.slice(first, first + footersInFlightMax)
    footers.push(...(await Promise.all(batch.map((object) => readParquetFooter(store, object, call)))))
  }
  return footers
}

function provePart(
  unloaded: Unloaded,
  { object, rowCount }: PairedPart,
  footer: ParquetFooter | undefined,
): UnloadedPart {
  const { key } = object.location
  demand(unloaded, 'rows', `the footer of ${key}`, footer?.rowCount ?? -1, 'the manifest', rowCount)
  return { key, byteCount: object.byteCount, rowCount, etag: object.etag }
}

/** LOAD matches columns by name, and a file that lacks one loads as NULL without a word: names are compared here too. */
function proveColumns({ subject, columns }: Unloaded, footers: readonly ParquetFooter[]): readonly FileColumn[] {
  const first = footers[0]?.columns ?? []
  const planned = columns.join(', ')
  for (const footer of footers) {
    const found = footer.columns.map((column) => column.name).join(', ')
    if (found !== planned) throw failed(subject, `a part has the columns (${found}), the plan (${planned})`)
    const differs = footer.columns.find((column, n) => column.physicalType !== first[n]?.physicalType)
    if (differs !== undefined) throw failed(subject, `column ${differs.name} has several physical types in its parts`)
  }
  return columnsOfAll(footers)
}

/** Both figures in the message; nothing is demanded of a figure that nobody knows. */
function demand(
  { subject }: Unloaded,
  what: string,
  one: string,
  figure: number | bigint,
  other: string,
  expected: number | bigint | undefined,
): void {
  if (expected === undefined || BigInt(figure) === BigInt(expected)) return
  throw failed(subject, `${figure} ${what} by ${one}, ${expected} by ${other}`)
}

function failed(subject: string, what: string): MigrationError {
  return new MigrationError('source-failed', `${subject}: ${what}`, {
    hint: 'nothing of it is used; the command run again unloads it under a new prefix',
  })
}

function sum(figures: readonly number[]): number {
  return figures.reduce((total, figure) => total + figure, 0)
}
