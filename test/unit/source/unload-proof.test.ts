import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Faults } from '../../../src/emulators/faults.js'
import { startS3 } from '../../../src/emulators/object-store/s3-server.js'
import type { Service } from '../../../src/emulators/service.js'
import { defaultWorld } from '../../../src/emulators/world.js'
import { below, type Location } from '../../../src/model/names.js'
import type { Call } from '../../../src/model/work.js'
import { readParquetFooter } from '../../../src/source/redshift/parquet-footer.js'
import { proveUnload, type Unloaded } from '../../../src/source/redshift/unload-proof.js'
import { S3Store } from '../../../src/store/s3-store.js'

const call: Call = { signal: new AbortController().signal, deadlineAt: Date.now() + 60_000, note: () => undefined }
const world = defaultWorld()
const faults = new Faults()
let dir: string
let service: Service
let store: S3Store
let prefixNumber = 0
let to: Location

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'unload-proof-'))
  service = await startS3({ world, faults, dir })
  const key = world.aws.keys[0]
  if (key === undefined) throw new Error('the world has no key')
  store = new S3Store({
    bucket: 'redshift-stage',
    region: world.aws.region,
    endpoint: `http://127.0.0.1:${service.port}`,
    pathStyle: true,
    credentials: { current: async () => ({ accessKeyId: key.accessKeyId, accessKeySecret: key.secretAccessKey }) },
    socketCountMax: 8,
  })
})

afterAll(async () => {
  store.close()
  await service.close()
  await rm(dir, { recursive: true })
})

beforeEach(() => {
  faults.clear()
  prefixNumber += 1
  to = { store: 's3', bucket: 'redshift-stage', key: `proof/${prefixNumber}/` }
})

function parquet(ids: readonly number[], columns: readonly string[] = ['id', 'name']): Buffer {
  const columnData = columns.map((name, n) =>
    n === 0
      ? { name, data: [...ids], type: 'INT32' as const }
      : { name, data: ids.map((id) => `row ${id}`), type: 'STRING' as const },
  )
  return Buffer.from(parquetWriteBuffer({ columnData }))
}

async function put(name: string, body: Buffer): Promise<void> {
  const meta = { run: 'test', source: 's3://test/test', sourceEtag: 'test' }
  await store.write(below(to, name), Readable.from([body]), body.length, meta, call)
}

interface Listed {
  readonly name: string
  readonly byteCount: number
  readonly rowCount: number
}

async function putManifest(parts: readonly Listed[], totals: Partial<Listed> = {}): Promise<void> {
  const sum = (of: 'byteCount' | 'rowCount'): number => parts.reduce((all, part) => all + part[of], 0)
  const entries = parts.map((part) => ({
    url: `s3://${to.bucket}/${to.key}${part.name}`,
    meta: { content_length: part.byteCount, record_count: part.rowCount },
  }))
  const meta = {
    content_length: totals.byteCount ?? sum('byteCount'),
    record_count: totals.rowCount ?? sum('rowCount'),
  }
  await put('manifest', Buffer.from(JSON.stringify({ entries, schema: { elements: [] }, meta })))
}

/** Two parts of three and two rows, as an UNLOAD leaves them. */
async function putUnload(): Promise<readonly [Listed, Listed]> {
  const parts = [parquet([1, 2, 3]), parquet([4, 5])] as const
  await put('0000_part_00.parquet', parts[0])
  await put('0003_part_00.parquet', parts[1])
  return [
    { name: '0000_part_00.parquet', byteCount: parts[0].length, rowCount: 3 },
    { name: '0003_part_00.parquet', byteCount: parts[1].length, rowCount: 2 },
  ]
}

function unloaded(rowCount: bigint | undefined): Unloaded {
  return { to, subject: 'unload s.t', rowCount, columns: ['id', 'name'] }
}

async function refusal(rowCount: bigint | undefined): Promise<string> {
  return proveUnload(store, unloaded(rowCount), call).then(
    () => 'proven',
    (error: unknown) => {
      expect(error).toMatchObject({ code: 'source-failed' })
      return (error as Error).message
    },
  )
}

describe('proveUnload', () => {
  it('tells parts, rows, bytes and columns when all figures agree', async () => {
    const parts = await putUnload()
    await putManifest(parts)
    const proven = await proveUnload(store, unloaded(5n), call)
    expect(proven).toMatchObject({ rowCount: 5, byteCount: parts[0].byteCount + parts[1].byteCount })
    expect(
      proven.parts.map(({ key, byteCount, rowCount }) => ({ name: key.slice(to.key.length), byteCount, rowCount })),
    ).toEqual(parts)
    expect(proven.columns).toEqual([
      { name: 'id', physicalType: 'INT32', nullCount: 0 },
      { name: 'name', physicalType: 'BYTE_ARRAY', nullCount: 0 },
    ])
    for (const part of proven.parts) expect(part.etag).toMatch(/^[0-9a-f]{32}$/)
  })

  it('adds up the NULLs that the footers count, and tells none where one footer does not', async () => {
    const write = (values: readonly (number | null)[], statistics: boolean): Buffer =>
      Buffer.from(
        parquetWriteBuffer({
          columnData: [
            { name: 'id', data: values.map((_, n) => n), type: 'INT32' },
            { name: 'name', data: [...values], type: 'INT32', nullable: true },
          ],
          rowGroupSize: 2,
          statistics,
        }),
      )
    for (const [told, expected] of [
      [true, [0, 3]],
      [false, [undefined, undefined]],
    ] as const) {
      const parts = [write([null, 1, null], true), write([null, 2], told)] as const
      const names = told ? ['0_part', '1_part'] : ['2_part', '3_part']
      to = { ...to, key: `${to.key}${told}/` }
      for (const [n, part] of parts.entries()) await put(names[n] ?? '', part)
      await putManifest(parts.map((part, n) => ({ name: names[n] ?? '', byteCount: part.length, rowCount: 3 - n })))
      const { columns } = await proveUnload(store, unloaded(5n), call)
      expect(columns.map(({ nullCount }) => nullCount)).toEqual(expected)
    }
  })

  it('goes without the count that history forgot', async () => {
    await putManifest(await putUnload())
    expect(await proveUnload(store, unloaded(undefined), call)).toMatchObject({ rowCount: 5 })
  })

  it('takes nothing at all for zero rows, and only for zero', async () => {
    expect(await proveUnload(store, unloaded(0n), call)).toEqual({ rowCount: 0, byteCount: 0, parts: [], columns: [] })
    expect(await refusal(5n)).toMatch(/Redshift says 5 rows, but .* has no manifest and 0 objects/)
    expect(await refusal(undefined)).toMatch(/an unknown number of rows/)
  })

  it('refuses parts without a manifest', async () => {
    await putUnload()
    expect(await refusal(5n)).toMatch(/5 rows, but s3:\/\/redshift-stage\/.* has no manifest and 2 objects/)
    expect(await refusal(0n)).toMatch(/0 rows, .* 2 objects/)
  })

  it('refuses a count that differs from the manifest', async () => {
    await putManifest(await putUnload())
    expect(await refusal(6n)).toBe('unload s.t: 5 rows by the manifest, 6 by Redshift')
  })

  it('refuses an object that the manifest does not name', async () => {
    const parts = await putUnload()
    await putManifest([parts[0]])
    expect(await refusal(3n)).toMatch(/0003_part_00.parquet lies there, but is not in the manifest/)
  })

  it('refuses a manifest that names what is not there', async () => {
    const [first, second] = await putUnload()
    await putManifest([first, second, { name: '0009_part_00.parquet', byteCount: 9, rowCount: 0 }])
    expect(await refusal(5n)).toMatch(/the manifest names s3:.*0009_part_00.parquet, which the listing has not/)
  })

  it('refuses an object of another length', async () => {
    const [first, second] = await putUnload()
    await putManifest([{ ...first, byteCount: first.byteCount + 1 }, second])
    expect(await refusal(5n)).toMatch(
      new RegExp(`${first.byteCount} bytes by the listing of .*, ${first.byteCount + 1} by the manifest`),
    )
  })

  it('refuses a footer with another row count, and totals that do not add up', async () => {
    const [first, second] = await putUnload()
    await putManifest([
      { ...first, rowCount: 4 },
      { ...second, rowCount: 1 },
    ])
    expect(await refusal(5n)).toMatch(/3 rows by the footer of .*0000_part_00.parquet, 4 by the manifest/)
    to = { ...to, key: `${to.key}totals/` }
    await putManifest(await putUnload(), { rowCount: 6 })
    expect(await refusal(6n)).toBe('unload s.t: 5 rows by the Parquet footers, 6 by the manifest')
  })

  it('refuses columns that the plan did not ask for, in whichever part', async () => {
    const [first] = await putUnload()
    const odd = parquet([9], ['id', 'nome'])
    await put('0004_part_00.parquet', odd)
    await store.remove(below(to, '0003_part_00.parquet'), call)
    await putManifest([first, { name: '0004_part_00.parquet', byteCount: odd.length, rowCount: 1 }])
    expect(await refusal(4n)).toBe('unload s.t: a part has the columns (id, nome), the plan (id, name)')
  })

  it('never takes a failed listing for an empty prefix', async () => {
    faults.add([{ service: 's3', operation: '*', action: { do: 'fail', status: 503, code: 'SlowDown' } }])
    await expect(proveUnload(store, unloaded(0n), call)).rejects.toMatchObject({ code: 'store-failed' })
  })
})

describe('readParquetFooter', () => {
  it('reads footers that are longer than the first request', async () => {
    const columns = Array.from({ length: 1600 }, (_, n) => `column_with_a_rather_long_name_${n}`)
    const body = parquet([1, 2], columns)
    expect(body.readUInt32LE(body.length - 8)).toBeGreaterThan(65_536)
    await put('wide.parquet', body)
    const object = await store.stat(below(to, 'wide.parquet'), call)
    if (object === undefined) throw new Error('the object is missing')
    const footer = await readParquetFooter(store, object, call)
    expect(footer.rowCount).toBe(2)
    expect(footer.columns.map((column) => column.name)).toEqual(columns)
  })

  it.each([
    ['too short', Buffer.from('PAR1'), /4 bytes/],
    ['no Parquet', Buffer.alloc(100, 'x'), /does not end in PAR1/],
    [
      'a footer longer than the file',
      Buffer.concat([Buffer.alloc(20), Buffer.from([255, 255, 0, 0]), Buffer.from('PAR1')]),
      /claims 65543 bytes/,
    ],
    [
      'a footer of noise',
      Buffer.concat([Buffer.alloc(64, 0xff), Buffer.from([64, 0, 0, 0]), Buffer.from('PAR1')]),
      /cannot be decoded/,
    ],
  ])('refuses %s', async (_what, body, message) => {
    await put('bad.parquet', body)
    const object = await store.stat(below(to, 'bad.parquet'), call)
    if (object === undefined) throw new Error('the object is missing')
    await expect(readParquetFooter(store, object, call)).rejects.toMatchObject({
      code: 'source-failed',
      message: expect.stringMatching(message) as string,
    })
  })
})

describe('proveUnload of csv and text', () => {
  /** Two parts, whose lines a header may precede, with the names that the manifest tells. */
  async function putText(rowCounts: readonly number[], names: readonly string[] = ['id', 'name']): Promise<number> {
    const parts = rowCounts.map((rowCount, n) => ({ name: `000${n}_part_00.gz`, byteCount: 10 + n, rowCount }))
    for (const part of parts) await put(part.name, Buffer.alloc(part.byteCount))
    const entries = parts.map(({ name, byteCount, rowCount }) => ({
      url: `s3://${to.bucket}/${to.key}${name}`,
      meta: { content_length: byteCount, record_count: rowCount },
    }))
    const elements = names.map((name) => ({ name, type: { base: 'varbyte' } }))
    await put('manifest', Buffer.from(JSON.stringify({ entries, schema: { elements } })))
    return parts.reduce((sum, { byteCount }) => sum + byteCount, 0)
  }

  const text = (rowCount: bigint | undefined, header = false): Unloaded => ({
    ...unloaded(rowCount),
    layout: { header },
  })

  it('tells the manifest’s columns, and reads no footer', async () => {
    const byteCount = await putText([3, 2])
    const proven = await proveUnload(store, text(5n), call)
    expect(proven).toMatchObject({ rowCount: 5, byteCount, parts: [{ rowCount: 3 }, { rowCount: 2 }] })
    expect(proven.columns).toEqual([
      { name: 'id', physicalType: 'varbyte' },
      { name: 'name', physicalType: 'varbyte' },
    ])
  })

  it('takes the header of every part from its rows', async () => {
    await putText([3, 1])
    expect(await proveUnload(store, text(2n, true), call)).toMatchObject({
      rowCount: 2,
      parts: [{ rowCount: 2 }, { rowCount: 0 }],
    })
    await expect(proveUnload(store, text(4n, true), call)).rejects.toThrow('2 rows by the manifest, 4 by Redshift')
    to = { ...to, key: `${to.key}bare/` }
    await putText([3, 0])
    await expect(proveUnload(store, text(undefined, true), call)).rejects.toThrow(/counts no line in .*0001_part_00.gz/)
  })

  it('takes files without rows for no rows', async () => {
    await putText([0, 0])
    expect(await proveUnload(store, text(0n), call)).toEqual({ rowCount: 0, byteCount: 0, parts: [], columns: [] })
  })

  it.each([
    ['in another order', ['name', 'id']],
    ['fewer', ['id']],
    ['untold', []],
  ])('refuses columns that are %s: LOAD goes by their position', async (_, names) => {
    await putText([3, 2], names)
    await expect(proveUnload(store, text(5n), call)).rejects.toThrow(
      `the manifest has the columns (${names.join(', ')}), the plan (id, name)`,
    )
  })

  it('refuses a stray object, and a length that differs', async () => {
    await putText([3, 2])
    await put('0009_part_00.gz', Buffer.alloc(1))
    await expect(proveUnload(store, text(5n), call)).rejects.toThrow('0009_part_00.gz lies there')
    await store.remove(below(to, '0009_part_00.gz'), call)
    await store.remove(below(to, '0001_part_00.gz'), call)
    await put('0001_part_00.gz', Buffer.alloc(12))
    await expect(proveUnload(store, text(5n), call)).rejects.toThrow(/12 bytes by the listing .* 11 by the manifest/)
  })
})
