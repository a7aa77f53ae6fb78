import { MigrationError } from '../../model/errors.js'
import type { TableArrangement } from '../target.js'
import { readArrangement } from './arrangement.js'
import type { Asker } from './asker.js'
import {
  readPartition,
  readPartitionPage,
  readSchemaPage,
  readTenant,
  type PartitionListing,
  type SchemaListing,
  type TenantInfo,
} from './catalog-documents.js'
import type { Bounds, Connection } from './connection.js'
import { isNoPartition, isNoTable } from './errors.js'
import {
  readProject,
  readTable,
  readTablePage,
  type ProjectInfo,
  type TableInfo,
  type TableListing,
} from './metadata.js'
import { escapeXml } from './xml.js'

/** Where a table is, when not in the client's own project and schema. */
export interface Place {
  readonly project?: string
  readonly schema?: string
}

/** Without it some listings give no marker, and end after a page. */
const listed = { expectmarker: 'true' }

/** What a project holds (maxcompute.md 3): the part of the client that asks about tables rather than runs statements. */
export class CatalogClient {
  readonly project: string
  readonly schema: string | undefined
  protected readonly connection: Connection
  protected readonly asker: Asker

  protected constructor(
    connection: Connection,
    asker: Asker,
    of: { readonly project: string; readonly schema?: string },
  ) {
    this.connection = connection
    this.asker = asker
    this.project = of.project
    this.schema = of.schema
  }

  /** With all properties, those that the project inherits included. */
  getProject(bounds: Bounds = {}): Promise<ProjectInfo> {
    return this.asker.read(
      { path: `/projects/${this.project}`, query: { properties: 'all' } },
      (body) => readProject(body, this.project),
      bounds,
    )
  }

  /** Of the project; `odps.namespace.schema` among its parameters says whether SQL names have three levels. */
  getTenant(bounds: Bounds = {}): Promise<TenantInfo> {
    return this.asker.read({ path: '/tenants' }, readTenant, bounds)
  }

  /** Of a project with names of three levels; one of two levels shows `default`, or refuses. */
  listSchemas(bounds: Bounds = {}): AsyncGenerator<SchemaListing, void, undefined> {
    return this.asker.pages({ path: `/projects/${this.project}/schemas`, query: listed }, readSchemaPage, bounds)
  }

  /** Throws `target-refused` where it is there already or the project has no schemas. */
  async createSchema(name: string, bounds: Bounds = {}): Promise<void> {
    const body = `<Schema><Name>${escapeXml(name)}</Name></Schema>`
    const request = this.asker.request({ method: 'POST', path: `/projects/${this.project}/schemas`, body })
    await this.connection.ask(request, bounds)
  }

  /** Tables and views whose names start with the prefix, page by page. */
  listTables(prefix?: string, bounds: Bounds = {}, place: Place = {}): AsyncGenerator<TableListing, void, undefined> {
    const query = prefix === undefined || prefix === '' ? listed : { ...listed, name: prefix }
    return this.asker.pages({ path: `${this.#place(place)}/tables`, query }, readTablePage, bounds, place.schema)
  }

  /** All partitions of a table, or those that the prefix names: `ds=20200101`. */
  listPartitions(
    table: string,
    of: Place & { readonly prefix?: string } = {},
    bounds: Bounds = {},
  ): AsyncGenerator<PartitionListing, void, undefined> {
    const query = { ...listed, partitions: '', ...(of.prefix === undefined ? {} : { partition: of.prefix }) }
    return this.asker.pages({ path: `${this.#place(of)}/tables/${table}`, query }, readPartitionPage, bounds, of.schema)
  }

  /** `values` by partition column, all of them. A table that is not there is `target-missing`. */
  async hasPartition(
    table: string,
    values: Readonly<Record<string, string>>,
    place: Place = {},
    bounds: Bounds = {},
  ): Promise<boolean> {
    const path = `${this.#place(place)}/tables/${table}`
    const request = this.asker.request({ path, query: { partition: partitionText(values) } }, place.schema)
    const reply = await this.connection.send(request, bounds)
    if (reply.kind === 'refusal' && isNoPartition(reply)) return false
    if (reply.kind !== 'answer') return this.connection.fail(request, reply, bounds)
    return this.asker.parsed(request, reply.body, readPartition, bounds)
  }

  /** Undefined when there is no such table; a missing project or schema is `target-missing`. */
  getTable(name: string, place: Place = {}, bounds: Bounds = {}): Promise<TableInfo | undefined> {
    return this.#readTable(name, place, {}, readTable, bounds)
  }

  /** Its clustering and key; undefined and errors as of `getTable`. */
  getArrangement(name: string, place: Place = {}, bounds: Bounds = {}): Promise<TableArrangement | undefined> {
    return this.#readTable(name, place, { extended: '' }, readArrangement, bounds)
  }

  async #readTable<T>(
    name: string,
    place: Place,
    query: Readonly<Record<string, string>>,
    parse: (body: string) => T | undefined,
    bounds: Bounds,
  ): Promise<T | undefined> {
    const request = this.asker.request({ path: `${this.#place(place)}/tables/${name}`, query }, place.schema)
    const reply = await this.connection.send(request, bounds)
    if (reply.kind === 'refusal' && isNoTable(reply)) return undefined
    if (reply.kind !== 'answer') return this.connection.fail(request, reply, bounds)
    return this.asker.parsed(request, reply.body, parse, bounds)
  }

  #place({ project }: Place): string {
    return `/projects/${project ?? this.project}`
  }
}

/** `ds='20200101',hh='01'`; how the service reads a quote, a comma or a slash within is not told anywhere. */
function partitionText(values: Readonly<Record<string, string>>): string {
  const parts = Object.entries(values).map(([column, value]) => {
    if (!/[',/]/.test(value)) return `${column}='${value}'`
    throw new MigrationError('target-refused', `partition ${column}: the value ${value} cannot be asked for by name`, {
      hint: 'list the partitions instead',
    })
  })
  return parts.join(',')
}
