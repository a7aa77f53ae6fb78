import { describe, expect, it } from 'vitest'
import type { CatalogEntry } from '../../src/model/catalog.js'
import { plainDecimal, readTable } from './read-table.js'
import { changeConfig, emulate, migrate } from './rehearsal.js'
import { tpcdsRows } from './tpcds-rows.js'
import { fillTpcds } from './tpcds-source.js'

/**
 * What nobody outside MaxCompute knows for certain, each the other way round than the emulator's default: the run must
 * be verified all the same, or be refused by name before anything is called done.
 */
const settings: readonly Readonly<Record<string, string | boolean>>[] = [
  { csvQuoting: 'needed' },
  { decimalZeros: 'kept' },
  { decimalLeadingZero: 'dropped' },
  { sumDecimalScale: 'eighteen' },
  { parquetTimestampZone: 'session' },
  { parquetNameCase: 'sensitive' },
  { nullOrder: 'largest' },
  { booleanText: 'upper' },
  { timestampFraction: 'nine' },
  { parseErrors: 'task' },
  { locationWithoutEndpoint: true },
]

describe('under every setting of what is uncertain', () => {
  for (const switches of settings) {
    it(JSON.stringify(switches), async () => {
      for (const seed of ['tpch', 'guide'] as const) {
        await using emulated = await emulate({ seed, more: { switches } })
        const { code, stderr } = await migrate(['run', '--config', emulated.clouds.config])
        expect({ seed, code, stderr: code === 0 ? '' : stderr }).toEqual({ seed, code: 0, stderr: '' })
      }
    })
  }

  it.each(settings.map((one) => [JSON.stringify(one), one] as const))(
    'TPC-DS arrives, value by value, under %s',
    async (_, switches) => {
      await using emulated = await emulate({ seed: 'none', more: { switches } })
      const tables = await fillTpcds(emulated.clouds)
      const { code, stderr } = await migrate(['run', '--config', emulated.clouds.config])
      expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
      for (const table of tables) {
        const names = table.columns.map(({ name }) => name)
        const found = await readTable(emulated.clouds, { target: { name: table.name } }, names)
        const wanted = [...tpcdsRows(table)].map((row) => row.map((cell, at) => plainOf(cell, table, at)))
        expect(found.map(keyOf).toSorted()).toEqual(wanted.map(keyOf).toSorted())
      }
    },
  )

  it('a project that loads only in Hive mode is refused with the setting that helps, and that setting helps', async () => {
    await using emulated = await emulate({ seed: 'tpch', more: { switches: { loadNeedsHive: true } } })
    const { config } = emulated.clouds
    const refused = await migrate(['run', '--config', config, '--select', 'tpch.region'])
    expect(refused.code).toBe(8)
    expect(refused.stderr).toMatch(/hint: .*maxcompute\.hiveCompatibleLoad/)
    await changeConfig(config, (text) => text.replace('maxcompute:\n', 'maxcompute:\n  hiveCompatibleLoad: true\n'))
    const helped = await migrate(['run', '--config', config])
    expect({ code: helped.code, stderr: helped.code === 0 ? '' : helped.stderr }).toEqual({ code: 0, stderr: '' })
  })

  it('projects of the 1.0 and the Hive-compatible edition take the same run', async () => {
    for (const edition of ['1.0', 'hive']) {
      await using emulated = await emulate({ seed: 'tpch', more: { world: { maxcompute: { edition } } } })
      const { code, stderr } = await migrate(['run', '--config', emulated.clouds.config])
      expect({ edition, code, stderr: code === 0 ? '' : stderr }).toEqual({ edition, code: 0, stderr: '' })
    }
  })

  it('a serverless workgroup without STL and STV views takes the same run', async () => {
    await using emulated = await emulate({ seed: 'guide', more: { world: { redshift: { serverless: true } } } })
    const { code, stderr } = await migrate(['run', '--config', emulated.clouds.config])
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
  })
})

/** Blanks at the end of CHAR are padding; a decimal's trailing zeros say nothing. */
function plainOf(cell: string | null, table: CatalogEntry, at: number): string | null {
  if (cell === null) return null
  const base = table.columns[at]?.type.base
  if (base === 'character') return cell.replace(/ +$/, '')
  return base === 'numeric' ? plainDecimal(cell) : cell
}

function keyOf(row: readonly (string | number | null)[]): string {
  return JSON.stringify(row.map((cell) => (cell === null ? null : String(cell))))
}
