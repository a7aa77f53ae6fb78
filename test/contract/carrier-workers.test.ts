import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { staticCredentials } from '../../src/access/credentials.js'
import { StreamingCarrier } from '../../src/carrier/streaming-carrier.js'
import type { LedgerEntry } from '../../src/model/ledger.js'
import type { Part } from '../../src/model/manifest.js'
import { below } from '../../src/model/names.js'
import { failureOf, patternedBytes, testCall } from './store-contract.js'
import { emulateOss, emulateS3, ossSetup, s3Setup } from './store-emulators.js'

const kibibyte = 1024
const script = new URL('../../dist/carrier/copy-worker.js', import.meta.url)

describe('threads that copy', () => {
  let s3: Awaited<ReturnType<typeof emulateS3>>
  let oss: Awaited<ReturnType<typeof emulateOss>>

  beforeAll(async () => {
    s3 = await emulateS3()
    oss = await emulateOss()
  })
  afterAll(async () => {
    await s3.close()
    await oss.close()
  })

  const objects = {
    small: patternedBytes(50 * kibibyte, 1),
    empty: Buffer.alloc(0),
    large: patternedBytes(1_000_000, 2),
  }

  async function carried(count: number, secret?: string) {
    const [source, target] = [s3.prefix(), oss.prefix()]
    const parts: Part[] = []
    for (const [name, bytes] of Object.entries(objects)) {
      const location = below(source, name)
      const meta = { run: 'r', source: 's', sourceEtag: '-' }
      const { etag } = await s3.store.write(location, Readable.from([bytes]), bytes.length, meta, testCall())
      parts.push({ location, byteCount: bytes.length, rowCount: 0, etag })
    }
    const entries: LedgerEntry[] = []
    const ledger = {
      entries: async function* () {
        yield* entries
      },
      note: async (entry: LedgerEntry) => void entries.push(entry),
    }
    const place = { pathStyle: true, socketCountMax: 8 }
    const toKeys = secret === undefined ? ossSetup().keys : { ...ossSetup().keys, accessKeySecret: secret }
    const carrier = new StreamingCarrier({
      from: s3.store,
      to: oss.store,
      limits: {
        chunksInFlight: 4,
        chunkByteCount: 128 * kibibyte,
        smallObjectByteCountMax: 100 * kibibyte,
        chunkAttemptCountMax: 3,
      },
      workers: {
        count,
        script,
        places: {
          from: { ...place, region: s3Setup().region, endpoint: s3.endpoint },
          to: { ...place, region: ossSetup().region, endpoint: oss.endpoint },
        },
        credentials: { from: staticCredentials(s3Setup().keys), to: staticCredentials(toKeys) },
      },
    })
    const manifest = { relationId: 'r-1', parts } as never
    const work = carrier.carry({ id: 'c', run: 'r', manifests: [manifest], from: source, to: target }, ledger)
    const call = testCall()
    const settled = work.settle(await work.begin({ token: 't', number: 1 }, call), call)
    const outcome = await settled.finally(() => carrier.close())
    const arrived = async (name: string) => buffer(await oss.store.read(below(target, name), {}, testCall()))
    return { outcome, arrived, entries }
  }

  it.each([1, 2])('%i: carry and prove what one thread carries', async (count) => {
    const { outcome, arrived, entries } = await carried(count)
    for (const [name, bytes] of Object.entries(objects)) expect((await arrived(name)).equals(bytes)).toBe(true)
    expect(outcome.parts.map(({ proof }) => proof)).toEqual(['source+target', 'source+target', 'source+target'])
    expect(entries.filter(({ kind }) => kind === 'chunk')).toHaveLength(Math.ceil(1_000_000 / (128 * kibibyte)))
  })

  it('send a chunk again that changed on the way', async () => {
    oss.faults.add([{ service: 'oss', operation: 'UploadPart', action: { do: 'corrupt', at: 5 }, times: 1 } as never])
    const { outcome, arrived } = await carried(2)
    expect((await arrived('large')).equals(objects.large)).toBe(true)
    expect(outcome.sentByteCount).toBe(outcome.byteCount + 128 * kibibyte)
  })

  it('tell the errors of the stores as they are', async () => {
    const failure = await failureOf(carried(1, 'not-the-secret'))
    expect(failure).toMatchObject({ code: 'store-denied', transient: false })
    expect(failure.message).toContain('SignatureDoesNotMatch')
    expect(failure.hint).toContain('the secret does not belong to the access key id')
  })
})
