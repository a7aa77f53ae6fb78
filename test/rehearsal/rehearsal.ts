import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export const command = fileURLToPath(new URL('../../bin/migrate.js', import.meta.url))

/** The one line of `migrate emulate --json`. */
export interface Clouds {
  readonly redshift: {
    readonly host: string
    readonly port: number
    readonly database: string
    readonly user: string
    readonly password: string
    readonly iamRole: string
    readonly caFile: string
  }
  readonly s3: {
    readonly endpoint: string
    readonly region: string
    readonly bucket: string
    readonly prefix: string
    readonly accessKeyId: string
    readonly secretAccessKey: string
  }
  readonly oss: {
    readonly endpoint: string
    readonly loadEndpoint: string
    readonly region: string
    readonly bucket: string
    readonly prefix: string
    readonly roleArn: string
    readonly accessKeyId: string
    readonly accessKeySecret: string
  }
  readonly maxcompute: {
    readonly endpoint: string
    readonly region: string
    readonly project: string
    readonly accessId: string
    readonly accessKey: string
  }
  readonly config: string
  readonly control: { readonly stores: string; readonly warehouses: string }
}

export interface Emulated extends AsyncDisposable {
  readonly dir: string
  readonly clouds: Clouds
  /** Faults on order, in the process that holds the service. */
  fault(process: 'stores' | 'warehouses', rules: readonly object[]): Promise<void>
  clearFaults(): Promise<void>
}

/** Emulated clouds as a process of their own, seeded; gone with all their data when disposed. */
export async function emulate(options: {
  readonly seed: string
  readonly scale?: number
  readonly from?: string
  /** Ports, world, faults and switches. */
  readonly more?: object
}): Promise<Emulated> {
  const dir = await mkdtemp(join(tmpdir(), 'rehearsal-'))
  const args = ['emulate', '--dir', dir, '--seed', options.seed, '--json', '--scale', String(options.scale ?? 0.001)]
  if (options.from !== undefined) args.push('--from', options.from)
  if (options.more !== undefined) {
    const path = join(dir, 'more.json')
    await writeFile(path, JSON.stringify(options.more))
    args.push('--options', path)
  }
  const child = spawn(process.execPath, [command, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
  const clouds = await readyLine(child)
  return {
    dir,
    clouds,
    fault: async (name, rules) => post(`${clouds.control[name]}/faults`, 'POST', rules),
    clearFaults: async () => {
      for (const name of ['stores', 'warehouses'] as const)
        await post(`${clouds.control[name]}/faults`, 'DELETE', undefined)
    },
    [Symbol.asyncDispose]: async () => {
      const exited = new Promise((done) => child.once('exit', done))
      child.kill('SIGTERM')
      await exited
      await rm(dir, { recursive: true, force: true })
    },
  }
}

async function post(url: string, method: string, body: unknown): Promise<void> {
  const response = await fetch(url, body === undefined ? { method } : { method, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`)
}

async function readyLine(child: ChildProcess): Promise<Clouds> {
  if (child.stdout === null) throw new Error('no output')
  for await (const line of createInterface({ input: child.stdout })) {
    const parsed = JSON.parse(line) as Partial<Clouds>
    if (parsed.config !== undefined) return parsed as Clouds
  }
  throw new Error('the emulators ended before they were ready')
}

const journalPollMilliseconds = 20
const journalWaitMillisecondsMax = 60_000

/** Ids of the runs beside the config. */
export async function runIds(config: string): Promise<readonly string[]> {
  return readdir(join(dirname(config), 'runs')).catch(() => [])
}

/** Waits until a run that is not among the known ones has a journal line with all of these words in it. */
export async function untilJournaled(config: string, known: readonly string[], ...words: string[]): Promise<void> {
  const giveUpAt = Date.now() + journalWaitMillisecondsMax
  while (Date.now() < giveUpAt) {
    const run = (await runIds(config)).find((id) => !known.includes(id))
    const path = join(dirname(config), 'runs', run ?? '', 'journal.jsonl')
    const journal = run === undefined ? '' : await readFile(path, 'utf8').catch(() => '')
    if (journal.split('\n').some((line) => words.every((word) => line.includes(word)))) return
    await new Promise((later) => setTimeout(later, journalPollMilliseconds))
  }
  throw new Error(`no journal line with ${words.join(', ')}`)
}

/** Of a rename or a drop, while a process is to die between two of them: many times what it takes to see the journal. */
const heldMilliseconds = 1_000

/** The command with the configuration of the clouds, killed as soon as a step of its run has succeeded. */
export async function killedAfter(
  { clouds, fault, clearFaults }: Pick<Emulated, 'clouds' | 'fault' | 'clearFaults'>,
  known: readonly string[],
  words: string,
  args: readonly string[],
): Promise<Ended> {
  const held = { service: 'maxcompute', operation: '*', times: 1_000 }
  const action = { do: 'delay', milliseconds: heldMilliseconds }
  await fault('warehouses', [
    { ...held, contains: 'RENAME TO', action },
    { ...held, contains: 'DROP TABLE', action },
  ])
  try {
    return await migrate([...args, '--config', clouds.config, '--json'], {
      kill: (child) => {
        void untilJournaled(clouds.config, known, '"succeeded"', words).then(() => child.kill('SIGKILL'))
      },
    })
  } finally {
    await clearFaults()
  }
}

export interface Ended {
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
  /** The objects of --json, one a line. */
  readonly lines: readonly Record<string, unknown>[]
}

/** The built command as users run it. `kill` may end it with SIGKILL at a moment of its choice. */
export async function migrate(
  args: readonly string[],
  options: { readonly env?: NodeJS.ProcessEnv; readonly kill?: (child: ChildProcess) => void } = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [command, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
  })
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
  options.kill?.(child)
  const [code, signal] = await new Promise<[number | null, string | null]>((done) =>
    child.once('close', (...ended) => done(ended)),
  )
  const stdout = Buffer.concat(out).toString()
  return { code, signal, stdout, stderr: Buffer.concat(err).toString(), lines: jsonLines(stdout) }
}

function jsonLines(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

/** Changes a config in place; a change that changes nothing is a mistake of the test. */
export async function changeConfig(path: string, change: (text: string) => string): Promise<void> {
  const text = await readFile(path, 'utf8')
  if (change(text) === text) throw new Error('the change changes nothing')
  await writeFile(path, change(text))
}
