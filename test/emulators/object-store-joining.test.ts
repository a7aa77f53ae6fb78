import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { combineDigests } from '../../src/emulators/object-store/crc-combine.js'
import { openDigests, type DigestName } from '../../src/emulators/object-store/digests.js'
import { ObjectState } from '../../src/emulators/object-store/object-state.js'

const names: readonly DigestName[] = ['crc32', 'crc32c', 'crc64nvme', 'crc64xz']

async function digestsOf(bytes: Buffer) {
  const digests = await openDigests(names)
  digests.update(bytes)
  return digests.finish()
}

function bytesOf(byteCount: number, seed: number): Buffer {
  return Buffer.from(Array.from({ length: byteCount }, (_, i) => (i * 31 + seed * 7 + (i >> 5)) & 0xff))
}

describe('CRCs of parts', () => {
  it.each([[[1]], [[0, 9, 0]], [[1, 1, 1]], [[7, 100_003, 64, 1, 65_536]]])(
    'of %j bytes make those of the whole, as it is computed in one go',
    async (sizes) => {
      const parts = sizes.map((size, i) => bytesOf(size, i))
      const contents = await Promise.all(
        parts.map(async (bytes) => ({ byteCount: bytes.length, digests: await digestsOf(bytes) })),
      )
      expect(combineDigests(contents)).toEqual(await digestsOf(Buffer.concat(parts)))
    },
  )

  it('make the published check values', () => {
    const contents = [
      // Of "1234" and "56789" (transfer.md 3.6).
      { byteCount: 4, digests: { crc64xz: 14865968487149912872n.toString(16) } },
      { byteCount: 5, digests: { crc64xz: 7598038797645275211n.toString(16) } },
    ]
    expect(combineDigests(contents)).toEqual({ crc64xz: '995dc9bbdf1939fa' })
  })
})

describe('an object put together from parts', () => {
  let dir: string
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'joining-'))
  })
  afterEach(() => rm(dir, { recursive: true }))

  const open = (): ObjectState => {
    const state = new ObjectState(dir, [{ name: 'b', region: 'r' }], ['md5', 'crc64xz'])
    state.open()
    return state
  }
  const filesOf = () => readdir(join(dir, 'data'))
  const sizes = [300, 1, 0, 500, 77]
  const pieces = sizes.map((size, i) => bytesOf(size, i))
  const whole = Buffer.concat(pieces)

  async function made(state: ObjectState) {
    const upload = state.uploads.create({ bucket: 'b', key: 'k', headers: {}, metadata: {} })
    const { uploadId } = upload
    for (const [i, bytes] of pieces.entries()) await state.uploads.putPart(uploadId, i + 1, one(bytes), [], () => {})
    await state.uploads.putPart(uploadId, 9, one(bytesOf(5, 5)), [], () => {})
    const before = new Set(await filesOf())
    const parts = state.uploads.parts(uploadId).filter(({ number }) => number < 9)
    const record = state.join(upload, parts, () => ({ headers: {}, metadata: {}, etag: 'e' }))
    return { before, record, upload }
  }

  it('takes no new file, keeps those of the chosen parts alone, and is there after a restart', async () => {
    const state = open()
    const { before, record } = await made(state)
    const files = await filesOf()
    expect(files).toHaveLength(sizes.length)
    expect(files.every((file) => before.has(file))).toBe(true)
    expect(record.digests.crc64xz).toBe((await digestsOf(whole)).crc64xz)
    const again = open()
    const found = again.find('b', 'k')
    expect(found).toMatchObject({ byteCount: whole.length })
    if (found === undefined) return
    expect((await buffer((await again.read(found)).bytes)).equals(whole)).toBe(true)
    again.remove('b', 'k')
    expect(await filesOf()).toEqual([])
  })

  it('is read by ranges across its parts', async () => {
    const state = open()
    const { record } = await made(state)
    for (const [first, last] of [
      [0, 0],
      [299, 302],
      [300, 300],
      [150, 850],
      [801, 877],
      [0, 877],
    ] as const) {
      const stored = await state.read(record, { first, last })
      expect(stored.byteCount).toBe(last - first + 1)
      expect((await buffer(stored.bytes)).equals(whole.subarray(first, last + 1))).toBe(true)
      await stored.close()
    }
  })

  it('keeps its bytes where the process died before the upload was gone', async () => {
    const state = open()
    // What a crash leaves undone.
    Object.assign(state.uploads, { remove: () => undefined })
    const { upload } = await made(state)
    const again = open()
    expect(again.uploads.find('b', 'k', upload.uploadId)).toBeUndefined()
    const record = again.find('b', 'k')
    if (record === undefined) throw new Error('it is gone')
    expect((await buffer((await again.read(record)).bytes)).equals(whole)).toBe(true)
    expect(await filesOf()).toHaveLength(sizes.length)
  })
})

async function* one(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes
}
