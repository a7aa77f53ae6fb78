import { open } from 'node:fs/promises'
import { readLines } from '../journal/lines.js'
import type { RunFolder } from '../journal/run-folder.js'
import { MigrationError } from '../model/errors.js'
import { relationText } from '../model/names.js'
import type { PlanHeader, RelationPlan } from '../model/plan.js'

/** What is kept of a relation's plan in memory; the plan itself is read when the relation's turn comes. */
export interface PlanEntry {
  readonly relationId: string
  readonly relation: string
  readonly schema: string
  readonly name: string
  /** The target's name of it. */
  readonly table: string
  /** The target's schema, in projects that have schemas. */
  readonly tableSchema?: string
  readonly byteEstimate: number
  readonly isBlocked: boolean
  readonly consignment: string
  /** A job carries it together with the others of its consignment. */
  readonly by?: 'online'
}

/** `plan.jsonl`, opened: an index of its relations, and each plan on demand. Ten thousand plans never stand in memory. */
export class PlanBook {
  readonly header: PlanHeader
  /** Largest first: the longest way decides when all have arrived. */
  readonly entries: readonly PlanEntry[]
  readonly #path: string
  readonly #places: ReadonlyMap<string, { readonly at: number; readonly byteCount: number }>

  private constructor(
    path: string,
    header: PlanHeader,
    entries: readonly PlanEntry[],
    places: ReadonlyMap<string, { readonly at: number; readonly byteCount: number }>,
  ) {
    this.#path = path
    this.header = header
    this.entries = entries
    this.#places = places
  }

  static async open(folder: RunFolder): Promise<PlanBook> {
    const path = folder.file('plan.jsonl')
    let header: PlanHeader | undefined
    const entries: PlanEntry[] = []
    const places = new Map<string, { at: number; byteCount: number }>()
    let at = 0
    for await (const line of readLines(path)) {
      if (header === undefined) header = JSON.parse(line.text) as PlanHeader
      else {
        const plan = JSON.parse(line.text) as RelationPlan
        entries.push(entryOf(plan))
        places.set(plan.relationId, { at, byteCount: line.endsAt - at })
      }
      at = line.endsAt
    }
    if (header === undefined) throw noPlan(path)
    entries.sort((a, b) => b.byteEstimate - a.byteEstimate || (a.relation < b.relation ? -1 : 1))
    return new PlanBook(path, header, entries, places)
  }

  async read(relationId: string): Promise<RelationPlan> {
    const place = this.#places.get(relationId)
    if (place === undefined) throw new Error(`plan.jsonl has no relation ${relationId}`)
    const handle = await open(this.#path, 'r')
    try {
      const buffer = Buffer.alloc(place.byteCount)
      await handle.read(buffer, 0, place.byteCount, place.at)
      return JSON.parse(buffer.toString('utf8')) as RelationPlan
    } finally {
      await handle.close()
    }
  }
}

function noPlan(path: string): MigrationError {
  return new MigrationError('plan-drifted', `${path}: there is no plan`, { hint: 'run migrate plan first' })
}

function entryOf(plan: RelationPlan): PlanEntry {
  return {
    relationId: plan.relationId,
    relation: relationText(plan.source),
    schema: plan.source.schema,
    name: plan.source.name,
    table: plan.target.name,
    ...(plan.target.schema === undefined ? {} : { tableSchema: plan.target.schema }),
    byteEstimate: plan.byteEstimate ?? 0,
    isBlocked: plan.concerns.some((concern) => concern.class === 'blocking'),
    consignment: plan.consignment,
    ...(plan.by === undefined ? {} : { by: plan.by }),
  }
}
