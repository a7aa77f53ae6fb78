import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ColumnPlan, RelationPlan } from '../../src/model/plan.js'
import { kitchenRows, type KitchenRows } from './kitchen-sink-rows.js'
import { fillKitchen } from './kitchen-sink-source.js'
import { emulate, migrate, type Emulated } from './rehearsal.js'
import type { Cell } from './parts.js'
import { plainDecimal, readTable } from './read-table.js'

/** Every behaviour that the documents leave open, the other way round; what the default run must hold is first. */
const settings: readonly Readonly<Record<string, string | boolean>>[] = [
  {},
  { csvQuoting: 'needed' },
  { decimalZeros: 'kept' },
  { decimalLeadingZero: 'dropped' },
  { sumDecimalScale: 'eighteen' },
  { parquetTimestampZone: 'session' },
  { parquetTimestampZone: 'project' },
  { parquetNative: 'ignored' },
  { parquetNameCase: 'sensitive' },
  { nullOrder: 'largest' },
  { booleanText: 'upper' },
  { timestampFraction: 'nine' },
  { parseErrors: 'task' },
  { loadNeedsHive: true },
  { locationWithoutEndpoint: true },
  { quotedNullIndicator: 'value' },
]

/** Under these the relations of a type may be refused, each by name; elsewhere all of them arrive. */
const mayRefuse = new Set(['parquetTimestampZone', 'parquetNative', 'loadNeedsHive'])

/** What blocks them is told by the source's rehearsal. */
const blockedCount = 5

interface Told {
  readonly relation: string
  readonly verdict: string
  readonly failure?: string
  readonly checks: readonly { readonly discrepancies: readonly { readonly message: string }[] }[]
}

describe('the kitchen sink, loaded and read back', () => {
  it.each(settings.map((one) => [JSON.stringify(one), one] as const))('under %s', async (_, switches) => {
    await using emulated = await emulate({ seed: 'none', more: { switches } })
    await fillKitchen(emulated.clouds)
    const { code, stdout, stderr } = await migrate(['run', '--config', emulated.clouds.config])
    const told = await toldOf(emulated)
    const refused = told.filter(({ verdict }) => verdict === 'differs' || verdict === 'failed')
    for (const { relation, verdict, failure = '', checks } of refused) {
      const found = checks.flatMap(({ discrepancies }) => discrepancies.map(({ message }) => message))
      const reason = verdict === 'differs' ? found.join() : failure
      expect({ relation, reason }).toEqual({ relation, reason: expect.stringMatching(/./) as string })
      expect(`${stdout}${stderr}`).toContain(relation)
    }
    if (![...mayRefuse].some((name) => name in switches)) {
      expect(told.filter(({ verdict }) => verdict !== 'verified')).toHaveLength(blockedCount)
    }
    // Five failures in a row stop the run; what was not begun is unverified.
    expect({ code, isRefused: [8, 9].includes(code ?? 0) }).toEqual({ code, isRefused: refused.length > 0 })
    if (refused.length === 0) expect({ code }).toEqual({ code: 10 })
    expect(await wronglyVerified(emulated, told)).toEqual([])
  })
})

describe('the kitchen sink as the probe wants it', () => {
  it.each([{ parquetTimestampZone: 'project' }, { parquetNative: 'ignored' }, { loadNeedsHive: true }])(
    'arrives under %j once it was probed',
    async (switches) => {
      await using emulated = await emulate({ seed: 'none', more: { switches } })
      await fillKitchen(emulated.clouds)
      const probed = await migrate(['doctor', '--probe', '--config', emulated.clouds.config])
      expect({ code: probed.code, stderr: probed.code === 0 ? '' : probed.stderr }).toMatchObject({ code: 0 })
      await migrate(['run', '--config', emulated.clouds.config])
      const told = await toldOf(emulated)
      expect(told.filter(({ verdict }) => verdict !== 'verified')).toHaveLength(blockedCount)
      expect(await wronglyVerified(emulated, told)).toEqual([])
    },
  )
})

async function runFolder(emulated: Emulated): Promise<string> {
  const [run = ''] = await readdir(join(emulated.dir, 'runs'))
  return join(emulated.dir, 'runs', run)
}

async function toldOf(emulated: Emulated): Promise<readonly Told[]> {
  const text = await readFile(join(await runFolder(emulated), 'report.json'), 'utf8')
  return (JSON.parse(text) as { relations: Told[] }).relations
}

/** Relations that the product says are verified although other values than the inserted stand in the table. */
async function wronglyVerified(emulated: Emulated, told: readonly Told[]): Promise<readonly string[]> {
  const text = await readFile(join(await runFolder(emulated), 'plan.jsonl'), 'utf8')
  const lines = text.trimEnd().split('\n').slice(1)
  const plans = lines.map((line) => JSON.parse(line) as RelationPlan)
  const wrong: string[] = []
  for (const filled of kitchenRows) {
    const name = bare(filled.relation)
    const plan = plans.find(({ source }) => source.name === name)
    if (plan === undefined) throw new Error(`no plan of ${name}`)
    if (told.find(({ relation }) => relation === `kitchen.${name}`)?.verdict !== 'verified') continue
    const columns = filled.columns.map((column) => columnOf(plan, column))
    const names = columns.map(({ target }) => target)
    const found = await readTable(emulated.clouds, plan, names)
    const types = columns.map(({ targetType }) => targetType)
    if (!sameRows(found, filled, types)) wrong.push(`${name}: ${JSON.stringify(found).slice(0, 600)}`)
  }
  return wrong
}

function sameRows(found: readonly (readonly Cell[])[], filled: KitchenRows, types: readonly string[]): boolean {
  const wanted = filled.rows.map((row) => row.map(([, value], at) => asType(value, types[at] ?? '')))
  return JSON.stringify(found.map(keyOf).toSorted()) === JSON.stringify(wanted.map(keyOf).toSorted())
}

/** SQL knows one zero; a decimal's trailing zeros say nothing. */
function asType(value: Cell, type: string): Cell {
  if (value === null) return null
  return type.startsWith('DECIMAL') ? plainDecimal(String(value)) : value
}

function keyOf(row: readonly Cell[]): string {
  return JSON.stringify(row.map((cell) => (cell === 0 ? 0 : cell)))
}

function bare(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name
}

function columnOf(plan: RelationPlan, column: string): ColumnPlan {
  const found = plan.columns.find(({ source }) => source === bare(column))
  if (found === undefined) throw new Error(`no column ${column}`)
  return found
}
