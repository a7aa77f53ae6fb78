// Carries consignments as `migrate transfer` does: the built carrier, put together from a config, with ledgers on disk.
// Argument: a JSON file { config, run, atOnce, consignments: [{ consignment, ledger }] }. Prints `begun`, then a line of JSON
// for each consignment that ended.
import { readFile } from 'node:fs/promises'
import { FileLedger } from '../../dist/journal/file-ledger.js'
import { assemble } from '../../dist/cli/assemble.js'
import { loadConfig } from '../../dist/cli/config.js'

const deadlineMilliseconds = 600_000

const order = JSON.parse(await readFile(process.argv[2], 'utf8'))
const { carrier } = assemble(await loadConfig(order.config, process.env), order.run)
process.stdout.write('begun\n')
const waiting = [...order.consignments]
await Promise.all(Array.from({ length: order.atOnce }, carryOn))
process.exit(0)

async function carryOn() {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { id } = next.consignment
    const line = await carry(next).then(
      (outcome) => ({ id, outcome }),
      (error) => ({ id, error: { code: error.code, message: error.message, stack: error.stack } }),
    )
    process.stdout.write(`${JSON.stringify(line)}\n`)
  }
}

/** As a step is performed: what a ledger tells of is taken up, anything else is begun. */
async function carry({ consignment, ledger: path }) {
  const ledger = new FileLedger(path)
  const call = {
    signal: new AbortController().signal,
    deadlineAt: Date.now() + deadlineMilliseconds,
    note: () => undefined,
  }
  try {
    const work = carrier.carry(consignment, ledger)
    const attempt = { token: consignment.id, number: 1, startedAt: Date.now() }
    const found = await work.find(attempt, call)
    const handle = typeof found === 'object' ? found.begun : await work.begin(attempt, call)
    return await work.settle(handle, call)
  } finally {
    await ledger.close()
  }
}
