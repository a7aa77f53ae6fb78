import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FileJournal } from '../../../src/journal/file-journal.js'
import { RunFolder } from '../../../src/journal/run-folder.js'
import type { CatalogEntry, CatalogObject, RelationKind } from '../../../src/model/catalog.js'
import type { Fact } from '../../../src/model/facts.js'
import type { PlanHeader, RelationPlan } from '../../../src/model/plan.js'
import { makePlan, type PlanSummary } from '../../../src/stages/plan.js'
import { defaultTypePolicy } from '../../../src/translate/type-policy.js'
import type { PlanPolicy } from '../../../src/translate/relation.js'
import { decodeSourceType } from '../../../src/source/redshift/source-type.js'

const policy: PlanPolicy = {
  types: defaultTypePolicy,
  naming: { project: 'p', table: '{table}' },
  depth: 'aggregates',
}

const target: Fact = {
  fact: 'target',
  project: 'p',
  typeEdition: '2.0',
  schemaModel: false,
  resultRowCountMax: 10_000,
}

const kinds: readonly RelationKind[] = ['table', 'view', 'late-binding-view', 'materialized-view', 'external-table']

/** Of every class of concern there is one; two names that differ in case make two relations of one table. */
const relation = fc.record({
  schema: fc.constantFrom('sales', 'Sales', 'web'),
  name: fc.constantFrom('orders', 'ORDERS', 'mv_tbl__daily__0', 'a b', 'día', 'x'.repeat(127)),
  kind: fc.constantFrom(...kinds),
  types: fc.array(fc.constantFrom('integer', 'super', 'hllsketch', 'numeric(38,30)', 'date', 'character varying(9)')),
})

const object = fc.record({
  kind: fc.constantFrom<CatalogObject['kind'][]>('procedure', 'function', 'grant'),
  schema: fc.constantFrom('sales', 'web'),
  name: fc.constantFrom('f', 'g'),
  signature: fc.constantFrom('()', '(integer)', 'SELECT ON sales.f TO PUBLIC'),
  language: fc.constantFrom('sql', 'plpythonu', 'exfunc', 'mlfunc', 'plpgsql', 'something'),
})

interface Drawn {
  readonly schema: string
  readonly name: string
  readonly kind: RelationKind
  readonly types: readonly string[]
}

function entryOf({ schema, name, kind, types }: Drawn): CatalogEntry {
  const columns = types.map((text, n) => ({
    name: `c${n}`,
    ordinal: n + 1,
    type: decodeSourceType({ text }),
    notNull: false,
    distKey: false,
    sortKeyPosition: 0,
  }))
  return { schema, name, kind, columns, constraints: [] }
}

interface Made {
  readonly summary: PlanSummary
  readonly header: PlanHeader
  readonly plans: readonly RelationPlan[]
}

async function planOf(
  entries: readonly CatalogEntry[],
  objects: readonly CatalogObject[],
  facts: readonly Fact[],
): Promise<Made> {
  const path = await mkdtemp(join(tmpdir(), 'coverage-'))
  try {
    const folder = new RunFolder(path)
    const journal = await FileJournal.open(folder.file('journal.jsonl'), {
      redact: (one) => one,
      now: () => new Date(),
    })
    await folder.writeLines('catalog.jsonl', entries)
    await folder.writeLines('objects.jsonl', objects)
    await folder.writeLines('facts.jsonl', [target, ...facts])
    const header = { toolVersion: '0', run: 'r', project: 'p', consistency: 'each-relation' } as const
    const summary = await makePlan(folder, journal, policy, header)
    await journal.close()
    const lines: (PlanHeader | RelationPlan)[] = []
    for await (const line of folder.readLines<PlanHeader | RelationPlan>('plan.jsonl')) lines.push(line)
    const [first, ...plans] = lines as [PlanHeader, ...RelationPlan[]]
    return { summary, header: first, plans }
  } finally {
    await rm(path, { recursive: true })
  }
}

function tally(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

describe('coverage', () => {
  it('has every object of any catalog exactly once', async () => {
    const relations = fc.uniqueArray(relation, {
      selector: ({ schema, name }) => JSON.stringify([schema, name]),
      minLength: 1,
    })
    await fc.assert(
      fc.asyncProperty(relations, fc.array(object), async (drawn, objects) => {
        const entries = drawn.map(entryOf)
        const { header, plans, summary } = await planOf(entries, objects, [])
        const coverage = header.coverage ?? []
        expect(summary.coverage).toEqual(coverage)

        const found = tally([...entries, ...objects].map(({ kind }) => kind))
        expect(Object.fromEntries(coverage.map((row) => [row.kind, row.foundCount]))).toEqual(found)
        for (const row of coverage) {
          const { migratedCount, changedCount, blockedCount, manualCount, skippedCount } = row
          expect(migratedCount + changedCount + blockedCount + manualCount + skippedCount).toBe(row.foundCount)
        }

        const named = [
          ...plans.map(({ source }) => `table ${source.schema}.${source.name}`),
          ...[...header.skipped, ...(header.manual ?? [])].map((one) => `${one.kind} ${one.schema}.${one.name}`),
        ]
        const expected = [
          ...entries.map((entry) => `${entry.kind} ${entry.schema}.${entry.name}`),
          ...objects.map(({ kind, schema, name, signature }) =>
            kind === 'grant' ? `grant ${schema}.${signature}` : `${kind} ${schema}.${name}${signature}`,
          ),
        ]
        expect(tally(named)).toEqual(tally(expected))

        const classes = plans.map(({ concerns }) =>
          ['blocking', 'lossy'].find((each) => concerns.some((concern) => concern.class === each)),
        )
        expect(coverage.find((row) => row.kind === 'table') ?? { blockedCount: 0, changedCount: 0 }).toMatchObject({
          blockedCount: classes.filter((each) => each === 'blocking').length,
          changedCount: classes.filter((each) => each === 'lossy').length,
        })
      }),
      { numRuns: 150 },
    )
  })

  it('says what each kind becomes', async () => {
    const entries = kinds.map((kind) => entryOf({ schema: 's', name: kind, kind, types: ['integer'] }))
    const blocked = entryOf({ schema: 's', name: 'sketches', kind: 'table', types: ['hllsketch'] })
    const { header } = await planOf([...entries, blocked], [], [])
    expect(header.coverage).toEqual([
      { kind: 'table', ...none, foundCount: 2, migratedCount: 1, blockedCount: 1 },
      { kind: 'view', ...none, foundCount: 1, manualCount: 1 },
      { kind: 'late-binding-view', ...none, foundCount: 1, manualCount: 1 },
      { kind: 'materialized-view', ...none, foundCount: 1, manualCount: 1 },
      { kind: 'external-table', ...none, foundCount: 1, skippedCount: 1 },
    ])
    expect(header.skipped).toEqual([
      { kind: 'external-table', schema: 's', name: 'external-table', reason: expect.stringMatching(/S3/) as string },
    ])
    expect(header.manual?.map(({ kind }) => kind)).toEqual(['view', 'late-binding-view', 'materialized-view'])
  })

  it('makes a concern of what the source would not tell', async () => {
    const gap = { fact: 'catalog-gap', reason: 'permission denied for relation svv_table_info' } as const
    const { header, summary } = await planOf(
      [entryOf({ schema: 's', name: 't', kind: 'table', types: [] })],
      [],
      [
        { ...gap, what: 'sizes', hidesObjects: false },
        { ...gap, what: 'external schemas', hidesObjects: true },
      ],
    )
    expect(header.concerns).toMatchObject([
      { code: 'RS0206', class: 'note', message: expect.stringMatching(/^sizes.*denied for relation/) as string },
      { code: 'RS0207', class: 'lossy', message: expect.stringMatching(/^external schemas/) as string },
    ])
    expect(summary.concernCounts).toEqual({ note: 1, lossy: 1, blocking: 0 })
  })
})

const none = {
  migratedCount: 0,
  changedCount: 0,
  blockedCount: 0,
  manualCount: 0,
  skippedCount: 0,
}
