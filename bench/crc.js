// `node bench/crc.js`, after `npm run build`: gigabytes of CRC-64 a second, by the carrier's own engine and by hash-wasm.
import { createCRC64 } from 'hash-wasm'
import { CrcRun } from '../dist/carrier/crc-run.js'

const bytes = Buffer.alloc(256 * 1024, 'abcdefgh1')
const roundCount = 4_000
const library = await createCRC64()

function measure(title, open) {
  let best = 0
  let last = ''
  for (let round = 0; round < 3; round += 1) {
    const run = open()
    const startedAt = performance.now()
    for (let index = 0; index < roundCount; index += 1) run.update(bytes)
    best = Math.max(best, (roundCount * bytes.length) / 1e6 / (performance.now() - startedAt))
    last = run.end()
  }
  console.log(`${title.padEnd(12)} ${best.toFixed(2)} GB/s  ${last}`)
  return best
}

const theirs = measure('hash-wasm', () => {
  library.init()
  return { update: (piece) => library.update(piece), end: () => library.digest() }
})
const ours = measure('four lanes', () => {
  const run = new CrcRun('xz')
  return { update: (piece) => run.update(piece), end: () => run.hex() }
})
console.log(`node ${process.version}: ${(ours / theirs).toFixed(2)} ×`)
