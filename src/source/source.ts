import type { CatalogEntry, CatalogObject, Selection } from '../model/catalog.js'
import type { Fingerprinting } from '../model/fingerprint.js'
import type { CatalogGap } from '../model/facts.js'
import type { Location } from '../model/names.js'
import type { Measurable, MeasuredRelation } from '../model/measure.js'
import type { Assumption, Consistency, Examined, RelationPlan } from '../model/plan.js'
import type { FileColumn, Part } from '../model/manifest.js'
import type { Answering } from '../model/query-check.js'
import type { Call, Work } from '../model/work.js'

/** Enough to find the statement again from another process. */
export type UnloadHandle = {
  readonly token: string
  readonly prefix: string
  /** Milliseconds since 1970. */
  readonly begunAt: number
  /** Id of the snapshot that the statement reads in, so that every process settles to the same outcome. */
  readonly snapshot: string
}

export type UnloadOutcome = {
  readonly rowCount: number
  readonly byteCount: number
  readonly snapshot: string
  /** Empty for zero rows: Redshift writes neither parts nor a manifest then (redshift.md 1.6). */
  readonly parts: readonly UnloadedPart[]
  readonly columns: readonly UnloadedColumn[]
}

/** JSON forms of Part and FileColumn, so that an outcome fits into the journal. */
export type UnloadedPart = {
  readonly key: string
  readonly byteCount: number
  readonly rowCount: number
  readonly etag: string
}
export type UnloadedColumn = { readonly name: string; readonly physicalType: string; readonly nullCount?: number }

/**
 * The relations as they were at one moment. One session, one transaction (except where the mode says otherwise):
 * calls on one snapshot run one after the other, in the order they were made.
 */
export interface Snapshot extends Measurable, Answering, AsyncDisposable {
  readonly id: string
  /** How many of the rows that would be unloaded violate each assumption, in the order of the assumptions; reads only. */
  examine(of: MeasuredRelation, assumptions: readonly Assumption[], call: Call): Promise<readonly Examined[]>
  /**
   * UNLOAD of one relation below `to` (a prefix that no attempt used before). `settle` returns only after
   * manifest, listing, Parquet footers and `pg_last_unload_count()` agreed; it throws `source-failed` where they do not.
   * An UNLOAD does not outlive its connection for certain: `find` in another process looks at query history,
   * prefix and manifest, and says begun (done or running), lost, never or unknown.
   */
  unload(plan: RelationPlan, to: Location): Work<UnloadHandle, UnloadOutcome>
}

/** How the catalog is read. */
export interface CatalogCall extends Call {
  /** Told once of each thing that the source will not tell (no privilege, no such view); reading goes on without it. */
  missing(gap: CatalogGap): void
}

export interface Source {
  /** Cheap proof that the source answers; throws `source-unreachable` or `source-denied`. */
  ping(call: Call): Promise<void>
  /** Every relation that the selection names, in order of schema and name. Views too; system schemas never. */
  readCatalog(selection: Selection, call: CatalogCall): AsyncIterable<CatalogEntry>
  /**
   * What lives beside relations: procedures and functions that the selection names as it names relations, grants on
   * selected relations and routines and on their schemas.
   */
  readObjects(selection: Selection, call: CatalogCall): AsyncIterable<CatalogObject>
  /** A moment to read at. With `each-relation` open one per relation; disposing rolls back and closes. */
  open(mode: Consistency, call: Call): Promise<Snapshot>
  /** The rows of an earlier unload, told by its Parquet parts as they lie in the store, whatever the source holds now. */
  unloaded(parts: readonly Part[]): Fingerprinting
  /** Makes and drops the table of a probe. Nothing else of the product changes the source. */
  change(statement: string, call: Call): Promise<void>
  /** For a new process: settles or finds an UNLOAD of an earlier one, without a snapshot of its own. */
  resume(plan: RelationPlan, to: Location): Work<UnloadHandle, UnloadOutcome>
}

export type { FileColumn, Part }
