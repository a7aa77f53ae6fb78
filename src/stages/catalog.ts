import type { Journal } from '../journal/journal.js'
import type { RunFolder } from '../journal/run-folder.js'
import type { Selection } from '../model/catalog.js'
import { MigrationError } from '../model/errors.js'
import type { CatalogGap, Fact, TargetFacts } from '../model/facts.js'
import type { Call } from '../model/work.js'
import type { CatalogCall, Source } from '../source/source.js'
import type { Target } from '../target/target.js'

export interface CatalogCounts {
  readonly relationCount: number
  /** Procedures, functions and grants. */
  readonly objectCount: number
  readonly gaps: readonly CatalogGap[]
}

/** Reads what the source holds and what the target is like into `catalog.jsonl`, `objects.jsonl` and `facts.jsonl`. */
export async function readCatalog(
  places: { readonly source: Source; readonly target: Target },
  selection: Selection,
  folder: RunFolder,
  journal: Journal,
  call: Call,
): Promise<CatalogCounts> {
  const gaps: CatalogGap[] = []
  const asking: CatalogCall = { ...call, missing: (gap) => void gaps.push(gap) }
  const target: TargetFacts = await places.target.facts(call)
  const relationCount = await keep('catalog.jsonl', places.source.readCatalog(selection, asking))
  if (relationCount === 0) {
    throw new MigrationError('config', `select: no relation matches ${selection.select.join(', ')}`, {
      hint: 'patterns are schema.relation with *, e.g. sales.*; the user needs USAGE on the schema',
    })
  }
  const objectCount = await keep('objects.jsonl', places.source.readObjects(selection, asking))
  const facts: readonly Fact[] = [target, ...gaps]
  await keep('facts.jsonl', facts)
  return { relationCount, objectCount, gaps }

  /** Returns how many lines there were. */
  async function keep(path: string, lines: AsyncIterable<object> | Iterable<object>): Promise<number> {
    let lineCount = 0
    async function* counted(): AsyncGenerator<object> {
      for await (const line of lines) {
        lineCount += 1
        yield line
      }
    }
    await journal.append({ event: 'document', path, sha256: await folder.writeLines(path, counted()) })
    return lineCount
  }
}

/** Adds to `facts.jsonl` what was found out elsewhere. */
export async function addFact(folder: RunFolder, journal: Journal, fact: Fact): Promise<void> {
  const facts: Fact[] = []
  for await (const known of folder.readLines<Fact>('facts.jsonl')) facts.push(known)
  const sha256 = await folder.writeLines('facts.jsonl', [...facts, fact])
  await journal.append({ event: 'document', path: 'facts.jsonl', sha256 })
}

export async function targetFacts(folder: RunFolder): Promise<TargetFacts> {
  for await (const fact of folder.readLines<Fact>('facts.jsonl')) if (fact.fact === 'target') return fact
  throw new Error('facts.jsonl has no line')
}
