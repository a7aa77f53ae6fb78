import { relationSql } from '../../dialect/redshift/identifier.js'
import type { UnloadOptions } from '../../dialect/redshift/unload.js'
import type { CatalogEntry, CatalogObject, Selection } from '../../model/catalog.js'
import { MigrationError } from '../../model/errors.js'
import type { Part } from '../../model/manifest.js'
import type { Location } from '../../model/names.js'
import type { Consistency, RelationPlan } from '../../model/plan.js'
import type { Call } from '../../model/work.js'
import type { ObjectStore } from '../../store/store.js'
import type { CatalogCall, Snapshot, Source } from '../source.js'
import { CatalogObjectReader } from './catalog-object-reader.js'
import { CatalogReader } from './catalog-reader.js'
import { ResumedUnload } from './resumed-unload.js'
import { isSystemSchema } from './schema-filter.js'
import { openSession, type SessionOptions } from './open-session.js'
import type { Session } from './session.js'
import { RedshiftSnapshot, type UnloadSettings } from './snapshot.js'
import type { UnloadKeys } from './unload-keys.js'
import { UnloadedRows } from './unloaded-rows.js'

export interface RedshiftSourceOptions {
  readonly session: SessionOptions
  /** An ARN that is attached to the cluster, several joined by commas, or `default`. This, or `unloadKeys`. */
  readonly iamRole?: string
  readonly unloadKeys?: UnloadKeys
  /** Where the bucket is, when that is known. */
  readonly s3Region?: string
  /** Where the cluster is, when that is known. */
  readonly clusterRegion?: string
  readonly kmsKeyId?: string
  readonly encryption?: 'auto'
  readonly rowGroupMegabytes?: number
  /** Reads what UNLOAD wrote. */
  readonly store: ObjectStore
  /** The run's id; query history shows it. */
  readonly run: string
}

/** Tables that are tried until one lets itself be read to pin the snapshot. */
const pinCandidateCountMax = 50

/** Amazon Redshift, provisioned or serverless. */
export class RedshiftSource implements Source {
  readonly #options: RedshiftSourceOptions

  constructor(options: RedshiftSourceOptions) {
    this.#options = options
  }

  async ping(call: Call): Promise<void> {
    const version = await this.#within(call, async (session) => {
      const { rows } = await session.query('SELECT version()', 'ping', call)
      // Redshift has been seen to end this text in a NUL (redshift.md 6.1).
      return (rows[0]?.[0] ?? '').replaceAll('\0', '')
    })
    if (version.includes('Redshift')) return
    throw new MigrationError('source-refused', `ping: the server is no Redshift, but ${version.slice(0, 80)}`)
  }

  async *readCatalog(selection: Selection, call: CatalogCall): AsyncGenerator<CatalogEntry> {
    const session = await openSession(this.#options.session, call)
    try {
      yield* new CatalogReader(session, selection, call).entries()
    } finally {
      await session.close()
    }
  }

  async *readObjects(selection: Selection, call: CatalogCall): AsyncGenerator<CatalogObject> {
    const session = await openSession(this.#options.session, call)
    try {
      yield* new CatalogObjectReader(session, selection, call).objects()
    } finally {
      await session.close()
    }
  }

  async open(mode: Consistency, call: Call): Promise<Snapshot> {
    const session = await openSession(this.#options.session, call)
    try {
      const pin = mode === 'single-transaction' ? await this.#readableTable(session, call) : undefined
      await session.query('BEGIN', 'snapshot', call)
      // Elsewhere the relation's own first statement pins, and no lock is taken on another one.
      if (pin !== undefined) await session.query(`SELECT 1 FROM ${pin} LIMIT 1`, 'snapshot', call)
      return new RedshiftSnapshot(session, mode, this.#unloadSettings())
    } catch (error) {
      await session.close()
      throw error
    }
  }

  unloaded(parts: readonly Part[]): UnloadedRows {
    return new UnloadedRows(this.#options.store, parts)
  }

  async change(statement: string, call: Call): Promise<void> {
    await this.#within(call, (session) => session.query(statement, 'probe', call))
  }

  resume(plan: RelationPlan, to: Location): ResumedUnload {
    return new ResumedUnload(this.#options.session, this.#options.store, plan, to)
  }

  #unloadSettings(): UnloadSettings {
    const { run, store, unloadKeys } = this.#options
    const keys = unloadKeys === undefined ? {} : { keys: unloadKeys }
    return { run, store, ...keys, options: this.#unloadOptions(), resume: (plan, to) => this.resume(plan, to) }
  }

  #unloadOptions(): UnloadOptions {
    const { iamRole, s3Region, clusterRegion, kmsKeyId, encryption, rowGroupMegabytes } = this.#options
    return {
      ...(iamRole === undefined ? {} : { iamRole }),
      ...(s3Region === undefined || s3Region === clusterRegion ? {} : { region: s3Region }),
      ...(kmsKeyId === undefined ? {} : { kmsKeyId }),
      ...(encryption === undefined ? {} : { encryption }),
      ...(rowGroupMegabytes === undefined ? {} : { rowGroupMegabytes }),
    }
  }

  /** Outside the transaction: a refused try would end it. Undefined when no table can be read, and nothing is to be unloaded. */
  async #readableTable(session: Session, call: Call): Promise<string | undefined> {
    const { rows } = await session.query(userTables, 'snapshot', call)
    for (const [schema, name] of rows) {
      if (schema == null || name == null || isSystemSchema(schema)) continue
      const table = relationSql({ schema, name })
      const tried = session.query(`SELECT 1 FROM ${table} LIMIT 1`, 'snapshot', call)
      if (await tried.then(() => true, refusedOnly)) return table
    }
    return undefined
  }

  async #within<T>(call: Call, work: (session: Session) => Promise<T>): Promise<T> {
    const session = await openSession(this.#options.session, call)
    try {
      return await work(session)
    } finally {
      await session.close()
    }
  }
}

const userTables = [
  'SELECT n.nspname, c.relname FROM pg_catalog.pg_class c',
  'JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace',
  "WHERE c.relkind = 'r' AND SUBSTRING(n.nspname, 1, 3) <> 'pg_' AND n.nspname NOT IN ('information_schema', 'catalog_history')",
  `ORDER BY 1, 2 LIMIT ${pinCandidateCountMax}`,
].join(' ')

function refusedOnly(error: unknown): false {
  if (error instanceof MigrationError && /^source-(denied|refused)$/.test(error.code)) return false
  throw error
}
