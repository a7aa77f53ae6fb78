import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { emulate, migrate, type Emulated } from './rehearsal.js'

let emulated: Emulated

beforeAll(async () => {
  emulated = await emulate({ seed: 'tpch' })
})

afterAll(async () => {
  await emulated[Symbol.asyncDispose]()
})

beforeEach(() => emulated.clearFaults())

async function runAnew(): ReturnType<typeof migrate> {
  return migrate(['run', '--new', '--replace', '--config', emulated.clouds.config, '--json'])
}

interface Failing {
  readonly what: string
  readonly process: 'stores' | 'warehouses'
  readonly rule: object
  /** The exit codes that are an honest end: 0 when the fault was overcome. */
  readonly code: number
  readonly says?: RegExp
}

/** What goes wrong on the way, and how the whole run must end: overcome, or named. Never 0 with something lost. */
const failings: readonly Failing[] = [
  {
    what: 'a bit that flips on the way into OSS',
    process: 'stores',
    rule: { service: 'oss', operation: 'PutObject', nth: 1, action: { do: 'corrupt', at: 100 } },
    code: 0,
  },
  {
    what: 'bits that flip on the way into OSS each time',
    process: 'stores',
    rule: { service: 'oss', operation: 'PutObject', times: 1000, action: { do: 'corrupt', at: 100 } },
    code: 7,
    says: /holds other bytes than were read|CRC-64/,
  },
  {
    what: 'a body from S3 that ends early',
    process: 'stores',
    rule: {
      service: 's3',
      operation: 'GetObject',
      contains: '.parquet',
      nth: 30,
      action: { do: 'cut', when: 'during' },
    },
    code: 0,
  },
  {
    what: 'an S3 that is throttled for a while',
    process: 'stores',
    rule: { service: 's3', operation: '*', nth: 5, times: 6, action: { do: 'throttle' } },
    code: 0,
  },
  {
    what: 'a listing that fails for good',
    process: 'stores',
    rule: {
      service: 's3',
      operation: 'ListObjectsV2',
      times: 1000,
      action: { do: 'fail', status: 403, code: 'AccessDenied' },
    },
    // Redshift itself looks first whether the prefix is empty, and does not take a refusal for emptiness.
    code: 6,
    says: /AccessDenied|denied/i,
  },
  {
    what: 'a MaxCompute that loses the reply to a LOAD',
    process: 'warehouses',
    rule: { service: 'maxcompute', operation: 'POST instances', nth: 12, action: { do: 'cut', when: 'after' } },
    code: 0,
  },
  {
    what: 'a LOAD that fails',
    process: 'warehouses',
    rule: {
      service: 'maxcompute',
      operation: 'LOAD',
      nth: 3,
      action: { do: 'fail', code: '0123131', message: 'ODPS-0123131:User defined function exception' },
    },
    code: 8,
    says: /ODPS-0123131/,
  },
  {
    what: 'a Redshift that cuts the connection during an UNLOAD',
    process: 'warehouses',
    rule: { service: 'redshift', operation: 'UNLOAD', nth: 2, action: { do: 'cut', when: 'during' } },
    code: 0,
  },
  {
    what: 'a Redshift that cuts the connection when an UNLOAD is done',
    process: 'warehouses',
    rule: { service: 'redshift', operation: 'UNLOAD', nth: 2, action: { do: 'cut', when: 'after' } },
    code: 0,
  },
]

describe('a run among failures', () => {
  for (const { what, process, rule, code, says } of failings) {
    it(`${what}: exit ${code}`, async () => {
      await emulated.fault(process, [rule])
      const ended = await runAnew()
      expect({ code: ended.code, stderr: ended.stderr }).toMatchObject({ code })
      if (says !== undefined) expect(ended.stderr).toMatch(says)
      if (code === 0) expect(ended.lines).toContainEqual(expect.objectContaining({ verified: 8, relations: 8 }))
      expect(ended.stderr).not.toMatch(/bug of ours/)
    })
  }

  it('and the same command afterwards finishes what they broke', async () => {
    await emulated.fault('warehouses', [
      {
        service: 'maxcompute',
        operation: 'LOAD',
        times: 3,
        action: { do: 'fail', code: '0123131', message: 'ODPS-0123131:no' },
      },
    ])
    expect((await runAnew()).code).toBe(8)
    await emulated.clearFaults()
    const again = await migrate(['run', '--replace', '--config', emulated.clouds.config, '--json'])
    expect({ code: again.code, stderr: again.code === 0 ? '' : again.stderr }).toEqual({ code: 0, stderr: '' })
  })
})
