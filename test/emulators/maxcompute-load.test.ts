import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import OSS from 'ali-oss'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Faults } from '../../src/emulators/faults.js'
import { startOss } from '../../src/emulators/object-store/oss-server.js'
import type { Service } from '../../src/emulators/service.js'
import { SqlEngine } from '../../src/emulators/sql-engine.js'
import { defaultWorld, type World } from '../../src/emulators/world.js'
import { startEmulated, type Emulated } from './maxcompute-client.js'

const base = defaultWorld()
const world: World = {
  ...base,
  alibaba: {
    ...base.alibaba,
    buckets: [...base.alibaba.buckets, { name: 'far', region: 'cn-shanghai' }],
    roles: base.alibaba.roles.map((role) => ({ ...role, buckets: [...role.buckets, 'far'] })),
  },
}
const role = 'acs:ram::1234567890123456:role/MaxComputeLoad'
const native = { 'odps.ext.parquet.native': 'true', 'odps.sql.timezone': 'UTC' }
/** Written by pyarrow: two rows, the second all NULL; timestamps are INT96, decimals fixed-length byte arrays. */
const sample = join(import.meta.dirname, 'files', 'pyarrow-int96.parquet')

let dir: string
let oss: Service
let service: Emulated
let put: (key: string, body: Buffer | string) => Promise<void>

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'maxcompute-load-'))
  await mkdir(join(dir, 'oss'))
  oss = await startOss({ world, faults: new Faults(), dir: join(dir, 'oss') })
  const key = world.alibaba.keys[0]!
  const client = new OSS({
    ...key,
    endpoint: `http://localhost:${oss.port}`,
    sldEnable: true,
    region: 'oss-cn-hangzhou',
    bucket: 'maxcompute-stage',
    authorizationV4: true,
  } as unknown as OSS.Options)
  put = async (name, body) => void (await client.put(name, Buffer.from(body)))
  await put('one/part-0.parquet', await readFile(sample))
  await put('two/part-0.parquet', await readFile(sample))
  await put('two/part-1.parquet', await readFile(sample))
  await put('stray/part-0.parquet', await readFile(sample))
  await put('stray/manifest', '{}')
  service = await start({})
})

afterAll(async () => {
  await service.close()
  await oss.close()
  await rm(dir, { recursive: true })
})

function start(switches: Record<string, unknown>): Promise<Emulated> {
  const ossEndpoint = `http://127.0.0.1:${oss.port}`
  return startEmulated(join(dir, 'odps'), {
    world,
    ossEndpoint,
    loadEndpoints: ['oss-cn-hangzhou-internal.aliyuncs.com'],
    switches,
  })
}

function loadSql(
  table: string,
  path: string,
  how: { verb?: string; properties?: string; bucket?: string; endpoint?: string; partition?: string } = {},
): string {
  const { verb = 'OVERWRITE', bucket = 'maxcompute-stage', endpoint = 'oss-cn-hangzhou-internal.aliyuncs.com' } = how
  const properties = how.properties ?? `WITH SERDEPROPERTIES ('odps.properties.rolearn'='${role}')`
  return `LOAD ${verb} TABLE ${table} ${how.partition ?? ''} FROM LOCATION 'oss://${endpoint}/${bucket}/${path}/'
    ROW FORMAT SERDE 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' ${properties} STORED AS PARQUET`
}

const columns =
  'n16 smallint, n32 int, n64 bigint, price decimal(12,2), name varchar(10), day date, seen timestamp, yes boolean, ratio double, small float'

describe('LOAD', () => {
  it('reads every type that UNLOAD writes, exactly', async () => {
    const { client } = service
    await client.run(`create table exact (${columns})`)
    expect(await client.run(loadSql('exact', 'one'), native)).toEqual([['']])
    expect(await client.run('select * from exact order by n64 desc limit 5', native)).toEqual([
      [
        '-3',
        '70000',
        '-9007199254740993',
        '-1234567890.12',
        'é, "x"',
        '0001-01-01',
        '2020-01-02 03:04:05.678901',
        'true',
        '0.1',
        '1.5',
      ],
      Array.from({ length: 10 }, () => '\\N'),
    ])
  })

  it('replaces or adds, and fills a partition', async () => {
    const { client } = service
    await client.run('create table counted (n64 bigint)')
    await client.run(loadSql('counted', 'two'), native)
    await client.run(loadSql('counted', 'two', { verb: 'INTO' }), native)
    expect(await client.value('select count(*) from counted')).toBe('8')
    await client.run(loadSql('counted', 'one'), native)
    expect(await client.value('select count(*) from counted')).toBe('2')
    await client.run('create table cut (n64 bigint) partitioned by (ds string)')
    await client.run(loadSql('cut', 'one', { partition: "PARTITION (ds='a')" }), native)
    expect(await client.value("select count(*) from cut where ds = 'a'")).toBe('2')
    await expect(client.run(loadSql('cut', 'one'), native)).rejects.toThrow('a PARTITION clause is needed')
  })

  it('gives NULL for a column that the file lacks and drops what the table lacks', async () => {
    const { client } = service
    await client.run('create table fewer (n64 bigint, other string, N32 int)')
    await client.run(loadSql('fewer', 'one'), native)
    expect(await client.run('select count(*), count(n64), count(other), count(n32) from fewer')).toEqual([
      ['2', '1', '0', '1'],
    ])
  })

  const cases: readonly (readonly [string, string, Parameters<typeof loadSql>[2], Record<string, string>, string])[] = [
    ['n64 string', 'one', {}, native, 'n64 of type INT64 cannot be read as string'],
    ['n32 bigint', 'one', {}, native, 'cannot be read as bigint'],
    ['name bigint', 'one', {}, native, 'BYTE_ARRAY (STRING) cannot be read as bigint'],
    ['price decimal(14,2)', 'one', {}, native, 'DECIMAL(12,2)) cannot be read as decimal(14,2)'],
    ['price decimal(12,2)', 'one', {}, { 'odps.sql.timezone': 'UTC' }, 'odps.ext.parquet.native is not true'],
    ['seen timestamp_ntz', 'one', {}, native, 'timestamp_ntz is not supported by the Parquet reader'],
    ['name json', 'one', {}, native, 'json is not supported by the Parquet reader'],
    ['n64 bigint', 'stray', {}, native, 'stray/manifest is not a Parquet file'],
    ['n64 bigint', 'nothing', {}, native, 'has no objects'],
    ['n64 bigint', 'one', { bucket: 'far' }, native, 'bucket far is in cn-shanghai'],
    ['n64 bigint', 'one', { bucket: 'absent' }, native, 'NoSuchBucket'],
    ['n64 bigint', 'one', { endpoint: 'oss-cn-moon.aliyuncs.com' }, native, 'UnknownHostException'],
    ['n64 bigint', 'one', { properties: '' }, native, 'AliyunODPSDefaultRole does not exist'],
    [
      'n64 bigint',
      'one',
      { properties: `WITH SERDEPROPERTIES ('odps.properties.rolearn'='acs:ram::1234567890123456:role/NotTrusting')` },
      native,
      'does not trust odps.aliyuncs.com',
    ],
    [
      'n64 bigint',
      'one',
      { endpoint: 'LTAIEmulatedKey00001:wrong@oss-cn-hangzhou-internal.aliyuncs.com' },
      native,
      'SignatureDoesNotMatch',
    ],
  ]
  for (const [index, [column, path, how, settings, message]] of cases.entries()) {
    it(`fails: ${message}`, async () => {
      await service.client.run(`create table f${index} (${column})`)
      const error: unknown = await service.client
        .run(loadSql(`f${index}`, path, how), settings)
        .catch((reason: unknown) => reason)
      expect(String(error)).toContain('ODPS-0123131:User defined function exception - Traceback:')
      expect(String(error)).toContain(message)
      expect(await service.client.value(`select count(*) from f${index}`)).toBe('0')
    })
  }

  it('takes the keys of a location, and leaves the table as it was when a value does not fit', async () => {
    const { client } = service
    const endpoint = 'LTAIEmulatedKey00001:emulatedAlibabaSecret0000001@oss-cn-hangzhou-internal.aliyuncs.com'
    await client.run('create table kept (n64 bigint, name varchar(10))')
    await client.run(loadSql('kept', 'one', { endpoint }), native)
    await client.run('create table short (name varchar(3))')
    await expect(client.run(loadSql('short', 'one'), native)).rejects.toThrow('ODPS-0121145')
    await client.run('create table filled (n64 bigint not null)')
    await client.run('insert into filled values (1L)')
    await expect(client.run(loadSql('filled', 'one'), native)).rejects.toThrow('NOT NULL column n64')
    expect(await client.run('select n64 from filled')).toEqual([['1']])
  })

  it('refuses other formats by name', async () => {
    await service.client.run('create table formats (n64 bigint)')
    const location =
      "LOAD OVERWRITE TABLE formats FROM LOCATION 'oss://oss-cn-hangzhou-internal.aliyuncs.com/maxcompute-stage/one/'"
    await expect(service.client.run(`${location} STORED AS ORC`)).rejects.toThrow('STORED AS ORC is not supported')
    await expect(service.client.run(`${location} STORED BY 'com.example.Handler'`)).rejects.toThrow(
      'com.example.Handler',
    )
  })

  it('reads timestamps and names as its switches say', async () => {
    const other = await start({ parquetTimestampZone: 'session', parquetNameCase: 'sensitive', loadNeedsHive: true })
    try {
      const shanghai = { ...native, 'odps.sql.timezone': 'Asia/Shanghai', 'odps.sql.hive.compatible': 'true' }
      await other.client.run('create table shifted (seen timestamp)')
      await expect(other.client.run(loadSql('shifted', 'one'), native)).rejects.toThrow('HiveStorageHandlerWrapper')
      await other.client.run(loadSql('shifted', 'one'), shanghai)
      const utc = await other.client.run('select seen from shifted order by seen desc limit 1', native)
      expect(utc).toEqual([['2020-01-01 19:04:05.678901']])
    } finally {
      await other.close()
    }
  })
})

describe('LOAD of many rows', () => {
  it('keeps all of them', async () => {
    const engine = await SqlEngine.open(':memory:')
    const connection = await engine.connect()
    const file = join(dir, 'many.parquet')
    await connection.run(
      `COPY (SELECT i AS id, CAST(i AS DECIMAL(18,2)) / 100 AS ratio, 'n' || i AS name FROM range(50000) r(i)) TO '${file}' (FORMAT parquet)`,
    )
    connection.close()
    engine.close()
    await put('many/0.parquet', await readFile(file))
    const { client } = service
    await client.run('create table many (id bigint, ratio double, name string)')
    await client.run(loadSql('many', 'many'), native)
    const rows = await client.run('select count(*), sum(id), max(name), min(name) from many')
    expect(rows).toEqual([['50000', '1249975000', 'n9999', 'n0']])
  })
})
