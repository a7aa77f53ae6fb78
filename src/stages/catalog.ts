import type { RunFolder } from '../journal/run-folder.js'
import type { Journal } from '../journal/journal.js'
import type { CatalogEntry, Selection } from '../model/catalog.js'
import { MigrationError } from '../model/errors.js'
import type { Fact, TargetFacts } from '../model/facts.js'
import type { Call } from '../model/work.js'
import type { Source } from '../source/source.js'
import type { Target } from '../target/target.js'

/** Reads what the source holds and what the target is like into `catalog.jsonl` and `facts.jsonl`. */
export async function readCatalog(
  places: { readonly source: Source; readonly target: Target },
  selection: Selection,
  folder: RunFolder,
  journal: Journal,
  call: Call,
): Promise<{ readonly relationCount: number }> {
  let relationCount = 0
  async function* counted(): AsyncGenerator<CatalogEntry> {
    for await (const entry of places.source.readCatalog(selection, call)) {
      relationCount += 1
      yield entry
    }
  }
  const facts: readonly Fact[] = [await places.target.facts(call)]
  await keep('facts.jsonl', facts)
  await keep('catalog.jsonl', counted())
  if (relationCount === 0) {
    throw new MigrationError('config', `select: no relation matches ${selection.select.join(', ')}`, {
      hint: 'patterns are schema.relation with *, e.g. sales.*; the user needs USAGE on the schema',
    })
  }
  return { relationCount }

  async function keep(path: string, lines: AsyncIterable<object> | Iterable<object>): Promise<void> {
    await journal.append({ event: 'document', path, sha256: await folder.writeLines(path, lines) })
  }
}

export async function targetFacts(folder: RunFolder): Promise<TargetFacts> {
  for await (const fact of folder.readLines<Fact>('facts.jsonl')) if (fact.fact === 'target') return fact
  throw new Error('facts.jsonl has no line')
}
