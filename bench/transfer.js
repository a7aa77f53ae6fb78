// `node bench/transfer.js [--count 16] [--mebibytes 64 | --kibibytes 64] [--plain] [--workers 0,1,2] [--in-flight 8]
// [--rounds 1] [--rclone PATH] [--official]`, after `npm run build`: how fast parts cross, and what that costs.
//
// A synthetic S3 and a synthetic OSS run in processes of their own; the carrier runs in another, and `rclone copy` after
// it, at 4, 8 and 16 transfers, where it is installed. Prints for each MB/s, CPU-seconds per GB, the largest resident set
// and, for the carrier, percentiles of the time of a chunk; then the ratios to rclone's best. The servers share the
// machine, so compare figures of one run only. `--official`: 16 × 256 MiB, then 20,000 × 64 KiB.
import { execFile, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'

const run = promisify(execFile)
const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '16' },
    mebibytes: { type: 'string', default: '64' },
    kibibytes: { type: 'string' },
    plain: { type: 'boolean', default: false },
    workers: { type: 'string', default: '0' },
    'in-flight': { type: 'string', default: '8' },
    rounds: { type: 'string', default: '1' },
    rclone: { type: 'string', default: 'rclone' },
    transfers: { type: 'string', default: '4,8,16' },
    official: { type: 'boolean', default: false },
  },
})
const numbers = (text) => (text === '' ? [] : text.split(',').map(Number))
/** Of /proc/…/stat. */
const ticksPerSecond = 100
const pollMilliseconds = 20
const secondsMax = 600

async function main() {
  const dir = await mkdtemp(join(tmpdir(), 'bench-transfer-'))
  try {
    const tls = values.plain ? {} : await certificate(dir)
    const version = await rcloneVersion()
    console.log(`${values.plain ? 'HTTP' : 'TLS'}; node ${process.version}; ${version ?? 'rclone is not installed'}`)
    const cases = values.official
      ? [
          { count: 16, byteCount: 256 * 1024 * 1024 },
          { count: 20_000, byteCount: 64 * 1024 },
        ]
      : [{ count: Number(values.count), byteCount: sizeWanted() }]
    for (const one of cases) await compare(one, tls, version !== undefined, dir)
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

function sizeWanted() {
  return values.kibibytes === undefined ? Number(values.mebibytes) * 1024 * 1024 : Number(values.kibibytes) * 1024
}

async function compare({ count, byteCount }, tls, hasRclone, dir) {
  console.log(`\n${count} objects of ${byteCount} bytes`)
  const results = []
  for (let round = 1; round <= Number(values.rounds); round += 1) {
    for (const checksums of [false, true]) {
      for (const workers of numbers(values.workers)) {
        results.push(await withStores({ count, byteCount, checksums, ...tls }, (ports) => carry({ ...ports, workers })))
      }
    }
    if (!hasRclone) continue
    for (const transfers of numbers(values.transfers)) {
      results.push(
        await withStores({ count, byteCount, checksums: true, ...tls }, (ports) => rclone(ports, transfers, dir)),
      )
    }
  }
  printRatios(results)
}

/** Stores of its own for each measurement: nothing is warm, and nothing is there already. */
async function withStores(options, measure) {
  const source = await startStore('source', options)
  const sink = await startStore('sink', options)
  try {
    const result = await measure({ ...options, sourcePort: source.port, sinkPort: sink.port })
    const totalBytes = options.count * options.byteCount
    const arrived = await endStore(sink)
    if (arrived !== totalBytes) throw new Error(`${result.title}: ${arrived} of ${totalBytes} bytes reached the sink`)
    return print({
      ...result,
      megabytesPerSecond: totalBytes / 1e6 / result.seconds,
      cpuPerGigabyte: result.cpuSeconds / (totalBytes / 1e9),
    })
  } finally {
    source.child.stdin.end()
    sink.child.stdin.end()
  }
}

async function startStore(role, options) {
  const script = fileURLToPath(new URL('./transfer-store.js', import.meta.url))
  const child = spawn(process.execPath, [script, role, JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return { child, lines, port: Number((await lines.next()).value) }
}

/** Ends a store; a sink tells the bytes that it got: what somebody only claims to have copied is no figure. */
async function endStore({ child, lines }) {
  child.stdin.end()
  return Number((await lines.next()).value)
}

async function carry(options) {
  const script = fileURLToPath(new URL('./transfer-client.js', import.meta.url))
  const client = { ...options, chunksInFlight: Number(values['in-flight']) }
  const measured = await measure(process.execPath, [script, JSON.stringify(client)], process.env)
  const told = JSON.parse(measured.out)
  const { p50, p90, p99, max } = told.percentiles
  return {
    ...measured,
    seconds: told.milliseconds / 1000,
    title: `migrate, ${options.workers} workers, ${told.proofs.join('/')}${proofBy(told.proofs, options)}`,
    proof: told.proofs.join('/'),
    note: `start ${(measured.cpuSeconds - told.carryingCpuSeconds).toFixed(1)} CPU-s; chunk ms p50 ${p50} p90 ${p90} p99 ${p99} max ${max}`,
  }
}

/** Without a checksum from the source, small objects are still proven by their etags, which cost an MD5. */
function proofBy(proofs, { checksums }) {
  if (!proofs.includes('source+target')) return ''
  return checksums ? ' (CRC-64)' : ' (MD5)'
}

async function rclone({ sourcePort, sinkPort, cert }, transfers, dir) {
  const scheme = cert ? 'https' : 'http'
  const remote = (name, provider, port) => ({
    [`RCLONE_CONFIG_${name}_TYPE`]: 's3',
    [`RCLONE_CONFIG_${name}_PROVIDER`]: provider,
    [`RCLONE_CONFIG_${name}_ACCESS_KEY_ID`]: 'bench',
    [`RCLONE_CONFIG_${name}_SECRET_ACCESS_KEY`]: 'bench-secret',
    [`RCLONE_CONFIG_${name}_ENDPOINT`]: `${scheme}://localhost:${port}`,
    [`RCLONE_CONFIG_${name}_FORCE_PATH_STYLE`]: 'true',
    [`RCLONE_CONFIG_${name}_NO_CHECK_BUCKET`]: 'true',
    [`RCLONE_CONFIG_${name}_LIST_VERSION`]: '2',
  })
  const { AWS_CA_BUNDLE: _bundle, ...inherited } = process.env
  const environment = {
    ...inherited,
    ...remote('SRC', 'Other', sourcePort),
    ...remote('DST', 'Other', sinkPort),
    // As rclone itself sets it for OSS.
    RCLONE_CONFIG_DST_USE_MULTIPART_ETAG: 'false',
    RCLONE_CONFIG: join(dir, 'rclone.conf'),
  }
  const options = ['--transfers', `${transfers}`, '--s3-chunk-size', '8M', '--retries', '1', '--stats', '0']
  const trust = cert ? ['--ca-cert', cert] : []
  const measured = await measure(values.rclone, ['copy', 'SRC:source', 'DST:sink', ...options, ...trust], environment)
  return { ...measured, title: `rclone, ${transfers} transfers`, rclone: true, note: '' }
}

/** Wall time, CPU time and the largest resident set of a process, looked up in /proc while it runs. */
async function measure(command, args, env) {
  const startedAt = performance.now()
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'inherit'], timeout: secondsMax * 1000 })
  const seen = { ticks: 0, kibibytes: 0 }
  const timer = setInterval(() => look(child.pid, seen), pollMilliseconds)
  const out = []
  child.stdout.on('data', (bytes) => out.push(bytes))
  const code = await new Promise((resolve) => child.once('close', resolve))
  clearInterval(timer)
  if (code !== 0) throw new Error(`${command} ended with ${code}`)
  return {
    seconds: (performance.now() - startedAt) / 1000,
    cpuSeconds: seen.ticks / ticksPerSecond,
    megabytes: (seen.kibibytes * 1024) / 1e6,
    out: Buffer.concat(out).toString(),
  }
}

function look(pid, seen) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
    seen.ticks = Math.max(seen.ticks, Number(fields[11]) + Number(fields[12]))
    const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    seen.kibibytes = Math.max(seen.kibibytes, Number(peak?.[1] ?? 0))
  } catch {
    // It has ended; what was seen last counts.
  }
}

function print(result) {
  const figures = [
    result.title.padEnd(46),
    `${result.megabytesPerSecond.toFixed(0)} MB/s`.padStart(9),
    `${result.cpuPerGigabyte.toFixed(2)} CPU-s/GB`.padStart(15),
    `${result.megabytes.toFixed(0)} MB`.padStart(8),
  ]
  console.log(`${figures.join(' ')}  ${result.note}  load ${loadavg()[0].toFixed(1)}`)
  return result
}

function printRatios(results) {
  const fastest = (some) => some.toSorted((one, other) => other.megabytesPerSecond - one.megabytesPerSecond)[0]
  const best = fastest(results.filter((one) => one.rclone))
  if (best === undefined) return
  for (const title of new Set(results.filter((one) => !one.rclone).map((one) => one.title))) {
    const ours = fastest(results.filter((one) => one.title === title))
    const speed = ours.megabytesPerSecond / best.megabytesPerSecond
    const cpu = ours.cpuPerGigabyte / best.cpuPerGigabyte
    console.log(`${title}: ${speed.toFixed(2)} × the MB/s and ${cpu.toFixed(2)} × the CPU of ${best.title}`)
  }
}

async function certificate(dir) {
  const [cert, key] = [join(dir, 'cert.pem'), join(dir, 'key.pem')]
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
  await run('openssl', ['req', ...kind, ...names, '-keyout', key, '-out', cert])
  return { cert, key }
}

async function rcloneVersion() {
  try {
    return (await run(values.rclone, ['version'])).stdout.split('\n')[0]
  } catch {
    return undefined
  }
}

await main()
