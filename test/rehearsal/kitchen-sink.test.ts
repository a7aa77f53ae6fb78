import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Manifest } from '../../src/model/manifest.js'
import type { PlanHeader, RelationPlan } from '../../src/model/plan.js'
import { kitchenRows } from './kitchen-sink-rows.js'
import { beyondTheEmulator, fillKitchen, kitchenDdl as ddl } from './kitchen-sink-source.js'
import { readPart, StageBucket, type Cell } from './parts.js'
import { differencesOf, isAnswer, measuredOf, recomputed, recomputedBuckets } from './recompute.js'
import { changeConfig, emulate, migrate, type Emulated, type Ended } from './rehearsal.js'
import { openSource } from './source-session.js'

const golden = new URL('../golden/kitchen-sink/concerns.json', import.meta.url)

let emulated: Emulated
let planned: Ended
let unloaded: Ended

beforeAll(async () => {
  emulated = await emulate({ seed: 'none' })
  // The parts are read by a reader of Parquet; csv and text are rehearsed by themselves.
  await changeConfig(emulated.clouds.config, (text) => text.replace(/^select:/m, 'format: parquet\nselect:'))
  await fillKitchen(emulated.clouds)
  planned = await migrate(['plan', '--config', emulated.clouds.config])
  unloaded = await migrate(['unload', '--config', emulated.clouds.config, '--json'])
})

afterAll(async () => {
  await emulated[Symbol.asyncDispose]()
})

async function runFolder(): Promise<string> {
  const [run = ''] = await readdir(join(emulated.dir, 'runs'))
  return join(emulated.dir, 'runs', run)
}

async function planLines(): Promise<readonly [PlanHeader, ...RelationPlan[]]> {
  const text = await readFile(join(await runFolder(), 'plan.jsonl'), 'utf8')
  const lines = text.trimEnd().split('\n')
  return lines.map((line) => JSON.parse(line) as never) as unknown as readonly [PlanHeader, ...RelationPlan[]]
}

/** Codes of concerns and assumptions by relation, `code column`; for the wide ones without the columns. */
function codesOf(plan: RelationPlan): readonly string[] {
  const told = [...plan.concerns, ...(plan.assumptions ?? []).map((one) => ({ ...one, code: `assumes ${one.code}` }))]
  const isWide = plan.columns.length > 1000
  const codes = told.map(({ code, column }) => (isWide || column === undefined ? code : `${code} ${column}`))
  return [...new Set(codes)].toSorted()
}

async function manifestOf({ relationId }: RelationPlan): Promise<Manifest> {
  const path = join(await runFolder(), 'manifests', 'source', `${relationId}.json`)
  return JSON.parse(await readFile(path, 'utf8')) as Manifest
}

describe('the kitchen sink', () => {
  it('is planned with exactly the expected concerns', async () => {
    expect({ code: planned.code, stderr: planned.stderr }).toEqual({ code: 10, stderr: '' })
    const [, ...plans] = await planLines()
    const found = Object.fromEntries(plans.map((plan) => [`${plan.source.schema}.${plan.source.name}`, codesOf(plan)]))
    expect(found).toEqual(JSON.parse(await readFile(golden, 'utf8')))
  })

  it('is covered whole: every object once, and the rows add up', async () => {
    const [header, ...plans] = await planLines()
    const coverage = header.coverage ?? []
    for (const { kind, foundCount, ...row } of coverage) {
      const sum = row.migratedCount + row.changedCount + row.blockedCount + row.manualCount + row.skippedCount
      expect({ kind, sum }).toEqual({ kind, sum: foundCount })
    }
    const client = await openSource(emulated.clouds)
    const { rows } = await client.query<{ relkind: string; n: string }>(
      "SELECT relkind, count(*) AS n FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace WHERE nspname = 'kitchen' AND relkind = 'r' AND relname NOT LIKE 'mv_tbl%' GROUP BY 1",
    )
    await client.end()
    const counts = Object.fromEntries(coverage.map(({ kind, foundCount }) => [kind, foundCount]))
    expect(rows).toEqual([{ relkind: 'r', n: String(counts['table']) }])
    expect(counts).toMatchObject({ view: 1, 'late-binding-view': 1, 'materialized-view': 1, procedure: 1, function: 1 })
    expect(plans).toHaveLength(counts['table'] ?? 0)
    expect(header.manual?.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['plain_view', 'dangling_view', 'counted', 'tidy(integer)', 'doubled(double precision)']),
    )
  })

  it('is unloaded but for what is blocked, which is named', async () => {
    const [, ...plans] = await planLines()
    const blocked = plans.filter(({ concerns }) => concerns.some((concern) => concern.class === 'blocking'))
    const names = blocked.map(({ source }) => `kitchen.${source.name}`).toSorted()
    expect(names).toEqual([
      'kitchen.empty_but_blocked',
      'kitchen.fine_numbers',
      'kitchen.same-name',
      'kitchen.sketches',
      'kitchen.too_wide',
    ])
    for (const name of names) expect(unloaded.stderr).toContain(`${name}: `)
    const wanted = plans.length - names.length
    expect({ code: unloaded.code, last: unloaded.lines.at(-1) }).toMatchObject({
      code: 10,
      last: { stage: 'unload', done: wanted },
    })
  })

  it.each(kitchenRows.map((filled) => [filled.relation, filled] as const))(
    'has in the parts of %s what was inserted',
    async (relation, { columns, rows }) => {
      const [, ...plans] = await planLines()
      const bare = relation.startsWith('"') ? relation.slice(1, -1) : relation
      const plan = plans.find(({ source }) => source.name === bare)
      if (plan === undefined) throw new Error(`no plan of ${relation}`)
      const manifest = await manifestOf(plan)
      const found = await readAll(manifest)
      const targets = columns.map((column) => targetOf(plan, column))
      expect(found).toHaveLength(rows.length)
      const wanted = rows.map((row) => row.map(([, value]) => value))
      expect(new Set(found.map((row) => keyOf(targets.map((target) => row[target] as Cell))))).toEqual(
        new Set(wanted.map(keyOf)),
      )
    },
  )

  it('has in the parts of spans what the source prints', async () => {
    const [, ...plans] = await planLines()
    const found = await readAll(await manifestOf(plans.find(({ source }) => source.name === 'spans') as RelationPlan))
    const client = await openSource(emulated.clouds)
    const text = 'SELECT id, CAST(y2m AS VARCHAR(64)) AS y2m, CAST(d2s AS VARCHAR(64)) AS d2s FROM kitchen.spans'
    const { rows } = await client.query<Record<string, Cell>>(text)
    await client.end()
    expect(rows.filter((row) => row['y2m'] !== null)).toHaveLength(1)
    expect(new Set(found)).toEqual(new Set(rows))
  })

  it.each([
    ['identities', ['0', '1']],
    ['default_identities', [10, 15]],
  ])('has in the parts of %s the numbers that the source counted', async (name, numbers) => {
    const [, ...plans] = await planLines()
    const found = await readAll(await manifestOf(plans.find(({ source }) => source.name === name) as RelationPlan))
    const wanted = [
      { a: numbers[0], v: 'first' },
      { a: numbers[1], v: 'second' },
    ]
    expect(new Set(found)).toEqual(new Set(wanted))
  })

  it('measured what the parts hold, as it is worked out again from their bytes', async () => {
    const [, ...plans] = await planLines()
    const compared = { measures: 0, buckets: 0, relations: 0 }
    for (const plan of plans.filter(({ concerns }) => concerns.every((concern) => concern.class !== 'blocking'))) {
      const rows = await readAll(await manifestOf(plan))
      const { measurements, fingerprint } = await measuredOf(await runFolder(), plan)
      const wrong = measurements.flatMap(({ measure, value }) => {
        const found = recomputed(plan, rows, measure)
        return isAnswer(measure, value, found) ? [] : [{ measure, value, found }]
      })
      expect({ relation: plan.source.name, wrong }).toEqual({ relation: plan.source.name, wrong: [] })
      expect(differencesOf(fingerprint, recomputedBuckets(plan, rows, fingerprint))).toEqual([])
      compared.measures += measurements.length
      compared.buckets += fingerprint.buckets.length
      compared.relations += 1
    }
    expect(compared.relations).toBe(plans.length - 5)
    expect(compared.measures).toBeGreaterThan(1000)
    expect(compared.buckets).toBeGreaterThan(30)
  })

  it('keeps names apart that differ in case alone, as a file tells them', async () => {
    const [name = ''] = beyondTheEmulator
    const args = ['--from', join(ddl, name), '--project', 'p', '--out', join(emulated.dir, 'cases')]
    const { code, lines } = await migrate(['ddl', '--config', join(emulated.dir, 'none.yaml'), '--json', ...args])
    expect({ code, last: lines.at(-1) }).toMatchObject({ code: 10, last: { relations: 3 } })
    const told = lines.map(({ relation, concerns = [] }) => [
      relation,
      (concerns as { code: string; message: string }[])
        .filter((one) => /^RS03/.test(one.code))
        .map((one) => one.message),
    ])
    expect(told.slice(0, 3)).toEqual([
      [
        'kitchen.cases',
        [expect.stringMatching(/^A becomes a_[0-9a-f]{8}$/), expect.stringMatching(/^Ab C becomes ab_c_/)],
      ],
      ['kitchen.Twin', []],
      ['kitchen.twin', [expect.stringMatching(/is already the table of kitchen\.Twin$/)]],
    ])
  })

  it('writes nothing for a relation without rows', async () => {
    const [, ...plans] = await planLines()
    const plan = plans.find(({ source }) => source.name === 'empty')
    expect((await manifestOf(plan as RelationPlan)).parts).toEqual([])
  })
})

/** -0 is not 0, and a text is not the number that it spells. */
function keyOf(row: readonly Cell[]): string {
  return JSON.stringify(row.map((cell) => (Object.is(cell, -0) ? '-0 as number' : cell)))
}

function targetOf(plan: RelationPlan, column: string): string {
  const name = column.startsWith('"') ? column.slice(1, -1).replaceAll('""', '"') : column
  const found = plan.columns.find(({ source }) => source === name)
  if (found === undefined) throw new Error(`no column ${name}`)
  return found.target
}

async function readAll(manifest: Manifest): Promise<Record<string, Cell>[]> {
  using bucket = new StageBucket(emulated.clouds)
  const rows: Record<string, Cell>[] = []
  for (const { location } of manifest.parts) rows.push(...(await readPart(await bucket.read(location.key))))
  return rows
}
