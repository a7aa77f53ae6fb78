import type { ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { MigrationError } from '../../model/errors.js'
import { makeContext, type Context } from '../context.js'
import { durationText } from '../figures.js'
import { exitOf, startEmulators } from './emulate.js'
import { run } from './run.js'

export interface DemoOptions {
  readonly scale: number
  /** Where emulators and run live; a temporary folder when absent. */
  readonly dir?: string | undefined
}

/** The scale 1 seed takes minutes; nothing sensible takes longer. */
const readyMillisecondsMax = 1_800_000

/** The whole road on one machine: emulators, TPC-H, migration, verification, report. */
export async function demo(context: Context, options: DemoOptions): Promise<number> {
  const dir = options.dir === undefined ? await mkdtemp(join(tmpdir(), 'migrate-demo-')) : resolve(options.dir)
  const startedAt = Date.now()
  context.talk.say(`starting the emulated clouds and seeding TPC-H at scale ${options.scale} in ${dir}`)
  const child = await startEmulators(
    { dir, seed: 'tpch', scale: options.scale },
    { json: true, exitWithParent: true, stdout: 'pipe' },
  )
  try {
    const config = await readyConfig(child)
    context.talk.say(
      `ready after ${durationText(Date.now() - startedAt)}; migrating tpch.* from Redshift to MaxCompute`,
    )
    const inner = makeContext({ ...context.options, config }, context)
    return await run(inner, { replace: false, new: true, scan: false, restartSnapshot: false })
  } finally {
    child.stdin?.end()
    child.kill('SIGTERM')
    await exitOf(child).catch(() => 1)
    await removeData(dir, options.dir === undefined)
  }
}

/** The run folder with the report stays; the emulators' data goes. */
async function removeData(dir: string, isOurs: boolean): Promise<void> {
  if (!isOurs) return
  await rm(join(dir, 'data'), { recursive: true, force: true })
}

async function readyConfig(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('the emulators have no output')
  const lines = createInterface({ input: child.stdout })
  const timer = setTimeout(() => child.kill('SIGTERM'), readyMillisecondsMax)
  try {
    for await (const line of lines) {
      const parsed = JSON.parse(line) as { config?: string }
      if (parsed.config !== undefined) return parsed.config
    }
  } finally {
    clearTimeout(timer)
  }
  throw new MigrationError('arguments', 'demo: the emulators ended before they were ready', {
    hint: 'their message stands above',
  })
}
