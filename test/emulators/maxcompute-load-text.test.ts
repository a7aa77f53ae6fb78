import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import OSS from 'ali-oss'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Faults } from '../../src/emulators/faults.js'
import { startOss } from '../../src/emulators/object-store/oss-server.js'
import type { Service } from '../../src/emulators/service.js'
import { defaultWorld } from '../../src/emulators/world.js'
import { startEmulated, type Emulated } from './maxcompute-client.js'

const world = defaultWorld()
const endpoint = 'oss-cn-hangzhou-internal.aliyuncs.com'
const csv = 'com.aliyun.odps.CsvStorageHandler'
const lazy = 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe'
const openCsv = 'org.apache.hadoop.hive.serde2.OpenCSVSerde'

let dir: string
let oss: Service
let service: Emulated
let put: (key: string, body: Buffer | string) => Promise<void>
let number = 0

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'maxcompute-load-text-'))
  await mkdir(join(dir, 'oss'))
  oss = await startOss({ world, faults: new Faults(), dir: join(dir, 'oss') })
  const options = { ...world.alibaba.keys[0], endpoint: `http://localhost:${oss.port}`, sldEnable: true }
  const client = new OSS({
    ...options,
    region: 'oss-cn-hangzhou',
    bucket: 'maxcompute-stage',
    authorizationV4: true,
  } as unknown as OSS.Options)
  put = async (name, body) => void (await client.put(name, Buffer.from(body)))
  service = await start({})
})

afterAll(async () => {
  await service.close()
  await oss.close()
  await rm(dir, { recursive: true })
})

function start(switches: Record<string, unknown>): Promise<Emulated> {
  const ossEndpoint = `http://127.0.0.1:${oss.port}`
  return startEmulated(join(dir, `odps${Object.keys(switches).length}`), {
    world,
    ossEndpoint,
    loadEndpoints: [endpoint],
    switches,
  })
}

function propertiesSql(properties: Readonly<Record<string, string>>): string {
  const role = { 'odps.properties.rolearn': 'acs:ram::1234567890123456:role/MaxComputeLoad' }
  const pairs = Object.entries({ ...role, ...properties })
  const literal = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll('\t', '\\t')}'`
  return `WITH SERDEPROPERTIES (${pairs.map(([name, value]) => `${literal(name)}=${literal(value)}`).join(', ')})`
}

/** Loads a file into a table of its own; gives its rows. */
async function loaded(
  body: Buffer | string,
  properties: Readonly<Record<string, string>> = {},
  how: { readonly reader?: string; readonly columns?: string; readonly on?: Emulated } = {},
): Promise<unknown> {
  const { reader = csv, columns = 'a string, b string', on = service } = how
  number += 1
  await put(`text${number}/part`, body)
  await on.client.run(`create table text${number} (${columns})`)
  const clauses = reader.startsWith('com.')
    ? `STORED BY '${reader}' ${propertiesSql(properties)}`
    : `ROW FORMAT SERDE '${reader}' ${propertiesSql(properties)} STORED AS TEXTFILE`
  const location = `oss://${endpoint}/maxcompute-stage/text${number}/`
  await on.client.run(`LOAD OVERWRITE TABLE text${number} FROM LOCATION '${location}' ${clauses}`)
  return on.client.run(`select * from text${number} limit 100`)
}

const option = (name: string, value: string): Record<string, string> => ({ [`odps.text.option.${name}`]: value })
const nullIsN = option('null.indicator', '\\N')

describe('LOAD by the built-in reader', () => {
  it('takes commas and line ends, and the empty field for NULL', async () => {
    expect(await loaded('1,x\r\n2,\n\n3, y ')).toEqual([
      ['1', 'x'],
      ['2', '\\N'],
      ['3', ' y '],
    ])
  })

  it('keeps the empty text apart from NULL where another text is NULL', async () => {
    const rows = await loaded('1,\\N\n2,\n', nullIsN, { columns: 'a string, b string' })
    expect(rows).toEqual([
      ['1', '\\N'],
      ['2', ''],
    ])
    expect(await service.client.value(`select count(b) from text${number}`)).toBe('1')
  })

  it('reads quotes only when told to', async () => {
    const body = '"a,1","say ""hi""\nagain"\n'
    await expect(loaded(body)).rejects.toThrow('SCHEMA MISMATCH')
    expect(await loaded(body, option('use.quote', 'true'))).toEqual([['a,1', 'say "hi"\nagain']])
    expect(await loaded('"a","b"\n')).toEqual([['"a"', '"b"']])
  })

  it('unpacks gzip only when told to, and then nothing else', async () => {
    const packed = gzipSync('1,x\n2,y\n')
    const gzip = option('gzip.input.enabled', 'true')
    expect(await loaded(packed, gzip)).toEqual([
      ['1', 'x'],
      ['2', 'y'],
    ])
    await expect(loaded(packed)).rejects.toThrow('ODPS-0123131')
    await expect(loaded('1,x\n', gzip)).rejects.toThrow('incorrect header check')
    await expect(loaded(packed.subarray(0, packed.length - 4), gzip)).rejects.toThrow('unexpected end of file')
  })

  it('skips header lines and keeps empty lines when told to', async () => {
    expect(await loaded('a,b\n1,x\n', option('header.lines.count', '1'))).toEqual([['1', 'x']])
    const kept = await loaded(
      'x\n\ny\n',
      { ...option('ignore.empty.lines', 'false'), ...nullIsN },
      { columns: 'a string' },
    )
    expect(kept).toEqual([['x'], [''], ['y']])
  })

  it('takes another delimiter, and tabs by its sister', async () => {
    expect(await loaded('1|x\n', option('delimiter', '|'))).toEqual([['1', 'x']])
    expect(await loaded('1\tx,y\n', {}, { reader: 'com.aliyun.odps.TsvStorageHandler' })).toEqual([['1', 'x,y']])
  })

  it('reads the values of every type that it knows', async () => {
    const columns = 'a bigint, b decimal(5,2), c double, d boolean, e date, f timestamp_ntz, g varchar(3), h int'
    const body = '9223372036854775807,-1.25,0.1,true,0001-01-01,2020-01-02 03:04:05.678901,žlu,\n'
    expect(await loaded(body, {}, { columns })).toEqual([
      ['9223372036854775807', '-1.25', '0.1', 'true', '0001-01-01', '2020-01-02 03:04:05.678901', 'žlu', '\\N'],
    ])
    await expect(loaded('x,1\n', {}, { columns: 'a bigint, b string' })).rejects.toThrow('ODPS-')
    await expect(loaded('t,1\n', {}, { columns: 'a boolean, b string' })).rejects.toThrow('holds no boolean')
    await expect(loaded('abcd,1\n', {}, { columns: 'a varchar(3), b string' })).rejects.toThrow('ODPS-0121145')
    await expect(loaded('61,1\n', {}, { columns: 'a binary, b string' })).rejects.toThrow('binary is not supported')
  })

  it('reads fields of many megabytes, and many rows', async () => {
    const long = 'ab'.repeat(6 * 1024 * 1024)
    await loaded(gzipSync(`"${long}",x\n1,y\n`), {
      ...option('gzip.input.enabled', 'true'),
      ...option('use.quote', 'true'),
    })
    expect(await service.client.value(`select max(length(a)) from text${number}`)).toBe(String(long.length))
    await loaded(Array.from({ length: 50_000 }, (_, n) => `${n},n${n}\n`).join(''))
    expect(await service.client.run(`select count(*), count(distinct a), max(b) from text${number}`)).toEqual([
      ['50000', '50000', 'n9999'],
    ])
  })

  it.each([
    [option('encoding', 'GBK'), 'odps.text.option.encoding'],
    [option('zstd.input.enabled', 'true'), 'odps.text.option.zstd.input.enabled'],
    [option('delimiter', '||'), 'more than one character'],
    [option('use.quote', 'maybe'), 'odps.text.option.use.quote'],
    [option('header.lines.count', '-1'), 'odps.text.option.header.lines.count'],
    [{ 'field.delim': '|' }, 'field.delim'],
  ])('refuses %j by name', async (properties, named) => {
    await expect(loaded('1,x\n', properties)).rejects.toThrow(named)
  })

  it.each([
    ['1,x,y\n', 'SCHEMA MISMATCH'],
    ['1\n', 'SCHEMA MISMATCH'],
    ['1,"x\n', 'a quote is not closed'],
    ['1,"x"y\n', 'beside a quote'],
    ['1,x\ry\n', 'a carriage return'],
    [Buffer.from([0x31, 0x2c, 0xff, 0x0a]), 'ODPS-0123131'],
  ])('fails on %j', async (body, message) => {
    await expect(loaded(body, option('use.quote', 'true'))).rejects.toThrow(message)
  })

  it('takes a quoted marker for NULL or not, as its switch says', async () => {
    const quoted = { ...nullIsN, ...option('use.quote', 'true') }
    expect(await loaded('"\\N",1\n', quoted)).toEqual([['\\N', '1']])
    expect(await service.client.value(`select count(a) from text${number}`)).toBe('0')
    const other = await start({ quotedNullIndicator: 'value' })
    try {
      await loaded('"\\N",1\n', quoted, { on: other })
      expect(await other.client.value(`select count(a) from text${number}`)).toBe('1')
    } finally {
      await other.close()
    }
  })
})

describe('LOAD of TEXTFILE', () => {
  it('by LazySimpleSerDe escapes, knows \\N, and takes what is missing for NULL', async () => {
    const properties = { 'field.delim': '|', 'escape.delim': '\\', 'serialization.null.format': 'NULL' }
    expect(await loaded('1|a\\|b\n2\n3|NULL|more\n', properties, { reader: lazy })).toEqual([
      ['1', 'a|b'],
      ['2', '\\N'],
      ['3', '\\N'],
    ])
    expect(await loaded('1\x01\\N\n', {}, { reader: lazy })).toEqual([['1', '\\N']])
  })

  it('by OpenCSVSerde reads quotes and backslashes, and knows no NULL', async () => {
    expect(await loaded('"a,1",b\\"c\n,\\N\n', {}, { reader: openCsv })).toEqual([
      ['a,1', 'b"c'],
      ['', 'N'],
    ])
  })

  it.each([
    [lazy, { 'line.delim': ';' }, 'line.delim'],
    [openCsv, option('gzip.input.enabled', 'true'), 'odps.text.option.gzip.input.enabled'],
    ['org.apache.hive.hcatalog.data.JsonSerDe', {}, 'JsonSerDe'],
  ])('by %s refuses %j by name', async (reader, properties, named) => {
    await expect(loaded('1,x\n', properties, { reader })).rejects.toThrow(named)
  })
})
