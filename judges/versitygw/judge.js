// The product's store against an S3 server that others wrote: its contract suite, test by test; then its carrier from there,
// while bytes change on the way (corruptions.js).
// With `versitygw.liar` among the facts a byte of every object that is read is flipped on the way.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile } from 'node:fs/promises'
import { createServer, request } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { buffer } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { bend, judgeCorruptions } from './corruptions.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const program = fileURLToPath(new URL('../.cache/go/bin/versitygw', import.meta.url))
const startTriesMax = 100
/** What this server gets wrong itself: title of the test → its own words. One that passes after all is a failure, too. */
const knownFaults = {
  // Drops the uploads of the key-marker and then looks for the upload-id-marker it gave among the rest (mp-lister.go).
  'lists more uploads than a page holds': 'Invalid uploadId marker',
}
const keys = { id: 'AKIAJUDGE00000000001', secret: 'judge-secret-0001' }

async function main(factsFile) {
  const facts = JSON.parse(await readFile(factsFile, 'utf8'))
  const folder = join(facts.scratch, 'versitygw')
  await mkdir(join(folder, 'judged'), { recursive: true })
  const port = await freePort()
  const server = spawn(program, ['--port', `127.0.0.1:${port}`, '--quiet', 'posix', folder], {
    env: { ...process.env, ROOT_ACCESS_KEY: keys.id, ROOT_SECRET_KEY: keys.secret },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const orders = new Map()
  const between = await startBetween(port, facts.versitygw?.liar === true, orders)
  const endpoint = `http://127.0.0.1:${between.address().port}`
  try {
    await untilOpen(port)
    const report = await contract(endpoint, join(facts.scratch, 'contract.json'))
    return tell([...verdictsOf(report), ...(await judgeCorruptions({ endpoint, keys, oss: facts.oss, orders }))])
  } finally {
    between.close()
    between.closeAllConnections()
    server.kill()
  }
}

async function contract(endpoint, outputFile) {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const args = ['run', '--project', 'quick', 'test/contract/store-s3.test.ts', '-t', 'the S3 of the environment']
  const child = spawn(process.execPath, [vitest, ...args, '--reporter=json', `--outputFile=${outputFile}`], {
    cwd: root,
    env: {
      ...process.env,
      TEST_S3_ENDPOINT: endpoint,
      TEST_S3_BUCKET: 'judged',
      TEST_S3_ACCESS_KEY_ID: keys.id,
      TEST_S3_SECRET_ACCESS_KEY: keys.secret,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  await once(child, 'close')
  return JSON.parse(await readFile(outputFile, 'utf8'))
}

function verdictsOf(report) {
  const tests = report.testResults.flatMap((file) => file.assertionResults).filter((test) => test.status !== 'skipped')
  return tests.length > 0 ? tests.map(verdict) : [{ good: false, line: 'FAIL contract: no test ran' }]
}

function tell(verdicts) {
  for (const { line } of verdicts) console.log(line)
  return verdicts.every(({ good }) => good) ? 0 : 1
}

function verdict({ title, status, failureMessages }) {
  const name = title.replaceAll(':', ',')
  const why = (failureMessages[0] ?? status).replace(/\s+/g, ' ').slice(0, 400)
  const fault = knownFaults[title]
  if (fault !== undefined && status === 'passed') return { good: false, line: `FAIL ${name}: no longer a known fault` }
  if (fault !== undefined && why.includes(fault)) return { good: true, line: `ok known fault of versitygw, ${name}` }
  return status === 'passed' ? { good: true, line: `ok ${name}` } : { good: false, line: `FAIL ${name}: ${why}` }
}

/** Passes everything on; a liar flips the first bit of the bodies of objects, and `orders` says what befalls some of them. */
async function startBetween(port, liar, orders) {
  const server = createServer(async (from, to) => {
    const order = from.method === 'GET' ? orders.get(keyOf(from.url)) : undefined
    if (order?.kind === 'replace' && order.times > 0) await order.replace()
    const passed = request({ port, host: '127.0.0.1', method: from.method, path: from.url, headers: from.headers })
    from.pipe(passed)
    passed.on('error', () => to.destroy())
    passed.on('response', async (answer) => {
      if (order !== undefined && answer.statusCode < 300) {
        const bytes = await buffer(answer).then(
          (whole) => bend(order, whole),
          () => undefined,
        )
        if (bytes === undefined) return void to.destroy()
        to.writeHead(answer.statusCode, { ...answer.headers, 'content-length': String(bytes.length) })
        return void to.end(bytes)
      }
      to.writeHead(answer.statusCode, answer.headers)
      const isObject = from.method === 'GET' && !from.url.includes('list-type=') && !from.url.includes('uploadId=')
      let first = liar && isObject && answer.statusCode < 300
      answer.on('data', (bytes) => {
        if (first) bytes[0] ^= 1
        first = false
        to.write(bytes)
      })
      answer.on('end', () => to.end())
      answer.on('error', () => to.destroy())
    })
    to.on('close', () => passed.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

/** Of `/judged/<key>?…`. */
function keyOf(url) {
  return decodeURIComponent(url.split('?')[0]).replace(/^\/judged\//, '')
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

async function untilOpen(port) {
  for (let tries = 0; tries < startTriesMax; tries += 1) {
    const socket = connect(port, '127.0.0.1')
    const open = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (open) return
    await sleep(100)
  }
  throw new Error('versitygw does not listen')
}

process.exitCode = await main(process.argv[2])
