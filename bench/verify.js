// `node bench/verify.js [rows]`, after `npm run build`: what each depth of verification costs a side. Fills a relation of an
// emulated Redshift and the same table of an emulated MaxCompute, 5,120,000 rows unless told otherwise, and prints how long
// COUNT(*), all aggregates together and the fingerprint of all rows take: the scans of the depths count, aggregates and
// content. Exit code 1 when the two sides, which are filled alike, do not come out the same. Both engines are emulated and
// share this machine: compare figures of one run, never with a real service.
import { execFile, spawn } from 'node:child_process'
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import pg from 'pg'
import { compareContent } from '../dist/checks/content-check.js'
import { measuresFor, runChecks } from '../dist/checks/standard-checks.js'
import { MaxComputeClient, MaxComputeTarget, RedshiftSource, staticCredentials } from '../dist/index.js'

const rowCountWanted = Number(process.argv[2] ?? 5_120_000)
const firstRowCount = 5_000
const command = fileURLToPath(new URL('../bin/migrate.js', import.meta.url))
const columns = [
  'id bigint not null',
  'quantity integer',
  'price numeric(12,2)',
  'rate double precision',
  'paid boolean',
  'day date',
  'note varchar(64)',
]
const settings = {
  'odps.sql.type.system.odps2': 'true',
  'odps.sql.decimal.odps2': 'true',
  'odps.sql.allow.fullscan': 'true',
}
const call = { signal: new AbortController().signal, deadlineAt: Date.now() + 3_600_000, note: () => undefined }

async function main() {
  const dir = await mkdtemp(join(tmpdir(), 'bench-verify-'))
  const emulators = spawn(process.execPath, [command, 'emulate', '--dir', dir, '--seed', 'none', '--json'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  try {
    const clouds = await readyLine(emulators)
    const session = await redshift(clouds)
    await makeSource(session)
    const plan = await plannedRelation(clouds.config)
    const target = maxCompute(clouds)
    const rowCount = await fill(session, target, plan)
    await session.end()
    console.log(`${rowCount} rows of ${columns.length} columns`)
    return await measureBoth(clouds, plan, target)
  } finally {
    const exited = new Promise((done) => emulators.once('exit', done))
    emulators.kill('SIGTERM')
    await exited
    await rm(dir, { recursive: true, force: true })
  }
}

async function readyLine(child) {
  for await (const line of createInterface({ input: child.stdout })) {
    const parsed = JSON.parse(line)
    if (parsed.config !== undefined) return parsed
  }
  throw new Error('the emulators ended before they were ready')
}

async function redshift({ redshift: { host, port, database, user, password, caFile } }) {
  const client = new pg.Client({ host, port, database, user, password, ssl: { ca: await readFile(caFile) } })
  await client.connect()
  return client
}

function maxCompute({ maxcompute: { endpoint, project, region, accessId, accessKey } }) {
  const credentials = staticCredentials({ accessKeyId: accessId, accessKeySecret: accessKey })
  return new MaxComputeTarget(new MaxComputeClient({ endpoint, project, region, credentials }))
}

async function makeSource(session) {
  await session.query('CREATE SCHEMA bench')
  await session.query(`CREATE TABLE bench.lines (${columns.join(', ')})`)
  const rows = Array.from({ length: firstRowCount }, (_, n) => {
    const note = n % 13 === 0 ? 'NULL' : `'note ${n} of many'`
    return `(${n}, ${n % 50}, ${n}.${String(n % 100).padStart(2, '0')}, ${n * 1.25}, ${n % 3 === 0}, '2020-01-${String((n % 28) + 1).padStart(2, '0')}', ${note})`
  })
  await session.query(`INSERT INTO bench.lines VALUES ${rows.join(', ')}`)
}

/** Migrates the first rows, so that the table is the product's own. */
async function plannedRelation(config) {
  await promisify(execFile)(process.execPath, [command, 'run', '--config', config])
  const runs = join(dirname(config), 'runs')
  const [run] = await readdir(runs)
  const [, line] = (await readFile(join(runs, run, 'plan.jsonl'), 'utf8')).split('\n')
  return JSON.parse(line)
}

/** Doubles both tables by the same arithmetic, each in its own warehouse. */
async function fill(session, target, plan) {
  const names = columns.map((column) => column.split(' ')[0])
  let rowCount = firstRowCount
  while (rowCount < rowCountWanted) {
    const items = (first, second) => [first, second, ...names.slice(2)].join(', ')
    await session.query(`INSERT INTO bench.lines SELECT ${items(`id + ${rowCount}`, 'quantity + 1')} FROM bench.lines`)
    const text = `INSERT INTO TABLE \`${plan.target.name}\` SELECT ${items(`id + ${rowCount}`, 'CAST(quantity + 1 AS INT)')} FROM \`${plan.target.name}\``
    const work = target.submit({ purpose: 'fill', text, settings })
    await work.settle(await work.begin({ token: `fill-${rowCount}-${Date.now()}`, number: 1 }, call), call)
    rowCount *= 2
  }
  return rowCount
}

async function measureBoth({ redshift: { host, port, database, user, password, caFile } }, plan, target) {
  const session = { host, port, database, user, password, caFile }
  const source = new RedshiftSource({ session, iamRole: 'default', store: undefined, run: 'bench' })
  const snapshot = await source.open('each-relation', call)
  try {
    const ofSource = await measureSide('source', plan, snapshot)
    const ofTarget = await measureSide('target', plan, target)
    const { differing } = compareContent(plan, ofSource.fingerprint, ofTarget.fingerprint)
    const found = runChecks(plan, ofSource.measurements, ofTarget.measurements).flatMap((one) => one.discrepancies)
    for (const { message } of found) console.log(message)
    console.log(`buckets that differ: ${differing.length}`)
    return found.length + differing.length === 0 ? 0 : 1
  } finally {
    await snapshot[Symbol.asyncDispose]()
  }
}

async function measureSide(name, plan, side) {
  const count = await timed(() => side.measure(plan, [{ kind: 'row-count' }], call))
  const measures = measuresFor(plan)
  const aggregates = await timed(() => side.measure(plan, measures, call))
  const content = await timed(() => side.fingerprint(plan, [], call))
  const told = [
    `COUNT(*) ${seconds(count.milliseconds)}`,
    `${measures.length} aggregates ${seconds(aggregates.milliseconds)}`,
    `fingerprint ${seconds(content.milliseconds)} (${content.value.buckets.length} buckets)`,
  ]
  console.log(`${name}: ${told.join(', ')}; one scan each`)
  return { measurements: aggregates.value, fingerprint: content.value }
}

async function timed(work) {
  const from = performance.now()
  const value = await work()
  return { value, milliseconds: performance.now() - from }
}

function seconds(milliseconds) {
  return `${(milliseconds / 1000).toFixed(2)} s`
}

process.exitCode = await main()
