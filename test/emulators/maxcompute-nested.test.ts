import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DataType } from '../../src/emulators/maxcompute/data-type.js'
import { RecordReader } from '../../src/emulators/maxcompute/tunnel/record-reader.js'
import { RecordWriter } from '../../src/emulators/maxcompute/tunnel/record-writer.js'
import { startEmulated, type Client, type Emulated } from './maxcompute-client.js'

const declared =
  'a array<bigint>, m map<string,array<double>>, s struct<x:int, y:varchar(5), z:struct<a:tinyint,b:decimal(10,2)>>'
const types: readonly DataType[] = [
  { base: 'array', inner: [{ base: 'bigint' }] },
  { base: 'map', inner: [{ base: 'string' }, { base: 'array', inner: [{ base: 'double' }] }] },
  {
    base: 'struct',
    names: ['x', 'y', 'z'],
    inner: [
      { base: 'int' },
      { base: 'varchar', length: 5 },
      { base: 'struct', names: ['a', 'b'], inner: [{ base: 'tinyint' }, { base: 'decimal', precision: 10, scale: 2 }] },
    ],
  },
]

/**
 * As PyODPS 0.13.2 wrote them: ([1, NULL, -3], {k: [1.5, NULL], é: NULL}, (7, 'yy', (NULL, 12.30))) and ([], {}, NULL).
 * The fourth column of its table was NULL in both rows, so it left no bytes.
 */
const golden = Buffer.from(
  '0a030002010005120200016b0002c3a902000200000000000000f83f01011a000e000279790001000531322e33' +
    '3080c0ff7fdfec88fcfbffffffff010a0012000080c0ff7facd8cfd307f0ffff7f04f8ffff7ff4aea5f3feffffffff01',
  'hex',
)
const rows = [
  [
    [1n, null, -3n],
    [
      ['k', [1.5, null]],
      ['é', null],
    ],
    [7, 'yy', [null, { value: 1230n, scale: 2 }]],
  ],
  [[], [], null],
]

let dir: string
let service: Emulated
let client: Client

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'maxcompute-'))
  service = await startEmulated(dir)
  client = service.client
  await client.run(`create table nested (${declared})`)
})

afterAll(async () => {
  await service.close()
  await rm(dir, { recursive: true })
})

const empty = Buffer.alloc(0)
const path = '/projects/tpch_target/tables/nested'

describe('nested values in the tunnel', () => {
  it('are read as PyODPS writes them, cut anywhere', () => {
    for (let cut = 0; cut <= golden.length; cut += 1) {
      const reader = new RecordReader(types)
      expect([...reader.feed(golden.subarray(0, cut)), ...reader.feed(golden.subarray(cut))]).toEqual(rows)
      expect(reader.end()).toBe(2)
    }
  })

  it('are written the same way, but for the sign of checksums', () => {
    const writer = new RecordWriter(types)
    for (const row of rows) writer.write(row)
    writer.end()
    const spread = golden
      .toString('hex')
      .replace('dfec88fcfbffffffff01', 'dfec88fc0b')
      .replace('f4aea5f3feffffffff01', 'f4aea5f30e')
    expect(writer.take().toString('hex')).toBe(spread)
  })

  it('go through a table and back', async () => {
    const opened = JSON.parse((await client.sendBytes('POST', `${path}?uploads=1`, empty)).text) as {
      UploadID: string
      Schema: { columns: { type: string }[] }
    }
    expect(opened.Schema.columns.map((column) => column.type)).toEqual([
      'array<bigint>',
      'map<string,array<double>>',
      'struct<x:int,y:varchar(5),z:struct<a:tinyint,b:decimal(10,2)>>',
    ])
    expect((await client.sendBytes('PUT', `${path}?uploadid=${opened.UploadID}&blockid=0`, golden)).status).toBe(200)
    expect((await client.sendBytes('POST', `${path}?uploadid=${opened.UploadID}`, empty)).status).toBe(200)
    const { DownloadID } = JSON.parse((await client.sendBytes('POST', `${path}?downloads`, empty)).text) as {
      DownloadID: string
    }
    const data = await client.sendBytes('GET', `${path}?data&downloadid=${DownloadID}&rowrange=(0,9)`, empty)
    const reader = new RecordReader(types)
    expect([...reader.feed(Buffer.from(data.text, 'hex'))]).toEqual(rows)
    expect(await client.run('select * from nested where s is not null')).toEqual([
      ['[1, \\N, -3]', '{k:[1.5, \\N], é:\\N}', '{x:7, y:yy, z:{a:\\N, b:12.3}}'],
    ])
    expect(
      await client.run(
        'select a[0], a[1], a[2], a[3], a[-1], m["k"][0], m["no"], s.x, s.z.b from nested where s is not null',
      ),
    ).toEqual([['1', '\\N', '-3', '\\N', '\\N', '1.5', '\\N', '7', '12.3']])
  })
})

describe('nested values in SQL', () => {
  it.each([
    ['array(1, 2, null)', '[1, 2, \\N]'],
    ["array('a', 'b, c', '')", '[a, "b, c", ""]'],
    ["map('k', 1, 'l', 2)", '{k:1, l:2}'],
    ["map('k', 1, 'l', 2)['l']", '2'],
    ["struct(1, 'x')", '{col1:1, col2:x}'],
    ["named_struct('a', 1, 'b', true)", '{a:1, b:true}'],
    ["named_struct('a', 1, 'b', named_struct('c', 2)).b.c", '2'],
    ["map_keys(map('k', 1))", '[k]'],
    ['array_contains(array(1, 2), 2)', 'true'],
    ['array(array(1), array(2, 3))[1][0]', '2'],
    ['cast(null as array<int>)', '\\N'],
    ['cast(array(1, 2) as array<bigint>)', '[1, 2]'],
  ])('%s is %s', async (expression, wanted) => {
    expect(await client.value(`select ${expression}`)).toBe(wanted)
  })

  it('are stored, wider and with other field names', async () => {
    await client.run('create table wide (a array<bigint>, s struct<p:bigint,q:string>)')
    await client.run("insert into wide select array(1, 2), struct(3, 'x')")
    expect(await client.run('select a, s.p, s.q from wide')).toEqual([['[1, 2]', '3', 'x']])
  })

  it.each([
    ['create table bad (a array<int,int>)', 'not well formed'],
    ['create table bad (a map<array<int>,int>)', 'key of a map'],
    ['create table bad (a bigint<int>)', 'no types inside'],
    ['create table bad (a struct<x:int,x:int>)', 'a field twice'],
    ['create table bad (a array<tinyint', 'invalid token EOF'],
    ['create table bad (a bigint) partitioned by (p array<int>)', 'cannot have type'],
    ["select cast(array('a') as array<int>)", 'ODPS-0140011'],
    ['select cast(array(1) as string)', 'ODPS-0140011'],
    ['select array(1) = array(1)', 'comparing values of type array<int>'],
    ["select named_struct('a', 1).b", 'field b cannot be resolved'],
    ['select 1[0]', 'expect an ARRAY or MAP'],
  ])('%s is refused', async (sql, words) => {
    await expect(client.run(sql)).rejects.toThrow(words)
  })
})
