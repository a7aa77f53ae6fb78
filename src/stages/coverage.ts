import type { CatalogObject } from '../model/catalog.js'
import type { Fact } from '../model/facts.js'
import { relationText } from '../model/names.js'
import type { Concern, Coverage, Unmigrated } from '../model/plan.js'
import { readLines } from '../journal/lines.js'
import type { RunFolder } from '../journal/run-folder.js'
import { concernOf } from '../translate/concern-codes.js'

/** What becomes of an object of the catalog. */
export type Fate = 'migrated' | 'changed' | 'blocked' | 'manual' | 'skipped'

/** Rows come in this order; kinds that it does not name come last. */
const kindOrder = [
  'table',
  'view',
  'late-binding-view',
  'materialized-view',
  'external-table',
  'procedure',
  'function',
  'grant',
]

/** The coverage matrix, counted one object at a time: every one has exactly one fate, so that the totals add up. */
export class CoverageCount {
  readonly #counts = new Map<string, Record<Fate, number>>()

  add(kind: string, fate: Fate): void {
    const row = this.#counts.get(kind) ?? { migrated: 0, changed: 0, blocked: 0, manual: 0, skipped: 0 }
    row[fate] += 1
    this.#counts.set(kind, row)
  }

  /** One row for each kind that was found. */
  rows(): readonly Coverage[] {
    const place = (kind: string): number => (kindOrder.indexOf(kind) + kindOrder.length) % kindOrder.length
    return [...this.#counts]
      .sort(([a], [b]) => place(a) - place(b))
      .map(([kind, row]) => ({
        kind,
        foundCount: row.migrated + row.changed + row.blocked + row.manual + row.skipped,
        migratedCount: row.migrated,
        changedCount: row.changed,
        blockedCount: row.blocked,
        manualCount: row.manual,
        skippedCount: row.skipped,
      }))
  }
}

/** The worst concern decides. */
export function fateOf(concerns: readonly Concern[]): Fate {
  if (concerns.some((concern) => concern.class === 'blocking')) return 'blocked'
  return concerns.some((concern) => concern.class === 'lossy') ? 'changed' : 'migrated'
}

/** How people read it: a grant tells itself what it is on. */
export function unmigratedText(one: Unmigrated): string {
  const kind = one.kind === undefined ? '' : `${one.kind.replaceAll('-', ' ')} `
  return one.kind === 'grant' ? `grant ${one.name}` : `${kind}${relationText(one)}`
}

/** Lines of `objects.jsonl`; none where there is none. */
export async function* catalogObjects(folder: RunFolder): AsyncGenerator<CatalogObject> {
  for await (const line of readLines(folder.file('objects.jsonl'))) yield JSON.parse(line.text) as CatalogObject
}

/** What the source would not tell, as concerns of the whole plan. */
export async function gapConcerns(folder: RunFolder): Promise<readonly Concern[]> {
  const concerns: Concern[] = []
  for await (const line of readLines(folder.file('facts.jsonl'))) {
    const fact = JSON.parse(line.text) as Fact
    if (fact.fact !== 'catalog-gap') continue
    const code = fact.hidesObjects === true ? 'RS0207' : 'RS0206'
    concerns.push(concernOf(code, `${fact.what}: not told by the source: ${fact.reason}`))
  }
  return concerns
}
