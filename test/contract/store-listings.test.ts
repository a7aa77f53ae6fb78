import { Readable } from 'node:stream'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { MigrationError } from '../../src/model/errors.js'
import { below, type Location } from '../../src/model/names.js'
import type { OssStore } from '../../src/store/oss-store.js'
import type { S3Store } from '../../src/store/s3-store.js'
import { testCall } from './store-contract.js'
import { emulateOss, emulateS3, type Emulated } from './store-emulators.js'

const objectCount = 7
/** Bytes between two places where the answer ends; a prime, so that they fall everywhere in the elements. */
const step = 41
const listingByteCountMax = 8_000

describe.each([
  ['s3', emulateS3],
  ['oss', emulateOss],
] as const)('a listing of %s', (service, emulate) => {
  let emulated: Emulated<S3Store | OssStore>
  let prefix: Location

  beforeAll(async () => {
    emulated = await emulate()
    prefix = emulated.prefix()
    const meta = { run: 'r1', source: 's3://b/k', sourceEtag: 'e' }
    for (let number = 0; number < objectCount; number += 1) {
      await emulated.store.write(below(prefix, `part-${number}`), Readable.from(['x']), 1, meta, testCall())
    }
  })
  afterEach(() => emulated.faults.clear())
  afterAll(() => emulated.close())

  /** How many objects it gave, or why it failed. */
  async function list(): Promise<number | MigrationError> {
    let count = 0
    try {
      for await (const _one of emulated.store.list(prefix, testCall())) count += 1
      return count
    } catch (error) {
      if (error instanceof MigrationError) return error
      throw error
    }
  }

  it('that ends too soon, wherever, with a truthful length, fails and is never a shorter one', async () => {
    const short: (readonly [number, number])[] = []
    let failedCount = 0
    for (let byteCount = 0; byteCount < listingByteCountMax; byteCount += step) {
      emulated.faults.clear()
      emulated.faults.add([{ service, operation: 'ListObjectsV2', action: { do: 'truncate', byteCount } }])
      const told = await list()
      if (told instanceof MigrationError) failedCount += 1
      else if (told !== objectCount) short.push([byteCount, told])
    }
    expect(short).toEqual([])
    expect(failedCount).toBeGreaterThan(10)
  })

  it.each([
    ['that breaks off', { do: 'cut', when: 'during' }],
    ['that is refused', { do: 'fail', status: 403, code: 'AccessDenied' }],
    ['that fails', { do: 'fail', status: 500, code: 'InternalError' }],
    ['of a bucket that is gone', { do: 'fail', status: 404, code: 'NoSuchBucket' }],
    ['that nobody answers', { do: 'cut', when: 'before' }],
  ] as const)('%s fails', async (_, action) => {
    emulated.faults.add([{ service, operation: 'ListObjectsV2', action }])
    expect(await list()).toBeInstanceOf(MigrationError)
    expect(await list()).toBe(objectCount)
  })
})
