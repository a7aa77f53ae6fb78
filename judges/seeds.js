// What the emulated source is filled with. Every seed writes <table>.tbl files; a spoilt one fills the source with other
// rows than its judges are told of, and gives the folder of the truth.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runChild } from './children.js'
import { pathWithTools } from './tools.js'

const scale = 0.01

export const seeds = { generated, spoilt: spoil(generated), dbgen, 'spoilt-dbgen': spoil(dbgen) }

/** Our own generator, the one behind `migrate emulate --seed tpch`. */
async function generated(tbl) {
  const { tpchTables, writeTbl } = await import('../dist/emulators/tpch/generate.js')
  for (const table of tpchTables) await writeTbl(table, scale, join(tbl, `${table}.tbl`))
}

/** The rows of TPC's own dbgen, by another hand. */
async function dbgen(tbl) {
  const env = { ...process.env, PATH: pathWithTools() }
  const args = ['-s', String(scale), '--output-dir', tbl]
  const { code, output } = await runChild('tpchgen-cli', args, { env, secondsMax: 60 })
  if (code !== 0) throw new Error(`tpchgen-cli: exit code ${code}: ${output.slice(0, 300)}`)
}

/** One price of one line of lineitem is a cent off. */
function spoil(fill) {
  return async (tbl) => {
    const truth = `${tbl}-truth`
    await fill(tbl)
    await rename(tbl, truth)
    await mkdir(tbl)
    for (const table of ['region', 'nation', 'supplier', 'customer', 'part', 'partsupp', 'orders', 'lineitem']) {
      const text = await readFile(join(truth, `${table}.tbl`), 'utf8')
      await writeFile(join(tbl, `${table}.tbl`), table === 'lineitem' ? changePrice(text) : text)
    }
    return truth
  }
}

/** The last digit of the first line's extended price, the sixth field. */
function changePrice(text) {
  const changed = text.replace(
    /^((?:[^|]*\|){5}[^|]*)(\d)\|/,
    (_, before, digit) => `${before}${(Number(digit) + 1) % 10}|`,
  )
  if (changed === text) throw new Error('spoil: the first line of lineitem has no price')
  return changed
}
