import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { parquetMetadata } from 'hyparquet'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openParquetEncoder } from '../../src/emulators/redshift/parquet-encoder.js'
import { defaultWorld } from '../../src/emulators/world.js'
import { openStage, type Stage, unloadText } from './redshift-stage.js'
import { startTown, type Town } from './redshift-town.js'

const unloadRole = 'arn:aws:iam::111122223333:role/RedshiftUnload'
const otherRole = 'arn:aws:iam::111122223333:role/NotAttached'
const megabyte = 1024 * 1024
const rowCount = 60_000

let town: Town
let client: pg.Client
let stage: Stage

beforeAll(async () => {
  town = await startTown()
  client = await town.connect()
  stage = openStage(`http://127.0.0.1:${town.s3.port}`, town.world)
  await client.query('CREATE TABLE public.noise (i INTEGER, t VARCHAR(600), c CHAR(40))')
  const dir = await mkdtemp(join(tmpdir(), 'noise-'))
  const line = (_: unknown, i: number): string => `${i}|${randomBytes(220).toString('hex')}|x\n`
  await writeFile(join(dir, 'noise.tbl'), Array.from({ length: rowCount }, line).join(''))
  await town.redshift.loadDelimited('public', 'noise', join(dir, 'noise.tbl'), {
    delimiter: '|',
    trailingDelimiter: false,
  })
  await rm(dir, { recursive: true })
  await client.query('CREATE TABLE public.few (i INTEGER, t VARCHAR(20), d DATE, n NUMERIC(5,2))')
  await client.query(`INSERT INTO public.few VALUES (1, 'a|b', '2024-01-02', -1.5), (2, 'say "x"\\\\it''s', NULL, 0),
    (3, 'two\nlines', '2024-01-02', NULL), (4, NULL, NULL, NULL)`)
}, 60_000)

afterAll(async () => {
  await client.end()
  stage.close()
  await town.close()
})

interface Manifest {
  readonly entries: readonly {
    readonly url: string
    readonly meta: { readonly content_length: number; readonly record_count: number }
  }[]
}

async function manifestOf(prefix: string): Promise<Manifest> {
  return JSON.parse((await stage.read(`${prefix}manifest`)).toString()) as Manifest
}

describe('parts', () => {
  it('of a slice are numbered, none above MAXFILESIZE', async () => {
    await client.query(
      unloadText('SELECT i, t FROM public.noise', 'rotate/', 'PARQUET MANIFEST VERBOSE MAXFILESIZE 5 MB'),
    )
    const keys = (await stage.keys('rotate/')).filter((key) => key.endsWith('.parquet'))
    const slices = new Set(keys.map((key) => key.slice(0, 'rotate/0000'.length)))
    expect(slices.size).toBe(4)
    for (const slice of slices) {
      const ours = keys.filter((key) => key.startsWith(slice))
      expect(ours.length).toBeGreaterThan(1)
      expect(ours).toEqual(ours.map((_, part) => `${slice}_part_0${part}.parquet`))
    }
    let sum = 0
    for (const { url, meta } of (await manifestOf('rotate/')).entries) {
      const bytes = await stage.read(url.replace('s3://redshift-stage/', ''))
      expect([bytes.length, Number(parquetMetadata(new Uint8Array(bytes).buffer).num_rows)]).toEqual([
        meta.content_length,
        meta.record_count,
      ])
      expect(bytes.length).toBeLessThanOrEqual(5 * megabyte)
      sum += meta.record_count
    }
    expect(sum).toBe(rowCount)
  })

  it('are serial with PARALLEL OFF, in the order of the query', async () => {
    const select = 'SELECT i, c, t FROM public.noise ORDER BY i'
    await client.query(unloadText(select, 'serial/', 'PARALLEL OFF MAXFILESIZE 6.5 MB MANIFEST'))
    const keys = (await stage.keys('serial/')).filter((key) => !key.endsWith('manifest'))
    expect(keys.length).toBeGreaterThan(3)
    expect(keys).toEqual(keys.map((_, i) => `serial/${String(i).padStart(3, '0')}`))
    const files = await Promise.all(keys.map((key) => stage.read(key)))
    for (const file of files) expect(file.length).toBeLessThanOrEqual(6.5 * megabyte)
    const lines = Buffer.concat(files).toString().trimEnd().split('\n')
    expect(lines.map((line) => Number(line.split('|')[0]))).toEqual(Array.from({ length: rowCount }, (_, i) => i))
    expect(lines[7]).toMatch(/^7\|x {39}\|[0-9a-f]{440}$/)
  })

  it('take the ending that EXTENSION gives', async () => {
    await client.query(unloadText('SELECT i FROM public.few', 'ending/', "GZIP PARALLEL OFF EXTENSION 'txt.gz'"))
    expect(await stage.keys('ending/')).toEqual(['ending/000.txt.gz'])
  })

  it('are encoded by a worker thread in the built emulator, to the same bytes', async () => {
    const built = new URL('../../dist/emulators/redshift/parquet-encoder.js', import.meta.url)
    const inWorker = (await import(built.href)) as { openParquetEncoder: typeof openParquetEncoder }
    const columns = [
      { name: 'i', type: { name: 'int8' as const } },
      { name: 'ts', type: { name: 'timestamp' as const } },
      { name: 'c', type: { name: 'char' as const, length: 4 } },
    ]
    const rows = [
      [1n, -1n, 'a'],
      [null, 253_402_300_799_999_999n, null],
    ]
    const workers: unknown[] = []
    const note = (worker: unknown): void => void workers.push(worker)
    process.on('worker', note)
    const [here, there] = await Promise.all(
      [openParquetEncoder, inWorker.openParquetEncoder].map(async (open) => {
        const encoder = await open(columns)
        await encoder.add(3, rows)
        const bytes = await encoder.finish(3)
        await encoder.close()
        return Buffer.from(bytes)
      }),
    )
    process.off('worker', note)
    expect(workers).toHaveLength(1)
    expect(there).toEqual(here)
  })
})

describe('a destination that is not empty', () => {
  it('keeps other names under ALLOWOVERWRITE, and loses the same ones', async () => {
    await stage.write('over/000', 'old')
    await stage.write('over/0007_part_00', 'stale')
    await client.query(unloadText('SELECT i FROM public.few ORDER BY i', 'over/', 'ALLOWOVERWRITE PARALLEL OFF'))
    expect(await stage.keys('over/')).toEqual(['over/000', 'over/0007_part_00'])
    expect((await stage.read('over/000')).toString()).toBe('1\n2\n3\n4\n')
    expect((await stage.read('over/0007_part_00')).toString()).toBe('stale')
  })

  it('is emptied by CLEANPATH', async () => {
    await stage.write('clean/deep/er', 'old')
    await stage.write('clean/000', 'old')
    await client.query(unloadText('SELECT i FROM public.few ORDER BY i', 'clean/', 'CLEANPATH PARALLEL OFF MANIFEST'))
    expect(await stage.keys('clean/')).toEqual(['clean/000', 'clean/manifest'])
  })
})

describe('text', () => {
  it('is escaped, quoted and compressed as asked', async () => {
    const select = 'SELECT i, t, d, n FROM public.few ORDER BY i'
    await client.query(unloadText(select, 'escaped/', "GZIP ESCAPE ADDQUOTES NULL AS '@' HEADER PARALLEL OFF"))
    expect(gunzipSync(await stage.read('escaped/000.gz')).toString()).toBe(
      [
        '"i"|"t"|"d"|"n"',
        '"1"|"a\\|b"|"2024-01-02"|"-1.50"',
        '"2"|"say \\"x\\"\\\\it\\\'s"|@|"0.00"',
        '"3"|"two\\\nlines"|"2024-01-02"|@',
        '"4"|@|@|@',
        '',
      ].join('\n'),
    )
  })

  it('escapes texts only, at the delimiter that was chosen', async () => {
    const select = "SELECT n, d, t || '-' FROM public.few WHERE i = 1"
    await client.query(unloadText(select, 'dashes/', "DELIMITER '-' ESCAPE PARALLEL OFF"))
    expect((await stage.read('dashes/000')).toString()).toBe('-1.50-2024-01-02-a|b\\-\n')
  })

  it.each(['', 'HEADER', 'CSV', 'CSV HEADER', 'GZIP', 'PARQUET'])('is nothing for no rows: %s', async (options) => {
    const prefix = `zero/${options.replace(' ', '-')}/`
    await client.query(unloadText('SELECT i FROM public.few WHERE i < 0', prefix, `${options} MANIFEST VERBOSE`))
    expect(await stage.keys(prefix)).toEqual([])
    const { rows } = await client.query(
      "SELECT status, unloaded_rows FROM sys_unload_history WHERE unloaded_location = 's3://redshift-stage/" +
        prefix +
        "'",
    )
    expect(rows).toEqual([{ status: 'completed', unloaded_rows: '0' }])
  })
})

describe('authorization', () => {
  const [key] = defaultWorld().aws.keys
  const id = key?.accessKeyId ?? ''
  const secret = key?.secretAccessKey ?? ''
  const run = (authorization: string, prefix: string, options = 'PARALLEL OFF'): Promise<unknown> =>
    client.query(unloadText('SELECT i FROM public.few', prefix, options, authorization))

  it.each([
    ['a chain that begins with the attached role', `IAM_ROLE '${unloadRole},${otherRole}'`],
    ['a role in CREDENTIALS', `CREDENTIALS 'aws_iam_role=${unloadRole}'`],
    ['keys in CREDENTIALS', `WITH CREDENTIALS AS 'aws_access_key_id=${id};aws_secret_access_key=${secret}'`],
    ['keys', `ACCESS_KEY_ID '${id}' SECRET_ACCESS_KEY AS '${secret}'`],
  ])('is given by %s', async (name, authorization) => {
    const prefix = `may/${name.replaceAll(' ', '-')}/`
    await run(authorization, prefix)
    expect(await stage.keys(prefix)).toEqual([`${prefix}000`])
  })

  it.each<[string, string, RegExp]>([
    [
      'a chain that does not',
      `IAM_ROLE '${otherRole},${unloadRole}'`,
      /not authorized to assume IAM Role .*NotAttached/,
    ],
    ['a chain with a space', `IAM_ROLE '${unloadRole}, ${otherRole}'`, /Invalid IAM role ARN/],
    ['a default role that nobody set', 'IAM_ROLE default', /no default IAM role/],
    [
      'a space in CREDENTIALS',
      `CREDENTIALS 'aws_iam_role= ${unloadRole}'`,
      /^Invalid credentials\. Must be of the format/,
    ],
    ['another secret', `CREDENTIALS 'aws_access_key_id=${id};aws_secret_access_key=x'`, /SignatureDoesNotMatch/],
    ['a stranger', "ACCESS_KEY_ID 'AKIA' SECRET_ACCESS_KEY 'x'", /InvalidAccessKeyId/],
    [
      'a token that does not belong',
      `ACCESS_KEY_ID '${id}' SECRET_ACCESS_KEY '${secret}' SESSION_TOKEN 't'`,
      /InvalidToken/,
    ],
    ['no authorization', '', /No credentials specified/],
  ])('is refused for %s', async (_, authorization, message) => {
    await expect(run(authorization, 'may-not/')).rejects.toThrow(message)
    expect(await stage.keys('may-not/')).toEqual([])
  })

  it('leaves no secret in the history', async () => {
    await run(`ACCESS_KEY_ID '${id}' SECRET_ACCESS_KEY '${secret}'`, 'masked-1/')
    await run(`CREDENTIALS 'aws_access_key_id=${id};aws_secret_access_key=${secret}'`, 'masked-2/')
    const { rows } = await client.query<{ t: string }>(
      "SELECT query_text AS t FROM sys_query_history WHERE query_text LIKE '%masked-%' AND query_type = 'UNLOAD'",
    )
    expect(rows).toHaveLength(2)
    for (const { t } of rows) expect(t).not.toContain(secret)
  })
})

describe('an UNLOAD that is cancelled', () => {
  it('leaves what it wrote, and no manifest', async () => {
    town.faults.add([
      {
        service: 's3',
        operation: 'PutObject',
        contains: 'cancel/',
        nth: 2,
        action: { do: 'delay', milliseconds: 1500 },
      },
    ])
    const session = await town.connect()
    const { rows } = await session.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
    const unloading = session.query(unloadText('SELECT i, t FROM public.noise', 'cancel/', 'PARQUET MANIFEST'))
    const outcome = unloading.then(
      () => undefined,
      (error: unknown) => error,
    )
    for (let i = 0; i < 200 && (await stage.keys('cancel/')).length === 0; i += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    await client.query(`SELECT pg_cancel_backend(${rows[0]?.pid ?? 0})`)
    expect(await outcome).toMatchObject({
      code: '57014',
      message: expect.stringMatching(/^Query \(\d+\) canceled on user's request$/) as unknown,
    })
    const keys = await stage.keys('cancel/')
    expect(keys.filter((name) => name.endsWith('.parquet')).length).toBeGreaterThan(0)
    expect(keys).not.toContain('cancel/manifest')
    expect((await session.query('SELECT pg_last_unload_count() AS n')).rows).toEqual([{ n: '0' }])
    const told =
      await client.query(`SELECT q.status AS q, u.status AS u FROM sys_query_history q JOIN sys_unload_history u
      ON u.query_id = q.query_id WHERE u.unloaded_location = 's3://redshift-stage/cancel/'`)
    expect(told.rows).toEqual([{ q: 'canceled', u: 'aborted' }])
    await session.end()
    town.faults.clear()
  })
})
