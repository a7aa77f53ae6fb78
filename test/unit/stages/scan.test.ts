import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FileJournal } from '../../../src/journal/file-journal.js'
import { RunFolder } from '../../../src/journal/run-folder.js'
import type { CatalogEntry } from '../../../src/model/catalog.js'
import { MigrationError } from '../../../src/model/errors.js'
import type { Fact } from '../../../src/model/facts.js'
import type { PlanHeader, RelationPlan } from '../../../src/model/plan.js'
import type { Source } from '../../../src/source/source.js'
import { inOrderAtOnce } from '../../../src/stages/at-once.js'
import { makePlan } from '../../../src/stages/plan.js'
import { scanRelations } from '../../../src/stages/scan.js'
import type { PlanPolicy } from '../../../src/translate/relation.js'
import { defaultTypePolicy } from '../../../src/translate/types.js'
import { catalogColumn, plainType } from '../translate/every-type.js'

const policy: PlanPolicy = { naming: { project: 'p', table: '{table}' }, types: defaultTypePolicy, depth: 'aggregates' }
const target: Fact = {
  fact: 'target',
  project: 'p',
  typeEdition: '2.0',
  schemaModel: false,
  resultRowCountMax: 10_000,
}
const call = { signal: new AbortController().signal, deadlineAt: Date.now() + 60_000, note: () => undefined }

function entry(name: string, ...columns: CatalogEntry['columns']): CatalogEntry {
  return { schema: 's', name, kind: 'table', columns, constraints: [] }
}

const bigint = (name: string) => catalogColumn(name, plainType('bigint'))
const catalog = [
  entry('slow', bigint('id'), bigint('other')),
  entry('nothing', catalogColumn('n', plainType('integer'))),
  { ...entry('view', bigint('id')), kind: 'view' } as CatalogEntry,
  entry('quick', bigint('id')),
  entry('last', bigint('id')),
]

/** A source that only answers how many rows violate, by `relation.column`; the relation `slow` takes its time. */
function sourceOf(answers: Readonly<Record<string, string | MigrationError>>) {
  const seen = { openCount: 0, openCountMax: 0, closedCount: 0 }
  const source = {
    open: async () => {
      seen.openCount += 1
      seen.openCountMax = Math.max(seen.openCountMax, seen.openCount)
      return {
        examine: async (of: RelationPlan, assumptions: NonNullable<RelationPlan['assumptions']>) => {
          await setTimeout(of.source.name === 'slow' ? 50 : 1)
          return assumptions.map(({ code, column }) => {
            const answer = answers[`${of.source.name}.${column}`] ?? '0'
            if (answer instanceof MigrationError) throw answer
            return { code, column, violationCount: answer }
          })
        },
        [Symbol.asyncDispose]: async () => {
          seen.openCount -= 1
          seen.closedCount += 1
        },
      }
    },
  } as unknown as Source
  return { source, seen }
}

let folder: RunFolder
let journal: FileJournal

beforeEach(async () => {
  folder = new RunFolder(await mkdtemp(join(tmpdir(), 'scan-')))
  journal = await FileJournal.open(folder.file('journal.jsonl'), { redact: (line) => line, now: () => new Date() })
  await folder.writeLines('catalog.jsonl', catalog)
  await folder.writeLines('objects.jsonl', [])
  await folder.writeLines('facts.jsonl', [target])
})

afterEach(() => journal.close())

function scan(source: Source, atOnce = 2) {
  return scanRelations(source, policy, folder, journal, { atOnce, millisecondsMax: 5_000 }, call)
}

async function lines<T>(name: string): Promise<T[]> {
  const found: T[] = []
  for await (const line of folder.readLines<T>(name)) found.push(line)
  return found
}

async function planned(): Promise<RelationPlan[]> {
  const header = { toolVersion: '0', run: 'r', project: 'p', consistency: 'each-relation' } as const
  await makePlan(folder, journal, policy, header)
  const [, ...plans] = await lines<PlanHeader | RelationPlan>('plan.jsonl')
  return plans as RelationPlan[]
}

describe('scanRelations', () => {
  it('adds its answers behind the other facts, in the order of the catalog, and once only', async () => {
    const { source, seen } = sourceOf({ 'slow.other': '7' })
    expect(await scan(source)).toEqual({ relationCount: 3, assumptionCount: 4, brokenCount: 1 })
    await scan(source)
    const [first, ...facts] = await lines<Fact>('facts.jsonl')
    expect(first).toEqual(target)
    expect(facts.map((fact) => fact.fact === 'scan' && [fact.relationId, fact.column, fact.violationCount])).toEqual([
      [expect.stringMatching(/^s_slow-/), 'id', '0'],
      [expect.stringMatching(/^s_slow-/), 'other', '7'],
      [expect.stringMatching(/^s_quick-/), 'id', '0'],
      [expect.stringMatching(/^s_last-/), 'id', '0'],
    ])
    expect(seen).toEqual({ openCount: 0, openCountMax: 2, closedCount: 6 })
  })

  it('blocks in the plan what does not hold, and only that', async () => {
    await scan(sourceOf({ 'slow.other': '7' }).source)
    const plans = await planned()
    expect(plans.flatMap(({ source, concerns }) => concerns.map((one) => [source.name, one]))).toEqual([
      [
        'slow',
        {
          code: 'RS0124',
          class: 'blocking',
          column: 'other',
          message:
            '7 rows break the assumption that other is never -9223372036854775808. Set types.smallestBigint to keep, decimal or null, or override the column with DECIMAL(20,0).',
        },
      ],
    ])
    expect(plans.map(({ assumptions = [] }) => assumptions.length)).toEqual([2, 0, 1, 1])
  })

  it('tells what the source refuses to scan, and goes on', async () => {
    const refused = new MigrationError('source-refused', 'examine s.quick: permission denied for relation quick')
    const { source } = sourceOf({ 'quick.id': refused, 'last.id': '1' })
    expect(await scan(source)).toEqual({ relationCount: 3, assumptionCount: 3, brokenCount: 1 })
    expect((await lines<Fact>('facts.jsonl')).filter((fact) => fact.fact === 'catalog-gap')).toEqual([
      { fact: 'catalog-gap', what: 'scan of s.quick', reason: refused.message },
    ])
    const codes = (await planned()).map(({ source: { name }, concerns }) => [name, ...concerns.map(({ code }) => code)])
    expect(codes).toEqual([['slow'], ['nothing'], ['quick'], ['last', 'RS0124']])
  })

  it('ends where the source can no longer be reached, and leaves the facts as they were', async () => {
    const lost = new MigrationError('source-unreachable', 'connection lost')
    await expect(scan(sourceOf({ 'quick.id': lost }).source)).rejects.toBe(lost)
    expect(await lines<Fact>('facts.jsonl')).toEqual([target])
  })
})

describe('inOrderAtOnce', () => {
  it('holds no more than its limit, keeps the order, and waits for what runs when one fails', async () => {
    const running = { now: 0, most: 0 }
    const work = async (n: number): Promise<number> => {
      running.now += 1
      running.most = Math.max(running.most, running.now)
      await setTimeout((n * 7) % 5)
      running.now -= 1
      if (n === 20) throw new Error('twenty')
      return n
    }
    const made: number[] = []
    const all = (async () => {
      for await (const n of inOrderAtOnce(
        Array.from({ length: 30 }, (_, n) => n),
        4,
        work,
      ))
        made.push(n)
    })()
    await expect(all).rejects.toThrow('twenty')
    expect(made).toEqual(Array.from({ length: 20 }, (_, n) => n))
    expect(running).toEqual({ now: 0, most: 4 })
  })
})
