import fc from 'fast-check'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RedshiftSource, S3Store, staticCredentials } from '../../src/index.js'
import type { CatalogEntry } from '../../src/model/catalog.js'
import type { RelationPlan } from '../../src/model/plan.js'
import { planRelation, type PlanPolicy } from '../../src/translate/relation.js'
import { defaultTypePolicy } from '../../src/translate/types.js'
import { quoted, type Value } from './kitchen-sink-rows.js'
import { readPart, readPartByArrow, StageBucket, type Cell } from './parts.js'
import { emulate, type Emulated } from './rehearsal.js'
import { openSource } from './source-session.js'
import { kinds, type KindOfColumn } from './value-kinds.js'

/** Of every kind, over all schemas. */
const valueCountMin = 10_000
const schemaCount = 12
const rowCount = 850
const batchRowCount = 170

/** Values that a policy has to allow are among them. */
const policy: PlanPolicy = {
  naming: { project: 'target', table: '{table}' },
  types: { ...defaultTypePolicy, floats: 'keep', smallestBigint: 'keep', decimalScale: 'text' },
  depth: 'aggregates',
}

let emulated: Emulated
let client: pg.Client
let store: S3Store
let source: RedshiftSource
let tableNumber = 0

beforeAll(async () => {
  emulated = await emulate({ seed: 'none' })
  client = await openSource(emulated.clouds)
  await client.query('CREATE SCHEMA props')
  const { iamRole, ...session } = emulated.clouds.redshift
  const { accessKeyId, secretAccessKey, region, bucket, endpoint } = emulated.clouds.s3
  const credentials = staticCredentials({ accessKeyId, accessKeySecret: secretAccessKey })
  store = new S3Store({ bucket, region, endpoint, pathStyle: true, credentials, socketCountMax: 4 })
  source = new RedshiftSource({ session, iamRole, s3Region: region, store, run: 'props' })
})

afterAll(async () => {
  await client.end()
  store.close()
  await emulated[Symbol.asyncDispose]()
})

interface Column extends KindOfColumn {
  readonly name: string
  readonly cells: readonly Value[]
}

/** Edges first, whatever else is drawn. */
function cellsOf(of: KindOfColumn): fc.Arbitrary<readonly Value[]> {
  const drawn = rowCount - of.edges.length
  return fc
    .array(of.values, { minLength: drawn, maxLength: drawn, size: 'max' })
    .map((values) => [...of.edges, ...values])
}

/** Distinct whatever their case: a number stands at the end. */
const names = fc
  .oneof(fc.constant('c'), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }), fc.constantFrom('order', 'Ab'))
  .map((name) => name.replace(/[\p{Cc}\p{Cs}]/gu, '_'))

/** A column of every kind, in any order, under any name. */
const schemas: fc.Arbitrary<readonly Column[]> = fc
  .tuple(...kinds)
  .chain((columns) => fc.shuffledSubarray(columns, { minLength: columns.length }))
  .chain((columns) =>
    fc.tuple(...columns.map((of) => fc.record({ of: fc.constant(of), name: names, cells: cellsOf(of) }))),
  )
  .map((drawn) => drawn.map(({ of, name, cells }, n) => ({ ...of, cells, name: `${name} ${n}` })))

async function makeTable(columns: readonly Column[]): Promise<string> {
  tableNumber += 1
  const table = `r${tableNumber}`
  const definitions = columns.map(({ name, type }) => `"${name.replaceAll('"', '""')}" ${type}`)
  await client.query(`CREATE TABLE props.${table} (id integer NOT NULL, ${definitions.join(', ')})`)
  for (let first = 0; first < rowCount; first += batchRowCount) {
    const rows = Array.from({ length: Math.min(batchRowCount, rowCount - first) }, (_, n) => first + n)
    const texts = rows.map((row) => `(${[row, ...columns.map(({ cells }) => cells[row]?.[0])].join(', ')})`)
    await client.query(`INSERT INTO props.${table} VALUES ${texts.join(', ')}`)
  }
  return table
}

function call(): { signal: AbortSignal; deadlineAt: number; note: () => undefined; missing: (gap: object) => never } {
  const missing = (gap: object): never => expect.fail(JSON.stringify(gap))
  return { signal: new AbortController().signal, deadlineAt: Date.now() + 120_000, note: () => undefined, missing }
}

async function planOf(table: string, more: Partial<PlanPolicy> = {}): Promise<RelationPlan> {
  const entries: CatalogEntry[] = []
  for await (const entry of source.readCatalog({ select: [`props.${table}`], exclude: [] }, call())) entries.push(entry)
  const [entry] = entries
  if (entry === undefined) throw new Error(`no ${table}`)
  const plan = planRelation(entry, { ...policy, ...more })
  expect(plan.concerns.filter((concern) => concern.class === 'blocking')).toEqual([])
  return plan
}

/** The product's own UNLOAD; gives the files that it wrote, fetched by Amazon's client. */
async function unload(plan: RelationPlan): Promise<Uint8Array[]> {
  const { s3 } = emulated.clouds
  const token = `props-${plan.source.name}-${Date.now()}`
  const to = { store: 's3' as const, bucket: s3.bucket, key: `${s3.prefix}props/${token}/` }
  await using snapshot = await source.open('each-relation', call())
  const examined = await snapshot.examine(plan, plan.assumptions ?? [], call())
  expect(examined.filter(({ violationCount }) => violationCount !== '0')).toEqual([])
  const work = snapshot.unload(plan, to)
  const { parts } = await work.settle(await work.begin({ token, number: 1 }, call()), call())
  using bucket = new StageBucket(emulated.clouds)
  return Promise.all(parts.map(({ key }) => bucket.read(key)))
}

/** -0 is not 0, NaN is NaN, and text is not a number. */
function same(found: Cell | undefined, wanted: Cell): boolean {
  return Object.is(found, wanted)
}

describe('values of every type', () => {
  it('arrive in the parts as they were inserted, in tables of any form', async () => {
    const counts = new Map<string, number>()
    const property = fc.asyncProperty(schemas, async (columns) => {
      const plan = await planOf(await makeTable(columns))
      const targets = plan.columns.slice(1).map(({ target }) => target)
      const files = await unload(plan)
      const rows = (await Promise.all(files.map(readPart))).flat()
      const again = files.flatMap(readPartByArrow)
      expect(new Set(rows.map((row) => row['id'])).size).toBe(rowCount)
      expect(again).toHaveLength(rowCount)
      columns.forEach(({ kind, type, cells }, at) => {
        const target = targets[at] ?? ''
        for (const reader of [rows, again]) {
          for (const row of reader) {
            const [literal, wanted] = cells[Number(row['id'])] as Value
            if (!(target in row) || same(row[target], wanted)) continue
            expect.fail(`${type}: inserted ${literal}, found ${String(row[target])}`)
          }
        }
        counts.set(kind, (counts.get(kind) ?? 0) + cells.length)
      })
    })
    await fc.assert(property, { numRuns: schemaCount, endOnFailure: true, asyncReporter: tell })
    expect(counts.size).toBe(kinds.length)
    for (const [kind, count] of counts) expect(count, kind).toBeGreaterThanOrEqual(valueCountMin)
  })

  it('of NUMERIC reach from the smallest to the largest of every precision and scale', async () => {
    const forms = Array.from({ length: 38 }, (_, n) => n + 1).flatMap((precision) =>
      [...new Set([0, Math.min(precision, 18), Math.min(precision, 37)])].map((scale) => ({ precision, scale })),
    )
    const columns = forms.map(({ precision, scale }, n) => `c${n} numeric(${precision},${scale})`)
    await client.query(`CREATE TABLE props.every_numeric (id integer, ${columns.join(', ')})`)
    const largest = forms.map(({ precision, scale }) => {
      const digits = precision === 19 ? '9223372036854775807' : '9'.repeat(precision)
      return scale === 0 ? digits : `${digits.slice(0, -scale) || '0'}.${digits.slice(-scale)}`
    })
    const row = (sign: string): string => largest.map((text) => quoted(sign + text)).join(', ')
    await client.query(`INSERT INTO props.every_numeric VALUES (0, ${row('')}), (1, ${row('-')})`)
    const plan = await planOf('every_numeric')
    const rows = (await Promise.all((await unload(plan)).map(readPart))).flat()
    expect(rows).toHaveLength(2)
    for (const found of rows) {
      const sign = found['id'] === 0 ? '' : '-'
      expect(forms.map((_, n) => found[`c${n}`])).toEqual(largest.map((text) => sign + text))
    }
  })
})

describe('filters', () => {
  const awkward = fc
    .array(fc.constantFrom("'", '\\', '"', '%', '_', 'a', 'é', '😀', '--', '/*', ';', '\\n', '$', 'NULL'), {
      maxLength: 6,
    })
    .map((parts) => parts.join(''))

  it('with quotes and backslashes in their literals choose exactly the rows that are meant', async () => {
    let chosen = 0
    const property = fc.asyncProperty(
      fc.array(awkward, { minLength: 20, maxLength: 60 }),
      awkward,
      async (texts, one) => {
        tableNumber += 1
        const table = `f${tableNumber}`
        const all = [...texts, one]
        await client.query(`CREATE TABLE props.${table} (id integer, v varchar(100))`)
        await client.query(`INSERT INTO props.${table} VALUES ${all.map((v, n) => `(${n}, ${quoted(v)})`).join(', ')}`)
        const relations = [{ match: `props.${table}`, where: `v = ${quoted(one)} OR v > ${quoted(all[3] ?? '')}` }]
        const parts = await unload(await planOf(table, { relations }))
        const rows = (await Promise.all(parts.map(readPart))).flat()
        const wanted = all.flatMap((v, n) => (v === one || isAfter(v, all[3] ?? '') ? [n] : []))
        expect(rows.map((row) => row['id']).toSorted((a, b) => Number(a) - Number(b))).toEqual(wanted)
        chosen += wanted.length
      },
    )
    await fc.assert(property, { numRuns: 40, endOnFailure: true, asyncReporter: tell })
    expect(chosen).toBeGreaterThan(400)
  })
})

/** By bytes, as Redshift compares. */
function isAfter(a: string, b: string): boolean {
  return Buffer.compare(Buffer.from(a), Buffer.from(b)) > 0
}

/** The seed and the reason: a whole table of values would hide them. */
async function tell<Drawn>(run: fc.RunDetails<Drawn>): Promise<void> {
  if (!run.failed) return
  throw new Error(`with seed ${run.seed}`, { cause: run.errorInstance })
}
