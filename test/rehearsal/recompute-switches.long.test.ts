import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { RelationChecks } from '../../src/model/documents.js'
import type { Manifest } from '../../src/model/manifest.js'
import type { Measurement } from '../../src/model/measure.js'
import type { RelationPlan } from '../../src/model/plan.js'
import { fillKitchen } from './kitchen-sink-source.js'
import { readPart, StageBucket, type Cell } from './parts.js'
import { differencesOf, isAnswer, measuredOf, recomputed, recomputedBuckets } from './recompute.js'
import { changeConfig, emulate, migrate, type Emulated, type Ended } from './rehearsal.js'
import { openSource } from './source-session.js'

type Rows = readonly Readonly<Record<string, Cell>>[]

/** Settings that do not touch one another, the other way round than the emulators' defaults, in one run. */
interface Group {
  readonly title: string
  readonly switches: Readonly<Record<string, string | boolean | number>>
  readonly world?: object
  /** Parquet where absent. */
  readonly format?: 'csv' | 'text'
  /** Under `relations` of the config. */
  readonly relations?: readonly string[]
  /** Relations that are refused by name. */
  readonly refused: readonly string[]
  /** Of these: whose parts do not hold what the source measured. */
  readonly untrue?: readonly string[]
}

const groups: readonly Group[] = [
  {
    title: 'numbers and how they lie in Parquet',
    switches: {
      decimalText: '.5',
      sumOfBigint: 'bigint',
      parquetInteger: 'INT_32',
      parquetDecimalLength: 'eight-or-sixteen',
      timeText: 'full',
      unloadUpload: 'parts',
      csvQuoting: 'needed',
      decimalZeros: 'kept',
      decimalLeadingZero: 'dropped',
      sumDecimalScale: 'eighteen',
      nullOrder: 'largest',
      booleanText: 'upper',
      timestampFraction: 'nine',
    },
    refused: [],
  },
  {
    title: 'manifests and history',
    switches: {
      parquetSmallint: 'none',
      manifestNumericKeys: false,
      manifestCharLength: false,
      manifestTotals: false,
      timeCast: 'full',
      typeWording: 'short',
      unloadNotice: false,
      queryText: 'whole',
      historyLagMilliseconds: 1500,
      parquetTimestampZone: 'session',
      parquetNameCase: 'sensitive',
      parseErrors: 'task',
      locationWithoutEndpoint: true,
      loadNeedsHive: true,
    },
    // LOAD does not narrow an INT32 that is not annotated with 16 bits.
    refused: ['kitchen.numbers'],
  },
  {
    title: 'a serverless source, NULL for the null of JSON, partitions by prefix',
    switches: {
      parquetSuperNull: 'null',
      serverlessRowGroupSize: 'refused',
      parquetTimestampZone: 'project',
      partitionValue: 'hive',
      partitionEmptyText: 'default-partition',
      partitionBoolean: 'true',
      partitionChar: 'padded',
    },
    relations: [
      '  tpch.orders: { partition: { by: o_orderdate, unit: year, unloadPartitioned: true } }',
      '  kitchen.answered: { partition: { by: flag, unloadPartitioned: true } }',
    ],
    world: { redshift: { serverless: true }, maxcompute: { timeZone: 'America/New_York' } },
    refused: ['kitchen.documents', 'kitchen.moments'],
    untrue: ['kitchen.documents'],
  },
  {
    title: 'the Java reader, which reads no decimals',
    switches: { parquetNative: 'ignored', parquetSmallint: 'INT_32' },
    refused: [
      ...['kitchen.numbers', 'kitchen.wide', 'kitchen.价目表'],
      ...['customer', 'lineitem', 'orders', 'part', 'partsupp', 'supplier'].map((name) => `tpch.${name}`),
    ],
  },
  {
    title: 'csv',
    format: 'csv',
    switches: {
      csvEmptyText: 'bare',
      superNullText: 'marker',
      unloadFloatDigits: 'shortest',
      unloadNoRows: 'empty-files',
      jsonBoolean: 'bare',
      quotedNullIndicator: 'value',
    },
    refused: [],
  },
  {
    title: 'text',
    format: 'text',
    switches: { addQuotesNull: 'quoted', escapeSuper: false, superNullText: 'marker' },
    refused: [],
  },
]

/** What blocks them is told by the kitchen sink's own rehearsal. */
const blockedCount = 5

const figures = { runs: 0, relations: 0, ofSource: 0, ofTarget: 0, buckets: 0 }

afterAll(() => {
  const switches = groups.flatMap((group) => Object.entries(group.switches).map((one) => one.join('=')))
  console.log(JSON.stringify({ ...figures, switches }))
})

describe('measured under every switch, and worked out again from the bytes of the parts', () => {
  it.each(groups.map((group) => [group.title, group] as const))('%s', async (_, group) => {
    const { switches, world } = group
    await using emulated = await emulate({
      seed: 'tpch',
      more: { switches, ...(world === undefined ? {} : { world }) },
    })
    const { code, stdout, stderr } = await runWhole(emulated, group)
    const { verified, refused, blocked } = await verdictsOf(emulated)
    expect({ code, refused }).toEqual({ code: codeOf(group), refused: group.refused.toSorted() })
    expect(blocked).toHaveLength(blockedCount)
    for (const name of refused) expect(`${stdout}${stderr}`).toContain(name)

    const untrue: string[] = []
    for (const plan of await plansOf(emulated)) {
      const name = `${plan.source.schema}.${plan.source.name}`
      if (blocked.includes(name)) continue
      const rows = await rowsOf(emulated, plan, group)
      const wrong = await untrueOfSource(emulated, plan, rows)
      if (wrong.length > 0) untrue.push(name)
      // What the parts do not hold may be told of a relation that is refused, and of no other.
      expect({ name, wrong: verified.includes(name) ? wrong : [] }).toEqual({ name, wrong: [] })
      if (verified.includes(name)) await expectTrueOfTarget(emulated, plan, rows)
    }
    expect(untrue).toEqual(group.untrue ?? [])
    figures.runs += 1
  })

  it('compared both sides of every relation', () => {
    expect(figures.relations).toBeGreaterThan(35 * groups.length)
    expect(figures.ofSource).toBeGreaterThan(1000 * groups.length)
    expect(figures.ofTarget).toBeGreaterThan(900 * groups.length)
  })
})

/** A difference found by comparing, a LOAD that failed, or no more than what is blocked. */
function codeOf({ refused, untrue }: Group): number {
  if (untrue !== undefined) return 9
  return refused.length > 0 ? 8 : 10
}

async function runWhole(emulated: Emulated, { format, relations = [], switches }: Group): Promise<Ended> {
  const { config } = emulated.clouds
  await changeConfig(config, (text) =>
    text.replace(/^select:\n {2}- tpch\.\*$/m, `format: ${format ?? 'parquet'}\nselect: ["*"]`),
  )
  if (switches['loadNeedsHive'] === true) {
    await changeConfig(config, (text) => text.replace('maxcompute:\n', 'maxcompute:\n  hiveCompatibleLoad: true\n'))
  }
  await fillKitchen(emulated.clouds)
  if (relations.length > 0) {
    await changeConfig(config, (text) => text.replace('select:', `relations:\n${relations.join('\n')}\nselect:`))
  }
  const client = await openSource(emulated.clouds)
  await client.query('CREATE TABLE kitchen.answered (id integer, flag boolean)')
  await client.query('INSERT INTO kitchen.answered VALUES (1, true), (2, false), (3, NULL), (4, true)')
  await client.query("INSERT INTO kitchen.documents VALUES (99, json_parse('null'))")
  await client.end()
  return migrate(['run', '--config', config])
}

async function readJson<T>(emulated: Emulated, ...path: readonly string[]): Promise<T> {
  return JSON.parse(await readFile(join(await runFolder(emulated), ...path), 'utf8')) as T
}

async function runFolder({ dir }: Emulated): Promise<string> {
  const [run = ''] = await readdir(join(dir, 'runs'))
  return join(dir, 'runs', run)
}

async function plansOf(emulated: Emulated): Promise<readonly RelationPlan[]> {
  const text = await readFile(join(await runFolder(emulated), 'plan.jsonl'), 'utf8')
  const lines = text.trimEnd().split('\n').slice(1)
  return lines.map((line) => JSON.parse(line) as RelationPlan)
}

async function verdictsOf(emulated: Emulated): Promise<Readonly<Record<'verified' | 'refused' | 'blocked', string[]>>> {
  interface Told {
    readonly relation: string
    readonly verdict: string
  }
  const { relations } = await readJson<{ readonly relations: readonly Told[] }>(emulated, 'report.json')
  const of = (...verdicts: readonly string[]): string[] =>
    relations.flatMap(({ relation, verdict }) => (verdicts.includes(verdict) ? [relation] : [])).toSorted()
  const told = { verified: of('verified'), refused: of('differs', 'failed'), blocked: of('blocked') }
  expect(Object.values(told).flat()).toHaveLength(relations.length)
  return told
}

/** The same rows are inserted for every group: those of csv and text files are read from the Parquet parts of the first. */
const rowsOfFirst = new Map<string, Rows>()

async function rowsOf(emulated: Emulated, plan: RelationPlan, { format }: Group): Promise<Rows> {
  const known = rowsOfFirst.get(plan.relationId)
  if (format !== undefined) {
    if (known === undefined) throw new Error(`no Parquet parts of ${plan.source.name} were read before`)
    return known
  }
  const { parts } = await readJson<Manifest>(emulated, 'manifests', 'source', `${plan.relationId}.json`)
  using bucket = new StageBucket(emulated.clouds)
  const rows: Record<string, Cell>[] = []
  for (const { location } of parts) rows.push(...(await readPart(await bucket.read(location.key))))
  if (known === undefined) rowsOfFirst.set(plan.relationId, rows)
  return rows
}

async function untrueOfSource(emulated: Emulated, plan: RelationPlan, rows: Rows): Promise<readonly unknown[]> {
  const { measurements, fingerprint } = await measuredOf(await runFolder(emulated), plan)
  figures.relations += 1
  figures.ofSource += measurements.length
  figures.buckets += fingerprint.buckets.length
  const differing = differencesOf(fingerprint, recomputedBuckets(plan, rows, fingerprint))
  return [...untrueAmong(measurements, plan, rows), ...differing]
}

async function expectTrueOfTarget(emulated: Emulated, plan: RelationPlan, rows: Rows): Promise<void> {
  const { target } = await readJson<RelationChecks>(emulated, 'checks', `${plan.relationId}.json`)
  figures.ofTarget += target.length
  const { name } = plan.target
  expect({ name, wrong: untrueAmong(target, plan, rows) }).toEqual({ name, wrong: [] })
}

function untrueAmong(measurements: readonly Measurement[], plan: RelationPlan, rows: Rows): readonly unknown[] {
  return measurements.flatMap(({ measure, value }) => {
    const found = recomputed(plan, rows, measure)
    return isAnswer(measure, value, found) ? [] : [{ measure, value, found }]
  })
}
