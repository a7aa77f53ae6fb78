import { randomUUID } from 'node:crypto'
import { link, mkdir, readFile, rename, stat, unlink, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { MigrationError } from '../model/errors.js'
import { onDisk } from './disk.js'

interface Holder {
  readonly host: string
  readonly boot: string
  readonly pid: number
  /** Tells a process from a later one with the same pid. */
  readonly startedAt: string
  readonly nonce: string
}

const heartbeatMilliseconds = 10_000
/** A lock of another host counts as abandoned when its heartbeat is older. */
const abandonedMilliseconds = 60_000
const attemptCountMax = 5

/** Only one process at a time works on a run. Readers need no lock. */
export class Lock {
  readonly #path: string
  readonly #nonce: string
  readonly #heartbeat: NodeJS.Timeout

  private constructor(path: string, nonce: string) {
    this.#path = path
    this.#nonce = nonce
    this.#heartbeat = setInterval(() => void beat(path), heartbeatMilliseconds)
    this.#heartbeat.unref()
  }

  /**
   * Throws `run-locked` while another process holds the run. A holder on this host is dead when the machine was booted
   * since, no such process exists, or another one has its pid; one on another host only with `takeOver` and an old heartbeat.
   */
  static async take(path: string, takeOver: boolean): Promise<Lock> {
    const self = await thisProcess()
    return onDisk(path, async () => {
      await mkdir(dirname(path), { recursive: true })
      for (let made = 0; made < attemptCountMax; made += 1) {
        if (await linked(path, self)) return new Lock(path, self.nonce)
        await removeDead(path, self, takeOver)
      }
      throw new MigrationError('run-locked', `${path}: other processes keep taking the run`)
    })
  }

  async release(): Promise<void> {
    clearInterval(this.#heartbeat)
    const holder = await readHolder(this.#path)
    if (holder?.nonce === this.#nonce) await unlink(this.#path)
  }
}

async function beat(path: string): Promise<void> {
  const now = new Date()
  // A lock file that is gone or unreadable is found out by whoever needs the lock, not by its heartbeat.
  await utimes(path, now, now).catch(() => undefined)
}

/** `link` is atomic and fails when the name exists: of two processes exactly one gets the lock. */
async function linked(path: string, self: Holder): Promise<boolean> {
  const temporary = `${path}.${self.nonce}`
  await writeFile(temporary, JSON.stringify(self) + '\n')
  try {
    await link(temporary, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    await unlink(temporary)
  }
}

async function removeDead(path: string, self: Holder, takeOver: boolean): Promise<void> {
  const holder = await readHolder(path)
  if (holder === undefined) return
  if (!(await isDead(path, holder, self, takeOver))) throw locked(path, holder, self)
  // Renamed first: if two processes find the same dead lock, only one of them can move it away.
  const aside = `${path}.dead.${self.nonce}`
  await rename(path, aside).then(() => unlink(aside), absentIsFine)
}

function locked(path: string, holder: Holder, self: Holder): MigrationError {
  const elsewhere = holder.host !== self.host
  return new MigrationError('run-locked', `${path}: held by process ${holder.pid} on ${holder.host}`, {
    hint: elsewhere
      ? 'stop it there; if that host is gone, add --take-over (works when its heartbeat is a minute old)'
      : 'wait for it or stop it; migrate status shows what it does without the lock',
  })
}

async function isDead(path: string, holder: Holder, self: Holder, takeOver: boolean): Promise<boolean> {
  if (holder.host !== self.host) return takeOver && (await heartbeatAge(path)) > abandonedMilliseconds
  if (holder.boot !== self.boot) return true
  return (await startOf(holder.pid)) !== holder.startedAt
}

async function heartbeatAge(path: string): Promise<number> {
  return Date.now() - (await stat(path)).mtimeMs
}

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new MigrationError('run-locked', `${path}: unreadable`, {
      hint: 'remove it if no migrate process runs',
      cause: error,
    })
  }
}

async function thisProcess(): Promise<Holder> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => 'unknown')
  const startedAt = (await startOf(process.pid)) ?? 'unknown'
  return { host: hostname(), boot: boot.trim(), pid: process.pid, startedAt, nonce: randomUUID() }
}

/** Undefined when there is no such process. Clock ticks since boot on Linux; elsewhere only existence is known. */
async function startOf(pid: number): Promise<string | undefined> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const isZombie = fields[0] === 'Z' || fields[0] === 'X'
    return isZombie ? undefined : fields[19]
  } catch {
    return alive(pid) ? 'unknown' : undefined
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function absentIsFine(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}
