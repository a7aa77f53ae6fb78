import { describe, expect, it } from 'vitest'
import { runSql } from './maxcompute-session.js'
import { readTable } from './read-table.js'
import { changeConfig, emulate, migrate, type Emulated } from './rehearsal.js'
import { openSource } from './source-session.js'

/** What stands in the source, and the same cut at milliseconds, by hand: downwards, also before 1970. */
const moments: readonly (readonly [source: string, kept: string])[] = [
  ['0001-01-01 00:00:00', '0001-01-01 00:00:00.000'],
  ['0001-01-01 00:00:00.000999', '0001-01-01 00:00:00.000'],
  ['1582-10-04 23:59:59.999999', '1582-10-04 23:59:59.999'],
  ['1582-10-10 12:00:00.1', '1582-10-10 12:00:00.100'],
  ['1900-01-01 00:00:00.0005', '1900-01-01 00:00:00.000'],
  ['1969-12-31 23:59:59.999999', '1969-12-31 23:59:59.999'],
  ['1970-01-01 00:00:00', '1970-01-01 00:00:00.000'],
  ['1970-01-01 00:00:00.000001', '1970-01-01 00:00:00.000'],
  ['1986-05-04 02:30:00.25', '1986-05-04 02:30:00.250'],
  ['2020-02-29 01:02:03.123456', '2020-02-29 01:02:03.123'],
  ['2038-01-19 03:14:08.9995', '2038-01-19 03:14:08.999'],
  ['9999-12-31 23:59:59.999999', '9999-12-31 23:59:59.999'],
]

const columns = ['id', 'plain', 'zoned'] as const

async function clouds(switches: object, more = ''): Promise<Emulated> {
  const emulated = await emulate({ seed: 'none', more: { switches } })
  const source = await openSource(emulated.clouds)
  await source.query('CREATE SCHEMA times')
  for (const table of ['parquet_moments', 'csv_moments']) {
    await source.query(`CREATE TABLE times.${table} (id int4 NOT NULL, plain timestamp, zoned timestamptz)`)
    for (const [n, [text]] of moments.entries())
      await source.query(`INSERT INTO times.${table} VALUES (${n}, '${text}', '${text}+00')`)
    await source.query(`INSERT INTO times.${table} VALUES (${moments.length}, NULL, NULL)`)
  }
  await source.query('CREATE TABLE times.far (id int4, plain timestamp)')
  await source.query("INSERT INTO times.far VALUES (1, '10000-01-01 00:00:00'), (2, '2020-01-01 00:00:00')")
  await source.end()
  const settings = `types: { overrides: [{ match: 'timestamp*', type: DATETIME }] }
relations:
  times.csv_moments: { format: csv }
${more}select:
  - times.*
`
  await changeConfig(emulated.clouds.config, (text) => text.replace(/^select:\n( .*\n)*/m, settings))
  return emulated
}

const expected = [...moments.map(([, kept], n) => [n, kept, kept]), [moments.length, null, null]]

async function found({ clouds: of }: Emulated, name: string): Promise<readonly unknown[][]> {
  const rows = await readTable(of, { target: { name } }, columns)
  return rows.map((row) => [...row]).sort((one, other) => Number(one[0]) - Number(other[0]))
}

async function run({ clouds: of }: Emulated, ...more: readonly string[]): ReturnType<typeof migrate> {
  return migrate(['run', '--config', of.config, ...more])
}

describe('TIMESTAMP and TIMESTAMPTZ as DATETIME', () => {
  it('arrive cut at milliseconds and verified so; a year that it does not hold blocks', async () => {
    await using emulated = await clouds({})
    const plan = await migrate(['plan', '--config', emulated.clouds.config])
    expect(plan.stdout).toContain('RS0145')
    expect(await run(emulated, '--select', 'times.*_moments')).toMatchObject({ code: 0 })
    for (const table of ['parquet_moments', 'csv_moments']) {
      expect(await found(emulated, table)).toEqual(expected)
      expect(await runSql(emulated.clouds, `DESC ${table}`)).toMatch(/plain +\| datetime/i)
    }
    const far = await run(emulated, '--select', 'times.far', '--new')
    expect(far.code).toBe(10)
    expect(far.stderr).toMatch(/unload times\.far: 1 row breaks the assumption that plain lies within .*RS0122/)
  })

  it('is found to differ by one millisecond', async () => {
    await using emulated = await clouds({})
    const { config } = emulated.clouds
    for (const stage of ['plan', 'ddl --apply', 'unload', 'transfer', 'load'])
      await migrate([...stage.split(' '), '--config', config, '--select', 'times.parquet_moments'])
    const changed = `SELECT id, CASE WHEN id = 9 THEN DATETIME'2020-02-29 01:02:03.124' ELSE plain END, zoned FROM parquet_moments`
    await runSql(emulated.clouds, `INSERT OVERWRITE TABLE parquet_moments ${changed}`)
    const verified = await migrate(['verify', '--config', config, '--select', 'times.parquet_moments'])
    expect(verified.code).toBe(9)
    expect(verified.stdout + verified.stderr).toContain('2020-02-29 01:02:03.124')
  })

  it.each([
    { parquetTimestampZone: 'session' },
    { parquetTimestampZone: 'project' },
    { timestampFraction: 'nine' },
    { parquetNative: 'ignored' },
  ])('are the same, or refused by name, under %o', async (switches) => {
    await using emulated = await clouds(switches)
    const { code, stderr, stdout } = await run(emulated, '--select', 'times.*_moments')
    if (code === 0) {
      for (const table of ['parquet_moments', 'csv_moments']) expect(await found(emulated, table)).toEqual(expected)
    } else {
      expect({ switches, code }).toEqual({ switches: { parquetTimestampZone: 'project' }, code: 9 })
      expect(stdout + stderr).toContain('times.parquet_moments')
      expect(await found(emulated, 'csv_moments')).toEqual(expected)
    }
  })
})
