import { MigrationError } from '../../model/errors.js'
import type { Bounds, Connection, ResourceRequest } from './connection.js'

/** Pages of one listing; a service that never ends its markers is stopped here. */
export const pageCountMax = 100_000

export type Asked = Partial<ResourceRequest> & { readonly path: string }

export interface Page<Item> {
  readonly items: readonly Item[]
  readonly marker?: string
}

/** Asks for documents of one project, in its name and current schema. */
export class Asker {
  readonly #connection: Connection
  readonly #project: string
  readonly #schema: string | undefined

  constructor(connection: Connection, project: string, schema: string | undefined) {
    this.#connection = connection
    this.#project = project
    this.#schema = schema
  }

  request(asked: Asked, schema = this.#schema): ResourceRequest {
    const current = { curr_project: this.#project, ...(schema === undefined ? {} : { curr_schema: schema }) }
    return { method: 'GET', ...asked, query: { ...asked.query, ...current } }
  }

  /** What the document says; `target-failed` where the answer is no such document. */
  async read<T>(
    asked: Asked,
    parse: (body: string) => T | undefined,
    bounds: Bounds,
    schema = this.#schema,
  ): Promise<T> {
    const request = this.request(asked, schema)
    const answer = await this.#connection.ask(request, bounds)
    return this.parsed(request, answer.body, parse, bounds)
  }

  /** All items of a listing, page by page until there is no marker. */
  async *pages<Item>(
    asked: Asked,
    parse: (body: string) => Page<Item> | undefined,
    bounds: Bounds,
    schema = this.#schema,
  ): AsyncGenerator<Item, void, undefined> {
    let marker: string | undefined
    for (let count = 0; count < pageCountMax; count += 1) {
      const more: Readonly<Record<string, string>> = marker === undefined ? {} : { marker }
      const query = { ...asked.query, ...more }
      const page = await this.read({ ...asked, query }, parse, bounds, schema)
      yield* page.items
      if (page.marker === undefined) return
      if (page.marker === marker) break
      marker = page.marker
    }
    throw new MigrationError('target-failed', `${bounds.subject ?? asked.path}: the listing does not end`)
  }

  parsed<T>(request: ResourceRequest, body: string, parse: (body: string) => T | undefined, bounds: Bounds): T {
    const value = parse(body)
    if (value !== undefined) return value
    const subject = bounds.subject ?? `${request.method} ${request.path}`
    throw new MigrationError(
      'target-failed',
      `${subject}: the answer is not the document of this resource: ${body.slice(0, 200)}`,
      { hint: `check that ${this.#connection.endpoint} is MaxCompute's own address and no proxy answers` },
    )
  }
}
