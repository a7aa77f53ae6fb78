// `node bench/plan-10000.js [relations]`, after `npm run build`: how long `migrate plan` takes for a large catalog, and how
// much memory. Makes the relations in an emulated Redshift by its own SQL, runs the built command as users do, and prints
// the figures; exit code 1 when a target is missed or the plan does not hold what was made.
import { spawn } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createConnection, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import pg from 'pg'

const relationCount = Number(process.argv[2] ?? 10_000)
const columnCount = 30
const schemaCount = Math.min(10, relationCount)
const tablesPerStatement = 250
const secondsMax = 30
const megabytesMax = 300

const command = fileURLToPath(new URL('../bin/migrate.js', import.meta.url))
const types = [
  'bigint',
  'integer',
  'smallint',
  'numeric(18,4)',
  'double precision',
  'varchar(64)',
  'char(12)',
  'boolean',
  'date',
  'timestamp',
  'timestamptz',
]

async function main() {
  const dir = await mkdtemp(join(tmpdir(), 'bench-plan-'))
  const emulators = spawn(process.execPath, [command, 'emulate', '--dir', dir, '--seed', 'none', '--json'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  try {
    const clouds = await readyLine(emulators)
    const madeIn = await timed(() => makeRelations(clouds.redshift))
    console.log(`made ${relationCount} relations of ${columnCount} columns in ${seconds(madeIn.milliseconds)}`)
    const counter = await startCounter(clouds.redshift)
    await pointAt(clouds.config, clouds.redshift.port, counter.port)
    const { value: planned, milliseconds } = await timed(() => runPlan(clouds.config))
    counter.close()
    return await judge(planned, milliseconds, counter.statementCount())
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

async function makeRelations({ host, port, database, user, password, caFile }) {
  const client = new pg.Client({ host, port, database, user, password, ssl: { ca: await readFile(caFile) } })
  await client.connect()
  for (let n = 0; n < schemaCount; n += 1) await client.query(`CREATE SCHEMA ${schemaName(n)}`)
  for (let from = 0; from < relationCount; from += tablesPerStatement) {
    const until = Math.min(from + tablesPerStatement, relationCount)
    await client.query(Array.from({ length: until - from }, (_, i) => createTable(from + i)).join(';\n'))
  }
  await client.end()
}

function schemaName(n) {
  return `depot_${n}`
}

function createTable(n) {
  const columns = Array.from({ length: columnCount }, (_, i) =>
    i === 0 ? 'id bigint not null' : `column_${i} ${types[(n + i) % types.length]}`,
  )
  const table = `${schemaName(n % schemaCount)}.relation_${String(n).padStart(5, '0')}`
  return `CREATE TABLE ${table} (${columns.join(', ')}, PRIMARY KEY (id)) DISTKEY (id) SORTKEY (id)`
}

/** Between the command and the emulated Redshift: counts the statements that pass, by the protocol's own messages. */
async function startCounter({ host, port }) {
  let statementCount = 0
  const server = createServer((client) => {
    const upstream = createConnection({ host, port })
    const scan = messageScanner((type) => (statementCount += type === 'Q' || type === 'P' ? 1 : 0))
    client.on('data', scan)
    client.pipe(upstream).pipe(client)
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ]) {
      one.on('error', () => other.destroy())
      one.on('close', () => other.destroy())
    }
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  return { port: server.address().port, statementCount: () => statementCount, close: () => server.close() }
}

/** The first message of a connection has no type: its length stands first. */
function messageScanner(onType) {
  let buffer = Buffer.alloc(0)
  let started = false
  return (chunk) => {
    buffer = Buffer.concat([buffer, chunk])
    for (;;) {
      const head = started ? 1 : 0
      if (buffer.length < head + 4) return
      const end = head + buffer.readInt32BE(head)
      if (buffer.length < end) return
      if (started) onType(String.fromCharCode(buffer[0]))
      started = true
      buffer = buffer.subarray(end)
    }
  }
}

/** Without TLS, so that the messages can be counted. */
async function pointAt(config, from, to) {
  const text = await readFile(config, 'utf8')
  const changed = text.replace(`port: ${from}`, `port: ${to}\n  tls: off`).replace(/^ {2}caFile: .*\n/m, '')
  if (!changed.includes(`port: ${to}`)) throw new Error(`${config} names no port ${from}`)
  await writeFile(config, changed)
}

/** The command with its own measure of its largest resident set, in kB, told as it exits. */
async function runPlan(config) {
  const tell = "process.on('exit',()=>process.stderr.write('\\nmaxrss '+process.resourceUsage().maxRSS+'\\n'))"
  const options = `--import data:text/javascript,${encodeURIComponent(tell)}`
  const child = spawn(process.execPath, [command, 'plan', '--config', config, '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: options },
  })
  const [out, err] = [[], []]
  child.stdout.on('data', (chunk) => out.push(chunk))
  child.stderr.on('data', (chunk) => err.push(chunk))
  const code = await new Promise((done) => child.once('close', done))
  const talk = Buffer.concat(err).toString()
  if (code !== 0) throw new Error(`migrate plan ended with ${code}: ${talk}`)
  const kilobytes = Number(/^maxrss (\d+)$/m.exec(talk)?.[1])
  return { summary: lastObject(Buffer.concat(out).toString()), megabytes: (kilobytes * 1024) / 1e6 }
}

function lastObject(text) {
  const lines = text.split('\n').filter((line) => line.startsWith('{'))
  return JSON.parse(lines.at(-1) ?? 'null')
}

async function judge({ summary, megabytes }, milliseconds, statementCount) {
  const planned = await plannedColumns(join(summary.folder, 'plan.jsonl'))
  const tables = summary.coverage.find((row) => row.kind === 'table')
  const verdicts = [
    [`relations in the plan: ${planned.relations}`, planned.relations === relationCount],
    [`columns in the plan: ${planned.columns}`, planned.columns === relationCount * columnCount],
    [`tables in the coverage: ${tables?.foundCount}`, tables?.foundCount === relationCount],
    [`wall time: ${seconds(milliseconds)}, target under ${secondsMax} s`, milliseconds < secondsMax * 1000],
    [`largest resident set: ${megabytes.toFixed(0)} MB, target under ${megabytesMax} MB`, megabytes < megabytesMax],
    [`statements sent: ${statementCount}, one for ${(relationCount / statementCount).toFixed(0)} relations`, true],
  ]
  for (const [text, holds] of verdicts) console.log(`${holds ? 'ok  ' : 'FAIL'} ${text}`)
  return verdicts.every(([, holds]) => holds) ? 0 : 1
}

async function plannedColumns(path) {
  const found = { relations: 0, columns: 0 }
  for await (const line of createInterface({ input: createReadStream(path) })) {
    const parsed = JSON.parse(line)
    if (parsed.document === 'plan') continue
    found.relations += 1
    found.columns += parsed.columns.length
  }
  return found
}

async function timed(work) {
  const startedAt = performance.now()
  const value = await work()
  return { value, milliseconds: performance.now() - startedAt }
}

function seconds(milliseconds) {
  return `${(milliseconds / 1000).toFixed(1)} s`
}

process.exitCode = await main()
