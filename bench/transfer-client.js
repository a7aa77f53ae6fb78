// Carries the objects of a synthetic source to a synthetic sink with the built product, once, for bench/transfer.js.
// `node bench/transfer-client.js OPTIONS-AS-JSON` prints one line of JSON.
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openCarrier } from './transfer-carrier.js'
import { FileLedger } from '../dist/journal/file-ledger.js'

const options = JSON.parse(process.argv[2])
const etag = await etagOfFirst()
const dir = await mkdtemp(join(tmpdir(), 'bench-transfer-'))
const ledger = new FileLedger(join(dir, 'ledger.jsonl'))
const chunks = []
const { carrier, close } = openCarrier(options, (milliseconds) => chunks.push(milliseconds))
const call = {
  signal: new AbortController().signal,
  deadlineAt: Date.now() + 3_600_000,
  note: () => undefined,
}
const work = carrier.carry(consignment(), ledger)
const before = process.cpuUsage()
const startedAt = performance.now()
const outcome = await work.settle(await work.begin({ token: 'bench', number: 1 }, call), call)
const milliseconds = performance.now() - startedAt
const { user, system } = process.cpuUsage(before)
await ledger.close()
await close()
const lines = readFileSync(join(dir, 'ledger.jsonl'), 'utf8').split('\n')
await rm(dir, { recursive: true })
const proofs = new Set(outcome.parts.map(({ proof }) => proof))
chunks.sort((one, other) => one - other)
const at = (share) => Math.round(chunks[Math.min(chunks.length - 1, Math.floor(chunks.length * share))] ?? 0)
console.log(
  JSON.stringify({
    milliseconds,
    carryingCpuSeconds: (user + system) / 1e6,
    proofs: [...proofs],
    ledgerLineCount: lines.length - 1,
    percentiles: { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) },
  }),
)

function consignment() {
  const from = { store: 's3', bucket: 'source', key: '' }
  const parts = Array.from({ length: options.count }, (_, index) => ({
    location: { ...from, key: `part-${String(index).padStart(6, '0')}.parquet` },
    byteCount: options.byteCount,
    rowCount: 0,
    etag,
  }))
  const manifest = { relationId: 'r', parts }
  return { id: 'bench', run: 'bench', manifests: [manifest], from, to: { store: 'oss', bucket: 'sink', key: 'r/' } }
}

/** All objects are alike. */
async function etagOfFirst() {
  const { carrier: _carrier, from, close: closeFirst } = openCarrier(options, () => undefined)
  const found = await from.stat(
    { store: 's3', bucket: 'source', key: 'part-000000.parquet' },
    { signal: new AbortController().signal, deadlineAt: Date.now() + 60_000, note: () => undefined },
  )
  await closeFirst()
  return found.etag
}
