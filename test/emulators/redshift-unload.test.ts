import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { tableFromIPC } from 'apache-arrow'
import { parquetMetadata, parquetReadObjects } from 'hyparquet'
import { readParquet } from 'parquet-wasm'
import type pg from 'pg'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SqlEngine } from '../../src/emulators/sql-engine.js'
import { startTown, type Town } from './redshift-town.js'

const bucket = 'redshift-stage'
const role = "IAM_ROLE 'arn:aws:iam::111122223333:role/RedshiftUnload'"

let town: Town
let client: pg.Client
let s3: S3Client

beforeAll(async () => {
  town = await startTown()
  const [key] = town.world.aws.keys
  s3 = new S3Client({
    endpoint: `http://127.0.0.1:${town.s3.port}`,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: key?.accessKeyId ?? '', secretAccessKey: key?.secretAccessKey ?? '' },
  })
  client = await town.connect()
  await client.query(`CREATE TABLE public.kinds (i2 SMALLINT, i4 INTEGER NOT NULL, i8 BIGINT, d38 NUMERIC(38,10), d12 NUMERIC(12,2),
    d1 NUMERIC(1,0), r REAL, f DOUBLE PRECISION, b BOOLEAN, c CHAR(5), v VARCHAR(20), dt DATE, ts TIMESTAMP, tz TIMESTAMPTZ, s SUPER)`)
  await client.query(`INSERT INTO public.kinds VALUES
    (-32768, 1, -9223372036854775808, 1234567890123456789012345678.0123456789, -0.01, 9, 0.1, 1e300, true, 'ab', 'é', '0001-01-01',
     '0001-01-01', '1969-12-31 23:59:59.999999+00', '{"a":1}'),
    (32767, 2, 9223372036854775807, -9999999999999999999999999999.9999999999, 9999999999.99, -9, -0.1, 'NaN', false, '', '',
     '9999-12-31', '9999-12-31 23:59:59.999999', '2020-01-01 12:00:00+02', 'null'),
    (NULL, 3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)`)
})

afterAll(async () => {
  await client.end()
  s3.destroy()
  await town.close()
})

async function keysUnder(prefix: string): Promise<string[]> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }))
  return Contents.map((object) => object.Key ?? '')
}

async function read(key: string): Promise<Uint8Array> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
  if (Body === undefined) throw new Error(`no body: ${key}`)
  return Body.transformToByteArray()
}

function unload(select: string, prefix: string, options = 'FORMAT AS PARQUET MANIFEST VERBOSE'): string {
  return `UNLOAD ('${select.replaceAll('\\', '\\\\').replaceAll("'", "''")}') TO 's3://${bucket}/${prefix}' ${role} ${options}`
}

async function parts(prefix: string): Promise<Uint8Array[]> {
  const keys = (await keysUnder(prefix)).filter((key) => key.endsWith('.parquet'))
  return Promise.all(keys.map(read))
}

function buffer(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer
}

describe('a Parquet part', () => {
  let files: Uint8Array[]

  beforeAll(async () => {
    await client.query(unload('SELECT * FROM public.kinds ORDER BY i4', 'kinds/'))
    files = await parts('kinds/')
  })

  it('has the physical types of the service', () => {
    const { schema } = parquetMetadata(buffer(files[0] ?? new Uint8Array()))
    const types = schema.slice(1).map((element) => ({
      name: element.name,
      type: element.type,
      length: element.type_length,
      logical: element.converted_type,
      repetition: element.repetition_type,
    }))
    const column = (name: string, type: string, logical?: string, length?: number): unknown => ({
      name,
      type,
      length,
      logical,
      repetition: 'OPTIONAL',
    })
    expect(types).toEqual([
      column('i2', 'INT32', 'INT_16'),
      column('i4', 'INT32'),
      column('i8', 'INT64'),
      column('d38', 'FIXED_LEN_BYTE_ARRAY', 'DECIMAL', 16),
      column('d12', 'FIXED_LEN_BYTE_ARRAY', 'DECIMAL', 6),
      column('d1', 'FIXED_LEN_BYTE_ARRAY', 'DECIMAL', 1),
      column('r', 'FLOAT'),
      column('f', 'DOUBLE'),
      column('b', 'BOOLEAN'),
      column('c', 'BYTE_ARRAY', 'UTF8'),
      column('v', 'BYTE_ARRAY', 'UTF8'),
      column('dt', 'INT32', 'DATE'),
      column('ts', 'INT96'),
      column('tz', 'INT96'),
      column('s', 'BYTE_ARRAY', 'JSON'),
    ])
  })

  it('holds the values that parquet-wasm reads', () => {
    const rows = files.flatMap(
      (file) => tableFromIPC(readParquet(file).intoIPCStream()).toArray() as Record<string, unknown>[],
    )
    const byKey = new Map(rows.map((row) => [Number(row.i4), row]))
    const first = byKey.get(1)
    expect([first?.i2, first?.i8, first?.b, first?.c, first?.v]).toEqual([
      -32768,
      -9223372036854775808n,
      true,
      'ab   ',
      'é',
    ])
    expect(decimalText(first?.d38)).toBe('12345678901234567890123456780123456789')
    expect(decimalText(byKey.get(2)?.d38)).toBe('-99999999999999999999999999999999999999')
    expect(decimalText(first?.d12)).toBe('-1')
    expect(byKey.get(2)?.c).toBe('     ')
    expect(byKey.get(2)?.f).toBeNaN()
    const third = byKey.get(3)
    expect(Object.values(third ?? {}).filter((value) => value !== null)).toEqual([3])
  })

  it('holds the moments that DuckDB and hyparquet read', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'parts-'))
    await Promise.all(files.map((file, i) => writeFile(join(dir, `${i}.parquet`), file)))
    const engine = await SqlEngine.open(':memory:')
    const connection = await engine.connect()
    const { rows } = await connection.query(
      `SELECT i4, ts::VARCHAR, tz::VARCHAR, dt::VARCHAR FROM read_parquet('${dir}/*.parquet') ORDER BY i4`,
    )
    connection.close()
    engine.close()
    await rm(dir, { recursive: true })
    expect(rows).toEqual([
      [1, '0001-01-01 00:00:00', '1969-12-31 23:59:59.999999', '0001-01-01'],
      [2, '9999-12-31 23:59:59.999999', '2020-01-01 10:00:00', '9999-12-31'],
      [3, null, null, null],
    ])
    const objects = (await Promise.all(files.map((file) => parquetReadObjects({ file: buffer(file) })))).flat()
    const moments = new Map(objects.map((row) => [row.i4, row.ts as Date | null]))
    expect(moments.get(1)?.toISOString()).toBe('0001-01-01T00:00:00.000Z')
    expect(moments.get(2)?.toISOString()).toBe('9999-12-31T23:59:59.999Z')
    expect(moments.get(3)).toBeNull()
  })
})

/** Arrow gives a decimal as 32-bit words, least first. */
function decimalText(value: unknown): string {
  const words = value as Uint32Array
  let result = 0n
  for (let i = words.length - 1; i >= 0; i -= 1) result = (result << 32n) | BigInt(words[i] ?? 0)
  return BigInt.asIntN(words.length * 32, result).toString()
}

describe('what an UNLOAD leaves', () => {
  it('is several parts, and a manifest that agrees with them', async () => {
    await client.query('CREATE TABLE public.many (a INTEGER, t VARCHAR(30))')
    await client.query(`INSERT INTO public.many SELECT x.a * 1000 + y.a, 'row ' || x.a FROM
      (SELECT row_number() OVER () AS a FROM public.kinds k1, public.kinds k2, public.kinds k3, public.kinds k4) x,
      (SELECT row_number() OVER () AS a FROM public.kinds k1, public.kinds k2, public.kinds k3, public.kinds k4) y`)
    const notices: string[] = []
    client.on('notice', (notice) => notices.push(notice.message ?? ''))
    const { command } = await client.query(unload('SELECT a, t FROM public.many', 'many/'))
    expect(command).toBe('UNLOAD')
    expect(notices).toEqual(['UNLOAD completed, 6561 record(s) unloaded successfully.'])
    const keys = await keysUnder('many/')
    const names = keys.filter((key) => key.endsWith('.parquet'))
    expect(names.length).toBeGreaterThan(1)
    for (const name of names) expect(name).toMatch(/^many\/\d{4}_part_00\.parquet$/)
    const manifest = JSON.parse(Buffer.from(await read('many/manifest')).toString()) as Manifest
    expect(manifest.entries.map((entry) => entry.url).sort()).toEqual(names.map((name) => `s3://${bucket}/${name}`))
    for (const entry of manifest.entries) {
      const bytes = await read(entry.url.replace(`s3://${bucket}/`, ''))
      expect(bytes.byteLength).toBe(entry.meta.content_length)
      expect(Number(parquetMetadata(buffer(bytes)).num_rows)).toBe(entry.meta.record_count)
    }
    expect(manifest.meta.record_count).toBe(6561)
    expect(manifest.schema.elements).toEqual([
      { name: 'a', type: { base: 'integer' } },
      { name: 't', type: { base: 'character varying', max_length: 30 } },
    ])
    expect(manifest.author).toEqual({ name: 'Amazon Redshift', version: '1.0.0' })
    const { rows } = await client.query('SELECT pg_last_unload_count() AS n')
    expect(rows).toEqual([{ n: '6561' }])
  })

  it('is nothing for no rows', async () => {
    await client.query(unload('SELECT a FROM public.many WHERE a < 0', 'none/'))
    expect(await keysUnder('none/')).toEqual([])
    expect((await client.query('SELECT pg_last_unload_count() AS n')).rows).toEqual([{ n: '0' }])
  })

  it('is told by the history, with comment and label', async () => {
    await client.query("SET query_group TO 'run 7'")
    await client.query(`/* attempt a1 */ ${unload('SELECT a FROM public.many', 'history/')}`)
    await client.query('RESET query_group')
    const { rows } = await client.query(`SELECT q.query_label, q.status, u.status AS unload_status, u.unloaded_rows,
      (SELECT count(*) FROM sys_unload_detail d WHERE d.query_id = u.query_id) = u.unloaded_files_count AS files_agree,
      q.session_id = ${await processId()} AS own
      FROM sys_query_history q JOIN sys_unload_history u ON u.query_id = q.query_id WHERE q.query_text LIKE '/* attempt a1 */%'`)
    expect(rows).toEqual([
      {
        query_label: 'run 7',
        status: 'success',
        unload_status: 'completed',
        unloaded_rows: '6561',
        files_agree: true,
        own: true,
      },
    ])
    const log = await client.query('SELECT sum(line_count) AS n FROM stl_unload_log WHERE query = pg_last_unload_id()')
    expect(log.rows).toEqual([{ n: '6561' }])
  })

  it('keeps quotes and backslashes that are escaped twice', async () => {
    await client.query(
      "CREATE TABLE public.quoted (t VARCHAR(20)); INSERT INTO public.quoted VALUES ('a\\\\b''c'), ('other')",
    )
    await client.query(unload("SELECT t FROM public.quoted WHERE t = 'a\\\\b''c'", 'quoted/'))
    const [file] = await parts('quoted/')
    expect(await parquetReadObjects({ file: buffer(file ?? new Uint8Array()) })).toEqual([{ t: "a\\b'c" }])
  })

  it('carries column names into the manifest without escaping them', async () => {
    await client.query(unload('SELECT a AS "we""ird" FROM public.many WHERE a = 1001', 'weird/'))
    const text = Buffer.from(await read('weird/manifest')).toString()
    expect(text).toContain('"name":"we"ird"')
    expect(() => JSON.parse(text) as unknown).toThrow()
  })

  it('is serial with PARALLEL OFF, and text where asked', async () => {
    await client.query(unload('SELECT a FROM public.many ORDER BY a', 'serial/', 'FORMAT PARQUET PARALLEL OFF'))
    expect(await keysUnder('serial/')).toEqual(['serial/000.parquet'])
    await client.query(unload('SELECT i4, c, v, d12 FROM public.kinds ORDER BY i4', 'csv/', 'CSV HEADER PARALLEL OFF'))
    expect(Buffer.from(await read('csv/000')).toString()).toBe(
      'i4,c,v,d12\n1,ab   ,é,-0.01\n2,     ,"",9999999999.99\n3,,,\n',
    )
  })
})

async function processId(): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  return rows[0]?.pid ?? 0
}

interface Manifest {
  readonly entries: readonly {
    readonly url: string
    readonly meta: { readonly content_length: number; readonly record_count: number }
  }[]
  readonly schema: { readonly elements: readonly unknown[] }
  readonly meta: { readonly record_count: number }
  readonly author: unknown
}

describe('an UNLOAD is refused', () => {
  const refusals: readonly (readonly [string, string, RegExp])[] = [
    ['LIMIT', unload('SELECT a FROM public.many LIMIT 5', 'r/'), /^Limit clause is not supported$/],
    [
      'a prefix that is not empty, by string',
      unload('SELECT 1 AS a FROM public.many', 'man'),
      /^Specified unload destination on S3 is not empty/,
    ],
    [
      'a role that is not attached',
      unload('SELECT a FROM public.many', 'r/').replace('RedshiftUnload', 'NotAttached'),
      /is not authorized to assume IAM Role/,
    ],
    [
      'a bucket that is not there',
      unload('SELECT a FROM public.many', 'r/').replace(bucket, 'nowhere'),
      /NoSuchBucket/,
    ],
    [
      'another region',
      `${unload('SELECT a FROM public.many', 'r/')} REGION 'eu-west-1'`,
      /must be addressed using the specified endpoint/,
    ],
    ['GZIP with Parquet', `${unload('SELECT a FROM public.many', 'r/')} GZIP`, /GZIP is not supported/],
    [
      'CLEANPATH with ALLOWOVERWRITE',
      `${unload('SELECT a FROM public.many', 'r/')} CLEANPATH ALLOWOVERWRITE`,
      /CLEANPATH/,
    ],
    ['MAXFILESIZE below 5 MB', `${unload('SELECT a FROM public.many', 'r/')} MAXFILESIZE 4 MB`, /MAXFILESIZE/],
    [
      'VERBOSE away from MANIFEST',
      unload('SELECT a FROM public.many', 'r/', 'FORMAT PARQUET MANIFEST HEADER VERBOSE'),
      /syntax error/,
    ],
    [
      'a TIME column',
      unload("SELECT '12:00:00'::time AS c FROM public.many", 'r/'),
      /^UNLOAD time without time zone column "c" is only supported for TEXT\/CSV\.$/,
    ],
    [
      'PARTITION BY all that there is',
      `${unload('SELECT a FROM public.many', 'r/')} PARTITION BY (a)`,
      /at least one column that is not a partition column/,
    ],
  ]
  it.each(refusals)('for %s', async (_, sql, message) => {
    await expect(client.query(sql)).rejects.toThrow(message)
    expect(await keysUnder('r/')).toEqual([])
  })

  it('in a read-only transaction', async () => {
    await client.query('BEGIN READ ONLY')
    await expect(client.query(unload('SELECT a FROM public.many', 'r/'))).rejects.toThrow('transaction is read-only')
    await client.query('ROLLBACK')
  })

  it('when S3 refuses the write, and says so', async () => {
    town.faults.add([
      {
        service: 's3',
        operation: 'PutObject',
        contains: 'denied/',
        action: { do: 'fail', status: 403, code: 'AccessDenied' },
      },
    ])
    await expect(client.query(unload('SELECT a FROM public.many', 'denied/'))).rejects.toThrow(
      /S3ServiceException:.*Status 403,Error AccessDenied/,
    )
    expect((await client.query('SELECT pg_last_unload_count() AS n')).rows).toEqual([{ n: '0' }])
    town.faults.clear()
  })
})

describe('an UNLOAD that is cut', () => {
  it('during leaves parts and no manifest; after leaves everything', async () => {
    for (const when of ['during', 'after'] as const) {
      town.faults.add([
        { service: 'redshift', operation: 'UNLOAD', contains: `cut-${when}`, action: { do: 'cut', when } },
      ])
      const session = await town.connect()
      await expect(session.query(unload('SELECT a FROM public.many', `cut-${when}/`))).rejects.toThrow(/terminated/)
      const keys = await keysUnder(`cut-${when}/`)
      expect(keys.filter((key) => key.endsWith('.parquet')).length).toBeGreaterThan(0)
      expect(keys.includes(`cut-${when}/manifest`)).toBe(when === 'after')
    }
    town.faults.clear()
  })
})
