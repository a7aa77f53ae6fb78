import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Copied, Copier, CopyJob } from '../../../src/carrier/copy-job.js'
import { BudgetedCopier, EgressBudget } from '../../../src/carrier/egress-budget.js'
import { FileLedger } from '../../../src/journal/file-ledger.js'
import { failureOf, testCall } from '../../contract/store-contract.js'

/** Reads nothing, and remembers what it was asked to read. */
class Reader implements Copier {
  byteCount = 0
  readonly wholeByteCountMax = 0

  copy(job: CopyJob): Promise<Copied> {
    this.byteCount += job.byteCount
    return Promise.resolve({ crc64: '0', etag: '', milliseconds: 0, isProven: false })
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}

const job = (byteCount: number): CopyJob => ({
  from: { store: 's3', bucket: 'b', key: 'r-1/part' },
  ifMatch: 'etag',
  byteCount,
  to: { kind: 'nowhere' },
})

describe('the budget of egress', () => {
  let dir: string
  let reader: Reader
  let ledgers: FileLedger[]
  const path = () => join(dir, 'egress.jsonl')
  const budget = (byteCountMax: number) => {
    const ledger = new FileLedger(path())
    ledgers.push(ledger)
    return new EgressBudget(byteCountMax, ledger)
  }

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'egress-'))
    reader = new Reader()
    ledgers = []
  })
  afterEach(async () => {
    await Promise.all(ledgers.map((ledger) => ledger.close()))
    await rm(dir, { recursive: true, force: true })
  })

  it('lets the last byte through, and none more', async () => {
    const copier = new BudgetedCopier(reader, budget(100))
    await copier.copy(job(60), testCall())
    await copier.copy(job(40), testCall())
    expect(await failureOf(copier.copy(job(1), testCall()))).toMatchObject({
      code: 'transfer-failed',
      message: 'transfer: 1 bytes more would pass the limit of 100 bytes read from S3; this run has read 100',
    })
    expect(reader.byteCount).toBe(100)
  })

  it('holds for requests that are made at once', async () => {
    const copier = new BudgetedCopier(reader, budget(100))
    const ended = await Promise.allSettled(Array.from({ length: 20 }, () => copier.copy(job(30), testCall())))
    expect(ended.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
    expect(reader.byteCount).toBe(90)
  })

  it('remembers what another process read, before it reads', async () => {
    await new BudgetedCopier(reader, budget(100)).copy(job(80), testCall())
    expect(await readFile(path(), 'utf8')).toBe('{"kind":"egress","key":"r-1/part","byteCount":80}\n')
    const later = new BudgetedCopier(reader, budget(100))
    expect(await failureOf(later.copy(job(30), testCall()))).toMatchObject({ code: 'transfer-failed' })
    await new BudgetedCopier(reader, budget(110)).copy(job(30), testCall())
    expect(reader.byteCount).toBe(110)
  })
})
