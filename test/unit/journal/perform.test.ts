import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FileJournal } from '../../../src/journal/file-journal.js'
import { perform, type Step } from '../../../src/journal/perform.js'
import { MigrationError } from '../../../src/model/errors.js'
import type { Attempt, Call, Found, Work } from '../../../src/model/work.js'

/** An outside service with a memory of its own: what was started there is there, whoever asks. */
class Outside {
  readonly started: string[] = []
  #outcome: 'ok' | 'refuses' = 'ok'
  found: Found<string> | undefined
  settleErrors: MigrationError[] = []
  beginErrors: MigrationError[] = []
  settledCount = 0

  refuse(): void {
    this.#outcome = 'refuses'
  }

  work(): Work<string, string> {
    return {
      find: (attempt: Attempt) =>
        Promise.resolve(this.found ?? (this.started.includes(attempt.token) ? { begun: attempt.token } : 'never')),
      begin: async (attempt: Attempt) => {
        this.started.push(attempt.token)
        const error = this.beginErrors.shift()
        if (error !== undefined) throw error
        return attempt.token
      },
      settle: async (handle: string) => {
        this.settledCount += 1
        const error = this.settleErrors.shift()
        if (error !== undefined) throw error
        if (this.#outcome === 'refuses') throw new MigrationError('target-refused', 'no')
        return `done ${handle}`
      },
      cancel: () => Promise.resolve(),
    }
  }
}

let path: string
let journal: FileJournal
const opened: FileJournal[] = []
let outside: Outside
const call: Call = { signal: new AbortController().signal, deadlineAt: Date.now() + 60_000, note: () => undefined }

beforeEach(async () => {
  path = join(await mkdtemp(join(tmpdir(), 'perform-')), 'journal.jsonl')
  outside = new Outside()
  await reopen()
})

afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()))
})

/** As after a crash: memory gone, file there. */
async function reopen(): Promise<void> {
  journal = await FileJournal.open(path, { redact: (line) => line, now: () => new Date() })
  opened.push(journal)
}

function step(): Step<string, string, string> {
  return {
    name: 'load/a',
    attemptCountMax: 3,
    token: (number) => `t${number}`,
    fresh: () => Promise.resolve(outside.work()),
    earlier: () => Promise.resolve(outside.work()),
    keep: (outcome) => Promise.resolve(outcome),
    unresolved: () => new MigrationError('target-unresolved', 'cannot tell'),
  }
}

const transient = (): MigrationError => new MigrationError('target-unreachable', 'gone', { transient: true })

describe('perform', () => {
  it('does a step once and remembers its outcome', async () => {
    expect(await perform(journal, step(), call)).toBe('done t1')
    await reopen()
    expect(await perform(journal, step(), call)).toBe('done t1')
    expect(outside.started).toEqual(['t1'])
  })

  it('after a crash behind `attempted`: what never started is attempted anew', async () => {
    await journal.append({ event: 'attempted', step: 'load/a', token: 't1', number: 1 })
    await reopen()
    expect(await perform(journal, step(), call)).toBe('done t2')
    expect(outside.started).toEqual(['t2'])
  })

  it('after a crash behind `attempted`: what did start is found and not started again', async () => {
    outside.started.push('t1')
    await journal.append({ event: 'attempted', step: 'load/a', token: 't1', number: 1 })
    await reopen()
    expect(await perform(journal, step(), call)).toBe('done t1')
    expect(outside.started).toEqual(['t1'])
  })

  it('tells those who look for an attempt when it started, over a crash and an unknown outcome', async () => {
    const sought: (number | undefined)[] = []
    const looking = (found: Found<string>) => ({
      ...outside.work(),
      find: (attempt: Attempt) => {
        sought.push(attempt.startedAt)
        return Promise.resolve(found)
      },
    })
    const startedAt = 1_767_323_045_678
    await journal.append({ event: 'attempted', step: 'load/a', token: 't1', number: 1, startedAt })
    await reopen()
    const unknown = { ...step(), earlier: () => Promise.resolve(looking('unknown')) }
    await expect(perform(journal, unknown, call)).rejects.toMatchObject({ code: 'target-unresolved' })
    await reopen()
    await perform(journal, { ...step(), earlier: () => Promise.resolve(looking({ begun: 'h' })) }, call)
    expect(sought).toEqual([startedAt, startedAt])
  })

  it('gives a fresh attempt the time of now, and an attempt of an older journal none', async () => {
    const times: (number | undefined)[] = []
    const work = {
      ...outside.work(),
      begin: (attempt: Attempt) => {
        times.push(attempt.startedAt)
        return Promise.reject(transient())
      },
      find: (attempt: Attempt) => {
        times.push(attempt.startedAt)
        return Promise.resolve({ begun: 'h' } as const)
      },
    }
    const before = Date.now()
    await perform(
      journal,
      { ...step(), fresh: () => Promise.resolve(work), earlier: () => Promise.resolve(work) },
      call,
    )
    expect(times[0]).toBeGreaterThanOrEqual(before)
    expect(times[0]).toBeLessThanOrEqual(Date.now())
    expect(times[1]).toBe(times[0])
    await journal.append({ event: 'attempted', step: 'load/b', token: 'b1', number: 1 })
    await perform(journal, { ...step(), name: 'load/b', earlier: () => Promise.resolve(work) }, call)
    expect(times[2]).toBeUndefined()
  })

  it('after a crash behind `begun`: settles the same handle, even where nothing can be found any more', async () => {
    await journal.append({ event: 'attempted', step: 'load/a', token: 't1', number: 1 })
    await journal.append({ event: 'begun', step: 'load/a', handle: 't1' })
    outside.found = 'never'
    await reopen()
    expect(await perform(journal, step(), call)).toBe('done t1')
    expect(outside.started).toEqual([])
  })

  it('an unknown outcome is never repeated, not by the next process either', async () => {
    await journal.append({ event: 'attempted', step: 'load/a', token: 't1', number: 1 })
    outside.found = 'unknown'
    await expect(perform(journal, step(), call)).rejects.toMatchObject({ code: 'target-unresolved' })
    await reopen()
    await expect(perform(journal, step(), call)).rejects.toMatchObject({ code: 'target-unresolved' })
    expect(outside.started).toEqual([])
    outside.found = { begun: 't1' }
    expect(await perform(journal, step(), call)).toBe('done t1')
  })

  it('a lost reply of `begin` is looked up, not repeated', async () => {
    outside.beginErrors.push(transient())
    expect(await perform(journal, step(), call)).toBe('done t1')
    expect(outside.started).toEqual(['t1'])
  })

  it('a lost reply of `settle` is asked again on the same handle', async () => {
    outside.settleErrors.push(transient())
    expect(await perform(journal, step(), call)).toBe('done t1')
    expect(outside.started).toEqual(['t1'])
    expect(outside.settledCount).toBe(2)
  })

  it('gives up after its attempts and leaves the step begun for the next process', async () => {
    outside.settleErrors.push(transient(), transient(), transient())
    await expect(perform(journal, step(), call)).rejects.toMatchObject({ code: 'target-unreachable' })
    expect(journal.status('load/a').state).toBe('begun')
    await reopen()
    expect(await perform(journal, step(), call)).toBe('done t1')
    expect(outside.started).toEqual(['t1'])
  })

  it('a refusal fails the attempt; the next command makes another one under another token', async () => {
    outside.refuse()
    await expect(perform(journal, step(), call)).rejects.toMatchObject({ code: 'target-refused' })
    expect(journal.status('load/a')).toMatchObject({ state: 'failed', number: 1 })
    outside = new Outside()
    expect(await perform(journal, step(), call)).toBe('done t2')
  })

  it('a lost attempt is followed by another one', async () => {
    await journal.append({ event: 'attempted', step: 'load/a', token: 't1', number: 1 })
    await journal.append({ event: 'begun', step: 'load/a', handle: 't1' })
    const lostOnce = new Outside()
    lostOnce.found = 'lost'
    const found = await perform(journal, { ...step(), earlier: () => Promise.resolve(lostOnce.work()) }, call)
    expect(found).toBe('done t2')
    expect(outside.started).toEqual(['t2'])
  })
})
