import OSS from 'ali-oss'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ProbeAnswer, ProbeFact } from '../../src/model/facts.js'
import type { PlanHeader, RelationPlan } from '../../src/model/plan.js'
import { maxComputeClient, runSql } from './maxcompute-session.js'
import { changeConfig, emulate, migrate, type Emulated } from './rehearsal.js'
import { openSource } from './source-session.js'

/** A relation whose types the planted behaviours touch, filled with what lies at their edges. */
async function fillSource({ clouds }: Emulated): Promise<void> {
  const client = await openSource(clouds)
  await client.query('CREATE SCHEMA shop')
  await client.query(
    'CREATE TABLE shop.sale (id integer, price numeric(12,2), huge numeric(38,10), at timestamp, seen timestamptz, word varchar(20))',
  )
  const huge = `${'9'.repeat(28)}.${'9'.repeat(10)}`
  await client.query(
    `INSERT INTO shop.sale VALUES (1, -0.01, ${huge}, '0001-01-01 00:00:00', '2026-07-01 12:34:56.123456+00', 'ab  '),
      (2, 9999999999.99, -${huge}, '9999-12-31 23:59:59.999999', '1969-12-31 23:59:59+00', ''), (3, NULL, NULL, NULL, NULL, NULL)`,
  )
  await client.end()
}

async function clouds(switches: object, world: object = {}): Promise<Emulated> {
  const emulated = await emulate({ seed: 'none', more: { switches, world } })
  await fillSource(emulated)
  await changeConfig(emulated.clouds.config, (text) =>
    text.replace(/select:[^\n]*\n(?: +- [^\n]*\n)*/, "select: ['shop.*']\n"),
  )
  return emulated
}

async function probed(emulated: Emulated): Promise<ProbeFact> {
  const { code, stderr } = await migrate(['doctor', '--probe', '--config', emulated.clouds.config])
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(await readFile(join(emulated.dir, 'runs', 'probe.json'), 'utf8')) as ProbeFact
}

type Way = Pick<ProbeAnswer, 'form'> & { readonly native?: boolean; readonly hive?: boolean; readonly zone?: string }

/** `type` → verdict, of one way; the target's type where the source's alone does not tell. */
function verdicts(fact: ProbeFact, { form, native = true, hive = false, zone = 'UTC' }: Way): Record<string, string> {
  const same = fact.answers.filter(
    ({ reader, form: one }) => one === form && reader.native === native && reader.hive === hive && reader.zone === zone,
  )
  return Object.fromEntries(
    same.map(({ sourceType, targetType, verdict, detail = '' }) => [
      `${sourceType} > ${targetType}`,
      verdict === 'shifted' || verdict === 'refused' ? `${verdict} ${detail}` : verdict,
    ]),
  )
}

async function planOf({ dir }: Emulated): Promise<readonly [PlanHeader, RelationPlan]> {
  const run = (await readdir(join(dir, 'runs'))).find((name) => !name.startsWith('probe')) ?? ''
  const [header = '', plan = ''] = (await readFile(join(dir, 'runs', run, 'plan.jsonl'), 'utf8')).split('\n')
  return [JSON.parse(header) as PlanHeader, JSON.parse(plan) as RelationPlan]
}

const wireOf = ({ columns }: RelationPlan): readonly string[] =>
  columns.filter(({ wire }) => wire !== undefined).map(({ target }) => target)
const codesOf = (plan: RelationPlan): readonly string[] => [
  ...new Set(plan.concerns.map(({ code }) => code).filter((code) => code.startsWith('RS025'))),
]

/** Every row as text, at UTC. */
async function rowsOf(emulated: Emulated): Promise<string> {
  const items = ['id', 'price', 'huge', 'at', 'seen'].map((name) => `CAST(\`${name}\` AS STRING) AS \`${name}\``)
  return runSql(emulated.clouds, `SELECT ${items.join(', ')}, \`word\` FROM \`sale\` ORDER BY \`id\` LIMIT 10`)
}

async function runToTheEnd(emulated: Emulated, ...more: readonly string[]): Promise<string> {
  const { code, stderr } = await migrate(['run', '--config', emulated.clouds.config, ...more])
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
  return rowsOf(emulated)
}

async function leftovers({ clouds }: Emulated): Promise<readonly string[]> {
  const { endpoint, bucket, region, accessKeyId, accessKeySecret } = clouds.oss
  const options = { endpoint, bucket, region: `oss-${region}`, accessKeyId, accessKeySecret, authorizationV4: true }
  const store = new OSS({ ...options, sldEnable: true } as OSS.Options)
  const { objects } = await store.listV2({ 'max-keys': '100' }, {})
  const call = { signal: new AbortController().signal, deadlineAt: Date.now() + 60_000, note: () => undefined }
  const tables: string[] = []
  for await (const table of maxComputeClient(clouds).listTables('', { ...call })) tables.push(table.name)
  return [...(objects ?? []).map(({ name }) => name), ...tables.filter((name) => name.includes('probe'))]
}

describe('the probe', { timeout: 120_000 }, () => {
  it('finds the table of types that the documents tell of, and leaves nothing behind', async () => {
    await using emulated = await clouds({})
    const fact = await probed(emulated)
    expect(fact).toMatchObject({ fact: 'probe', project: emulated.clouds.maxcompute.project, rows: 'constants' })
    expect(await leftovers(emulated)).toEqual([])
    const native = verdicts(fact, { form: 'direct' })
    const refusedByBoth = {
      'timestamp without time zone > TIMESTAMP_NTZ': 'refused ODPS-0123131',
      'super > JSON': 'refused ODPS-0123131',
    }
    expect(native).toMatchObject(refusedByBoth)
    // DATETIME ends at the millisecond whoever reads it.
    const others = Object.entries(native).filter(([way]) => !(way in refusedByBoth) && !way.endsWith('> DATETIME'))
    expect(others.length).toBeGreaterThan(18)
    expect(others.filter(([, verdict]) => verdict !== 'exact')).toEqual([])
    expect(native['timestamp without time zone > DATETIME']).toBe('rounded')
    const java = verdicts(fact, { form: 'direct', native: false })
    const changed = Object.keys(java).filter((way) => java[way] !== native[way])
    expect(changed).toEqual(Object.keys(native).filter((way) => way.includes('> DECIMAL')))
    expect(changed.map((way) => java[way])).toEqual(changed.map(() => 'refused ODPS-0123131'))
    expect(new Set(Object.values(verdicts(fact, { form: 'text' })))).toEqual(new Set(['exact']))
    // Without a finding the plan is what it would have been.
    expect((await migrate(['plan', '--config', emulated.clouds.config])).code).toBe(0)
    const [header, plan] = await planOf(emulated)
    expect([header.hiveCompatibleLoad, wireOf(plan), codesOf(plan)]).toEqual([undefined, [], []])
  })

  it('finds that only the Java reader reads, and the plan carries decimals as text', async () => {
    await using emulated = await clouds({ parquetNative: 'ignored' })
    expect((await migrate(['run', '--config', emulated.clouds.config])).code).toBe(8)
    const fact = await probed(emulated)
    expect(verdicts(fact, { form: 'direct' })['numeric(9,2) > DECIMAL(9,2)']).toBe('refused ODPS-0123131')
    expect((await migrate(['run', '--new', '--replace', '--config', emulated.clouds.config])).code).toBe(0)
    await using plain = await clouds({})
    expect(await rowsOf(emulated)).toBe(await runToTheEnd(plain))
  })

  it('finds timestamps shifted by the zone of the project, and the plan carries them as text', async () => {
    await using emulated = await clouds({ parquetTimestampZone: 'project' })
    expect((await migrate(['run', '--config', emulated.clouds.config])).code).toBe(9)
    await rm(join(emulated.dir, 'runs'), { recursive: true })
    const fact = await probed(emulated)
    expect(verdicts(fact, { form: 'direct' })).toMatchObject({
      'timestamp without time zone > TIMESTAMP': 'shifted -8 h',
      'timestamp with time zone > TIMESTAMP': 'shifted -8 h',
      'date > DATE': 'exact',
    })
    const rows = await runToTheEnd(emulated, '--replace')
    const [, plan] = await planOf(emulated)
    expect([wireOf(plan), codesOf(plan), plan.strategy]).toEqual([['at', 'seen'], ['RS0250'], 'staged'])
    expect(rows).toContain('0001-01-01 00:00:00')
    expect(rows).toContain('9999-12-31 23:59:59.999999')
    expect(rows).toContain('2026-07-01 12:34:56.123456')
    expect(verdicts(fact, { form: 'text' })).toMatchObject({
      'timestamp without time zone > DATETIME': 'exact',
      'timestamp with time zone > DATETIME': 'exact',
    })
    const override = "types: { overrides: [{ match: 'timestamp*', type: DATETIME }] }\n"
    await changeConfig(emulated.clouds.config, (text) => `${text}${override}`)
    await rm(join(emulated.dir, 'runs'), { recursive: true })
    await runSql(emulated.clouds, 'DROP TABLE `sale`')
    await probed(emulated)
    await runToTheEnd(emulated)
    const [, datetimes] = await planOf(emulated)
    expect([wireOf(datetimes), codesOf(datetimes)]).toEqual([['at', 'seen'], ['RS0250']])
    const items = ['at', 'seen'].map((name) => `CAST(CAST(\`${name}\` AS TIMESTAMP) AS STRING) AS \`${name}\``)
    const found = await runSql(emulated.clouds, `SELECT ${items.join(', ')} FROM \`sale\` ORDER BY \`id\` LIMIT 10`)
    for (const moment of [
      '0001-01-01 00:00:00',
      '2026-07-01 12:34:56.123',
      '9999-12-31 23:59:59.999',
      '1969-12-31 23:59:59',
    ])
      expect(found).toMatch(new RegExp(`"${moment}"`))
  })

  it('finds what the time zone of LOAD is for', async () => {
    await using emulated = await clouds({ parquetTimestampZone: 'session' })
    const fact = await probed(emulated)
    const way = 'timestamp without time zone > TIMESTAMP'
    expect(verdicts(fact, { form: 'direct' })[way]).toBe('exact')
    expect(verdicts(fact, { form: 'direct', zone: 'project' })[way]).toBe('shifted -8 h')
  })

  it('finds that LOAD reads only in Hive mode, and the plan has it sent', async () => {
    await using emulated = await clouds({ loadNeedsHive: true })
    const fact = await probed(emulated)
    expect(new Set(Object.values(verdicts(fact, { form: 'direct' })))).toEqual(new Set(['refused ODPS-0123131']))
    expect(verdicts(fact, { form: 'direct', hive: true })['integer > INT']).toBe('exact')
    await runToTheEnd(emulated)
    const [header, plan] = await planOf(emulated)
    expect([header.hiveCompatibleLoad, wireOf(plan)]).toEqual([true, []])
    expect(header.concerns?.map(({ code }) => code)).toContain('RS0252')
  })

  it('finds that names of columns are matched letter by letter', async () => {
    await using emulated = await clouds({ parquetNameCase: 'sensitive' })
    const way = 'integer, its name in upper case > INT'
    expect(verdicts(await probed(emulated), { form: 'direct' })[way]).toBe('null')
  })

  it('uses a table where it may make one, and removes everything also after a failure and an interrupt', async () => {
    await using emulated = await clouds({})
    await changeConfig(emulated.clouds.config, (text) => `${text}probe:\n  schema: shop\n`)
    const fact = await probed(emulated)
    expect(fact.rows).toBe('table')
    expect(verdicts(fact, { form: 'direct' })['numeric(38,18) > DECIMAL(38,18)']).toBe('exact')
    await emulated.fault('warehouses', [
      {
        service: 'maxcompute',
        operation: 'POST instances',
        nth: 5,
        action: { do: 'fail', status: 403, code: 'NoPermission', message: 'not you' },
      },
    ])
    const failed = await migrate(['doctor', '--probe', '--config', emulated.clouds.config])
    expect(failed).toMatchObject({ code: 8 })
    await emulated.clearFaults()
    expect(await leftovers(emulated)).toEqual([])
    const interrupted = await migrate(['doctor', '--probe', '--config', emulated.clouds.config], {
      kill: (child) =>
        child.stderr?.on('data', (chunk: Buffer) => {
          if (chunk.toString().includes('by the native reader in Hive mode')) child.kill('SIGINT')
        }),
    })
    expect(interrupted.code).toBe(130)
    expect(await leftovers(emulated)).toEqual([])
    const names = (text: string): string => text.replace(/roleArn: .*/, 'roleArn: acs:ram::1:role/nobody')
    await changeConfig(emulated.clouds.config, (text) => names(text).replace(/\naccess:\n(?: .*\n)*/, '\n'))
    const denied = await migrate(['doctor', '--probe', '--config', emulated.clouds.config])
    expect(denied).toMatchObject({ code: 8 })
    expect(denied.stderr).toMatch(/LOAD reads nothing at all: [^]*role\/nobody does not exist/)
    expect(await leftovers(emulated)).toEqual([])
    const kept = JSON.parse(await readFile(join(emulated.dir, 'runs', 'probe.json'), 'utf8')) as ProbeFact
    expect(kept.run).toBe(fact.run)
    const journal = await readFile(join(emulated.dir, 'runs', `probe-${fact.run}.jsonl`), 'utf8')
    for (const verb of ['CREATE TABLE', 'LOAD OVERWRITE', 'SELECT', 'DROP TABLE'])
      expect(journal).toMatch(new RegExp(`"event":"statement".*"text":"${verb}`))
    expect(journal).not.toContain(emulated.clouds.maxcompute.accessKey)
    const client = await openSource(emulated.clouds)
    const { rows } = await client.query("SELECT relname FROM pg_class WHERE relname LIKE 'mig_probe%'")
    await client.end()
    expect(rows).toEqual([])
  })
})
