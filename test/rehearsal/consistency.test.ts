import { readFile } from 'node:fs/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { changeConfig, emulate, migrate, runIds, untilJournaled, type Clouds, type Emulated } from './rehearsal.js'

let emulated: Emulated

beforeAll(async () => {
  emulated = await emulate({ seed: 'tpch' })
})

afterAll(async () => {
  await emulated[Symbol.asyncDispose]()
})

/** Another client of the source, writing while the run reads. */
async function writer(clouds: Clouds): Promise<pg.Client> {
  const { host, port, database, user, password, caFile } = clouds.redshift
  const client = new pg.Client({ host, port, database, user, password, ssl: { ca: await readFile(caFile) } })
  await client.connect()
  return client
}

async function setMode(mode: string): Promise<void> {
  await changeConfig(emulated.clouds.config, (text) => {
    const without = text.replace(/^consistency: .*\n/m, '')
    return without.replace('select:', `consistency: ${mode}\nselect:`)
  })
}

function rowCountOf(lines: readonly Record<string, unknown>[], relation: string): unknown {
  return lines.find((line) => line['relation'] === relation && 'verdict' in line)?.['rowCount']
}

describe('single-transaction', () => {
  it('reads every relation at one moment, whatever is written meanwhile', async () => {
    await setMode('single-transaction')
    const client = await writer(emulated.clouds)
    // The first UNLOAD waits long enough for another session to write and commit.
    await emulated.fault('warehouses', [
      { service: 'redshift', operation: 'UNLOAD', nth: 1, action: { do: 'delay', milliseconds: 3000 } },
    ])
    const known = await runIds(emulated.clouds.config)
    const running = migrate(['run', '--config', emulated.clouds.config, '--json', '--replace'])
    await untilJournaled(emulated.clouds.config, known, '"begun"', '"unload/')
    await client.query("INSERT INTO tpch.region VALUES (99, 'LATE', 'too late')")
    await client.end()
    const { code, lines, stderr } = await running
    await emulated.clearFaults()
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
    expect(rowCountOf(lines, 'tpch.region')).toBe(5)
  })

  it('after a crash refuses to mix two moments, and starts anew when told to', async () => {
    const first = await migrate([
      'run',
      '--new',
      '--config',
      emulated.clouds.config,
      '--replace',
      '--select',
      'tpch.nation',
    ])
    expect(first.code).toBe(0)
    const mixed = await migrate(['run', '--config', emulated.clouds.config, '--replace'])
    expect(mixed.code).toBe(4)
    expect(mixed.stderr).toMatch(/hint: run --restart-snapshot/)
    const anew = await migrate(['run', '--config', emulated.clouds.config, '--replace', '--json', '--restart-snapshot'])
    expect({ code: anew.code, stderr: anew.code === 0 ? '' : anew.stderr }).toEqual({ code: 0, stderr: '' })
    expect(rowCountOf(anew.lines, 'tpch.region')).toBe(6)
  })
})

describe('frozen', () => {
  it('ends with 0 when nothing was written, and with 11 naming what moved', async () => {
    await setMode('frozen')
    const quiet = await migrate(['run', '--new', '--config', emulated.clouds.config, '--replace', '--json'])
    expect({ code: quiet.code, stderr: quiet.code === 0 ? '' : quiet.stderr }).toEqual({ code: 0, stderr: '' })
    expect(await pageOf(quiet.lines)).toMatch(/consistency frozen, stable/)
    const client = await writer(emulated.clouds)
    await emulated.fault('warehouses', [
      { service: 'redshift', operation: 'UNLOAD', contains: 'lineitem', action: { do: 'delay', milliseconds: 3500 } },
    ])
    const known = await runIds(emulated.clouds.config)
    const running = migrate(['run', '--new', '--config', emulated.clouds.config, '--replace', '--json'])
    await untilJournaled(emulated.clouds.config, known, '"begun"', '"unload/tpch_lineitem')
    await client.query('UPDATE tpch.nation SET n_regionkey = 4 WHERE n_nationkey = 0')
    await client.end()
    const moved = await running
    await emulated.clearFaults()
    expect({ code: moved.code, stderr: moved.stderr }).toMatchObject({ code: 11 })
    const named = moved.lines.flatMap((line) =>
      line['moved'] === undefined ? [] : [line['moved'] as { relation: string }],
    )
    expect(new Set(named.map((one) => one.relation))).toEqual(new Set(['tpch.nation']))
    expect(await pageOf(moved.lines)).toMatch(/consistency frozen, but moved: tpch\.nation/)
  })
})

async function pageOf(lines: readonly Record<string, unknown>[]): Promise<string> {
  return readFile(String(lines.find((line) => 'report' in line)?.['report']), 'utf8')
}
