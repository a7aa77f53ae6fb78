import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RecordReader } from '../../src/emulators/maxcompute/tunnel/record-reader.js'
import { RecordWriter } from '../../src/emulators/maxcompute/tunnel/record-writer.js'
import { parseDecimal } from '../../src/emulators/maxcompute/tunnel/parse-decimal.js'
import { errorOf, startEmulated, type Answer, type Client, type Emulated } from './maxcompute-client.js'

/** Two rows as PyODPS wrote them (maxcompute.md 2.6). */
const golden = Buffer.from(
  '08011202c3a919000000000000f83f20012a0531322e333030ae9d0238dcbcaec3ec5b80c0ff7fbec1da85' +
    '0912017880c0ff7fafcbc6f00cf0ffff7f04f8ffff7f938fc98c0a',
  'hex',
)
const types = [
  { base: 'bigint' },
  { base: 'string' },
  { base: 'double' },
  { base: 'boolean' },
  { base: 'decimal', precision: 10, scale: 2 },
  { base: 'date' },
  { base: 'datetime' },
] as const

let dir: string
let service: Emulated
let client: Client

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'maxcompute-'))
  service = await startEmulated(dir)
  client = service.client
  const columns = 'i bigint, s string, f double, k boolean, d decimal(10,2), day date, m datetime'
  for (const table of ['golden', 'broken', 'again']) await client.run(`create table ${table} (${columns})`)
  await client.run(`create table parts (${columns}) partitioned by (ds string)`)
  await client.run('create table strict (i bigint not null, v varchar(2))')
})

afterAll(async () => {
  await service.close()
  await rm(dir, { recursive: true })
})

const empty = Buffer.alloc(0)
const path = (table: string): string => `/projects/tpch_target/tables/${table}`

async function openUpload(table: string, more = ''): Promise<string> {
  const answer = await client.sendBytes('POST', `${path(table)}?uploads=1${more}`, empty)
  expect(answer.status).toBe(200)
  return (JSON.parse(answer.text) as { UploadID: string }).UploadID
}

function put(table: string, id: string, block: number, bytes: Buffer, headers = {}): Promise<Answer> {
  return client.sendBytes('PUT', `${path(table)}?uploadid=${id}&blockid=${block}`, bytes, headers)
}

function commit(table: string, id: string): Promise<Answer> {
  return client.sendBytes('POST', `${path(table)}?uploadid=${id}`, empty)
}

async function download(table: string, more = '', headers = {}): Promise<Answer> {
  const opened = await client.sendBytes('POST', `${path(table)}?downloads${more}`, empty)
  const { DownloadID, RecordCount } = JSON.parse(opened.text) as { DownloadID: string; RecordCount: number }
  const query = `data&downloadid=${DownloadID}&rowrange=(0,${RecordCount})`
  return client.sendBytes('GET', `${path(table)}?${query}`, empty, headers)
}

describe('record reader', () => {
  it('reads the golden bytes, cut anywhere', () => {
    const wanted = [
      [-1n, 'é', 1.5, true, { value: 1230n, scale: 2 }, 18_263, 1_577_934_245_678_000n],
      [null, 'x', null, null, null, null, null],
    ]
    for (let cut = 0; cut <= golden.length; cut += 1) {
      const reader = new RecordReader(types)
      const rows = [...reader.feed(golden.subarray(0, cut)), ...reader.feed(golden.subarray(cut))]
      expect(rows).toEqual(wanted)
      expect(reader.end()).toBe(2)
    }
  })

  it('takes a checksum whose sign was spread over 64 bits', () => {
    const spread = golden.toString('hex').replace('afcbc6f00c', 'afcbc6f0fcffffffff01')
    const reader = new RecordReader(types)
    expect([...reader.feed(Buffer.from(spread, 'hex'))]).toHaveLength(2)
    expect(reader.end()).toBe(2)
  })

  it('finds every flipped bit', () => {
    const accepted: string[] = []
    for (let bit = 0; bit < golden.length * 8; bit += 1) {
      const bytes = Buffer.from(golden)
      bytes[bit >> 3] = bytes[bit >> 3]! ^ (1 << (bit & 7))
      const reader = new RecordReader(types)
      try {
        const count = [...reader.feed(bytes)].length
        reader.end()
        accepted.push(`${bit}: ${count}`)
      } catch (error) {
        expect(String(error)).toMatch(/malformed|Incomplete/)
      }
    }
    // A wire type is not checksummed, and says nothing that the column's type does not.
    const wireTypeBits = accepted.filter((line) => Number(line.split(':')[0]) % 8 <= 2)
    expect(accepted).toEqual(wireTypeBits)
  })

  it('takes decimals as texts', () => {
    expect(parseDecimal('12.3', 10, 2)).toEqual({ value: 1230n, scale: 2 })
    expect(parseDecimal('-0.005', 10, 2)).toEqual({ value: -1n, scale: 2 })
    expect(parseDecimal('1E+3', 10, 2)).toEqual({ value: 100_000n, scale: 2 })
    expect(parseDecimal('99999999.995', 10, 2)).toBeUndefined()
    expect(parseDecimal('', 10, 2)).toBeUndefined()
    expect(parseDecimal('NaN', 10, 2)).toBeUndefined()
  })
})

describe('table tunnel', () => {
  it('takes blocks in any order and gives the same bytes back', async () => {
    const id = await openUpload('golden')
    expect((await put('golden', id, 1, golden)).status).toBe(200)
    expect((await put('golden', id, 0, golden)).status).toBe(200)
    expect((await put('golden', id, 0, golden)).status).toBe(200)
    expect(await client.value('select count(*) from golden')).toBe('0')
    const listed = await client.sendBytes('GET', `${path('golden')}?uploadid=${id}`, empty)
    expect(JSON.parse(listed.text)).toMatchObject({
      Status: 'normal',
      UploadedBlockList: [{ BlockID: 0 }, { BlockID: 1 }],
    })
    expect((await commit('golden', id)).status).toBe(200)
    expect(errorOf(await commit('golden', id)).Code).toBe('StatusConflict')
    expect(await client.value('select count(*) from golden')).toBe('4')
    const over = await openUpload('golden', '&overwrite=true')
    await put('golden', over, 0, golden)
    await commit('golden', over)
    expect((await download('golden')).text).toBe(golden.toString('hex'))
    expect(await client.run('select s, d, m from golden where i = -1', { 'odps.sql.timezone': 'UTC' })).toEqual([
      ['é', '12.3', '2020-01-02 03:04:05'],
    ])
  })

  it('takes and gives deflated bytes', async () => {
    const id = await openUpload('again')
    expect((await put('again', id, 0, deflateSync(golden), { 'Content-Encoding': 'deflate' })).status).toBe(200)
    await commit('again', id)
    const answer = await download('again', '', { 'Accept-Encoding': 'deflate' })
    expect(answer.headers.get('content-encoding')).toBe('deflate')
    expect(answer.text).toBe(golden.toString('hex'))
  })

  it('keeps a download as it was while the table goes on', async () => {
    const opened = await client.sendBytes('POST', `${path('again')}?downloads`, empty)
    const { DownloadID } = JSON.parse(opened.text) as { DownloadID: string }
    await client.run('truncate table again')
    const query = `data&downloadid=${DownloadID}&rowrange=(1,1)&columns=s`
    const answer = await client.sendBytes('GET', `${path('again')}?${query}`, empty)
    const rows = [...new RecordReader([{ base: 'string' }]).feed(Buffer.from(answer.text, 'hex'))]
    expect(rows).toEqual([['x']])
  })

  it('writes one partition, and makes it only when told to', async () => {
    const missing = await client.sendBytes('POST', `${path('parts')}?uploads=1&partition=ds%3D20200101`, empty)
    expect([missing.status, errorOf(missing).Code]).toEqual([404, 'NoSuchPartition'])
    expect(errorOf(await client.sendBytes('POST', `${path('parts')}?uploads=1`, empty)).Code).toBe(
      'InvalidPartitionSpec',
    )
    const id = await openUpload('parts', '&partition=ds%3D20200101&create_partition=true')
    await client.sendBytes('PUT', `${path('parts')}?uploadid=${id}&blockid=0&partition=ds%3D20200101`, golden)
    await client.sendBytes('POST', `${path('parts')}?uploadid=${id}&partition=ds%3D20200101`, empty)
    expect(await client.run("select ds, count(*) from parts where ds > '' group by ds")).toEqual([['20200101', '2']])
    expect((await download('parts', '&partition=ds%3D20200101')).text).toBe(golden.toString('hex'))
  })

  it('loses nothing and keeps nothing of a bad block', async () => {
    const id = await openUpload('broken')
    const flipped = Buffer.from(golden)
    flipped[1] = 2
    const bad: readonly (readonly [string, Buffer])[] = [
      ['checksum of row 0', flipped],
      ['no end', golden.subarray(0, 60)],
      ['no end', empty],
      ['bytes follow', Buffer.concat([golden, golden])],
    ]
    for (const [what, bytes] of bad) {
      const answer = await put('broken', id, 0, bytes)
      expect([answer.status, errorOf(answer).Code]).toEqual([400, 'MalformedDataStream'])
      expect(errorOf(answer).Message).toContain(what)
    }
    await commit('broken', id)
    expect(await client.value('select count(*) from broken')).toBe('0')
  })

  it('refuses by name', async () => {
    const id = await openUpload('strict')
    const message = async (query: string, method = 'PUT', bytes: Buffer = golden, headers = {}): Promise<string> =>
      errorOf(await client.sendBytes(method, `${path('strict')}?${query}`, bytes, headers)).Message
    expect(await message(`uploadid=${id}&blockid=0&arrow`)).toContain('Arrow upload')
    expect(await message(`uploadid=${id}&blockid=0`, 'PUT', golden, { 'Content-Encoding': 'zstd' })).toContain('zstd')
    expect(await message(`uploadid=${id}&blockid=20000`)).toContain('0 to 19999')
    expect(await message(`uploadid=nope&blockid=0`)).toContain('nope')
    expect(await message(`upserts`, 'POST', empty)).toContain('?upserts')
    expect(await message(`uploadid=${id}&blockid=0`, 'PUT', nullRow())).toContain('column i is NOT NULL')
  })
})

function nullRow(): Buffer {
  const writer = new RecordWriter([{ base: 'bigint' }, { base: 'varchar', length: 2 }])
  writer.write([null, 'x'])
  writer.end()
  return writer.take()
}
