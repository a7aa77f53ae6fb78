import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, readFile, utimes, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Lock } from '../../../src/journal/lock.js'

let path: string
let child: ChildProcess | undefined

beforeEach(async () => {
  path = join(await mkdtemp(join(tmpdir(), 'lock-')), 'lock.json')
})

afterEach(() => child?.kill('SIGKILL'))

async function startOf(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8')
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? ''
}

async function holder(changes: Record<string, unknown>): Promise<void> {
  const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim()
  const self = { host: hostname(), boot, pid: process.pid, startedAt: await startOf(process.pid), nonce: 'other' }
  await writeFile(path, JSON.stringify({ ...self, ...changes }))
}

describe('Lock', () => {
  it('lets one process in, and the next after it left', async () => {
    const lock = await Lock.take(path, false)
    await expect(Lock.take(path, false)).rejects.toMatchObject({ code: 'run-locked' })
    await lock.release()
    await (await Lock.take(path, false)).release()
  })

  it('lets exactly one of many in', async () => {
    const taken = await Promise.allSettled(Array.from({ length: 20 }, () => Lock.take(path, false)))
    const locks = taken.filter((one) => one.status === 'fulfilled')
    expect(locks).toHaveLength(1)
    for (const one of locks) await one.value.release()
  })

  it('is free when its holder was killed', async () => {
    child = spawn('sleep', ['60'])
    const pid = child.pid ?? 0
    await holder({ pid, startedAt: await startOf(pid) })
    await expect(Lock.take(path, false)).rejects.toMatchObject({ code: 'run-locked' })
    const exited = new Promise((done) => child?.once('exit', done))
    child.kill('SIGKILL')
    await exited
    await (await Lock.take(path, false)).release()
  })

  it('is free when another process has the pid now, or the machine was booted since', async () => {
    await holder({ startedAt: '1' })
    await (await Lock.take(path, false)).release()
    await holder({ boot: 'before' })
    await (await Lock.take(path, false)).release()
  })

  it('of another host is taken only when told so and its heartbeat is over a minute old', async () => {
    await holder({ host: 'elsewhere' })
    await expect(Lock.take(path, false)).rejects.toThrow(/elsewhere/)
    await expect(Lock.take(path, true)).rejects.toMatchObject({ code: 'run-locked' })
    const old = new Date(Date.now() - 61_000)
    await utimes(path, old, old)
    await expect(Lock.take(path, false)).rejects.toMatchObject({ code: 'run-locked' })
    await (await Lock.take(path, true)).release()
  })
})
