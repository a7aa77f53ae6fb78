import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { compareContent } from '../../src/checks/content-check.js'
import { measuresFor, runChecks } from '../../src/checks/standard-checks.js'
import { MaxComputeTarget, type MaxComputeClient } from '../../src/index.js'
import type { RowDifference, SourceMeasurements } from '../../src/model/documents.js'
import type { Fingerprint } from '../../src/model/fingerprint.js'
import type { Manifest } from '../../src/model/manifest.js'
import type { RelationPlan } from '../../src/model/plan.js'
import { locateDifference } from '../../src/stages/locate-difference.js'
import type { ObjectStore } from '../../src/store/store.js'
import { UnloadedRows } from '../../src/source/redshift/unloaded-rows.js'
import { maxComputeClient } from './maxcompute-session.js'
import { readPart, StageBucket, type Cell } from './parts.js'
import { measuredOf } from './recompute.js'
import { changeConfig, emulate, migrate, runIds, type Emulated } from './rehearsal.js'
import { openSource } from './source-session.js'
import type { Row } from './mutations.js'

const types = [
  'id integer',
  'i2 smallint, i8 bigint, d12 numeric(12,2), d38 numeric(38,10), d0 numeric(20,0)',
  'r real, f double precision, flag boolean',
  'c char(8), v varchar(40), vmax varchar(65535)',
  'day date, at timestamp, seen timestamptz, clock time, bytes varbyte(40), doc super',
].join(', ')

const idCount = 40
const settings = {
  'odps.sql.type.system.odps2': 'true',
  'odps.sql.decimal.odps2': 'true',
  'odps.sql.timezone': 'UTC',
  'odps.sql.allow.fullscan': 'true',
}

/** Values of every type at each row, with NULLs, empty texts, blanks and signs; ids over 30 are there twice. */
function valuesSql(n: number): string {
  const values = [
    String(n),
    ...[
      n % 7 === 3 ? 'NULL' : String(n * 7 - 100),
      n % 11 === 5 ? 'NULL' : `${9_000_000_000_000 - n * 12_345_678_901}`,
    ],
    ...[
      `${n - 20}.${String((n * 37) % 100).padStart(2, '0')}`,
      `-${n}.0${n}00000001`,
      n % 9 === 0 ? 'NULL' : `${n}00000`,
    ],
    ...[n % 6 === 0 ? 'NULL' : `${n}.5`, `${n * 1.25 - 17}e${n % 30}`, n % 5 === 0 ? 'NULL' : String(n % 2 === 0)],
    ...[`'c${n % 10}'`, n % 8 === 0 ? "''" : n % 8 === 1 ? 'NULL' : `'v  ${n} '`, `'${'long é '.repeat(n)}'`],
    ...[
      `'20${String(n + 10)}-02-${String((n % 28) + 1).padStart(2, '0')}'`,
      `'2020-03-0${(n % 9) + 1} 10:11:12.${n}3456'`,
    ],
    ...[n % 4 === 0 ? 'NULL' : `'1999-12-31 23:${String(n + 10)}:59.000${n % 10}+02'`, `'0${n % 10}:30:00'`],
    ...[`TO_VARBYTE('0${n % 10}ff', 'hex')`, `JSON_PARSE('{"n": ${n}, "t": "x"}')`],
  ]
  return `(${values.join(', ')})`
}

/** A migrated relation without a key, with duplicates, and all that is known of it. */
export interface Mutated extends AsyncDisposable {
  readonly emulated: Emulated
  readonly plan: RelationPlan
  readonly rows: readonly Row[]
  readonly pristine: string
  readonly source: SourceMeasurements & { readonly fingerprint: Fingerprint }
  readonly unloaded: UnloadedRows
  run(text: string): Promise<void>
  /** Whether a difference is found at each depth, and which rows, told by the unloaded parts. */
  verify(): Promise<Verdict>
}

export interface Verdict {
  readonly aggregates: boolean
  readonly content: boolean
  readonly difference?: RowDifference
}

export const call = {
  signal: new AbortController().signal,
  deadlineAt: Date.now() + 3_600_000_000,
  note: (): void => undefined,
}

export async function migrateKinds(): Promise<Mutated> {
  const emulated = await emulate({ seed: 'none' })
  await changeConfig(emulated.clouds.config, (text) => text.replace(/^select:/m, 'hours: { load: 1 }\nselect:'))
  const session = await openSource(emulated.clouds)
  await session.query('CREATE SCHEMA rows')
  await session.query(`CREATE TABLE rows.kinds (${types})`)
  const values = Array.from({ length: idCount }, (_, n) => valuesSql(n + 1))
  await session.query(`INSERT INTO rows.kinds VALUES ${[...values, ...values.slice(30)].join(', ')}`)
  await session.end()
  const config = emulated.clouds.config
  const ran = await migrate(['run', '--config', config, '--json'])
  if (ran.code !== 0) throw new Error(`${ran.stdout}\n${ran.stderr}`)
  const [id = ''] = await runIds(config)
  return opened(emulated, join(dirname(config), 'runs', id))
}

async function opened(emulated: Emulated, folder: string): Promise<Mutated> {
  const [, line = ''] = (await readFile(join(folder, 'plan.jsonl'), 'utf8')).split('\n')
  const plan = JSON.parse(line) as RelationPlan
  const path = join(folder, 'manifests', 'source', `${plan.relationId}.json`)
  const manifest = JSON.parse(await readFile(path, 'utf8')) as Manifest
  using bucket = new StageBucket(emulated.clouds)
  const parts = new Map<string, Uint8Array>()
  for (const { location } of manifest.parts) parts.set(location.key, await bucket.read(location.key))
  const rows: Record<string, Cell>[] = []
  for (const bytes of parts.values()) rows.push(...(await readPart(bytes)))
  const client = maxComputeClient(emulated.clouds)
  const target = new MaxComputeTarget(client, { firstMilliseconds: 2, longestMilliseconds: 50 })
  const source = await measuredOf(folder, plan)
  const unloaded = new UnloadedRows(storeOver(parts), manifest.parts)
  const run = runner(target)
  const pristine = `${plan.target.name}_pristine`
  await run(createSql(plan, pristine))
  await run(`INSERT OVERWRITE TABLE \`${pristine}\` SELECT * FROM \`${plan.target.name}\``)
  return {
    ...{ emulated, plan, rows, pristine, source, unloaded, run },
    verify: async () => verdictOf(plan, source, target, unloaded),
    [Symbol.asyncDispose]: async () => disposed(client, emulated),
  }
}

/** Sends SQL to a target, and waits for its end. */
export function runner(target: MaxComputeTarget): (text: string) => Promise<void> {
  return async (text) => {
    const work = target.submit({ purpose: 'mutation', text, settings })
    const token = `mutation-${randomUUID()}`
    await work.settle(await work.begin({ token, number: 1 }, call), call)
  }
}

export function createSql(plan: RelationPlan, name: string): string {
  const columns = plan.columns.map(({ target, targetType }) => `\`${target}\` ${targetType}`).join(', ')
  return `CREATE TABLE \`${name}\` (${columns})`
}

async function disposed(client: MaxComputeClient, emulated: Emulated): Promise<void> {
  client.close()
  await emulated[Symbol.asyncDispose]()
}

export async function verdictOf(
  plan: RelationPlan,
  source: Mutated['source'],
  target: MaxComputeTarget,
  unloaded: UnloadedRows,
): Promise<Verdict> {
  const measured = await target.measure(plan, measuresFor(plan), call)
  const aggregates = runChecks(plan, source.measurements, measured).some((one) => one.discrepancies.length > 0)
  const fingerprint = await target.fingerprint(plan, [], call)
  const { differing } = compareContent(plan, source.fingerprint, fingerprint)
  if (differing.length === 0) return { aggregates, content: false }
  const sides = { source: unloaded, target, toldBy: 'parts', resultRowCountMax: 10_000 } as const
  const both = { source: source.fingerprint, target: fingerprint }
  return { aggregates, content: true, difference: await locateDifference(plan, both, sides, 1000, call) }
}

/** The parts as they were fetched once; nothing else of a store is needed here. */
function storeOver(parts: ReadonlyMap<string, Uint8Array>): ObjectStore {
  const read: ObjectStore['read'] = (location, { range }) => {
    const bytes = parts.get(location.key) ?? new Uint8Array()
    const wanted = range === undefined ? bytes : bytes.subarray(range.first, range.last + 1)
    return Promise.resolve(Readable.from([Buffer.from(wanted)]))
  }
  return { read } as unknown as ObjectStore
}
