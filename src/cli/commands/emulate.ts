import { spawn, type ChildProcess } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { MigrationError } from '../../model/errors.js'
import type { Context } from '../context.js'
import { packageRoot } from '../tool-version.js'

export interface EmulateOptions {
  readonly dir: string
  readonly seed: 'tpch' | 'guide' | 'none'
  readonly scale: number
  readonly from?: string | undefined
  /** JSON file with `ports`, `world`, `faults` and `switches` for the emulators. */
  readonly options?: string | undefined
}

/** Starts the emulators as a process of their own; nothing of them is ever loaded into this one. */
export async function startEmulators(
  options: EmulateOptions,
  output: { readonly json: boolean; readonly exitWithParent: boolean; readonly stdout: 'inherit' | 'pipe' },
): Promise<ChildProcess> {
  const dir = resolve(options.dir)
  await mkdir(dir, { recursive: true })
  const path = join(dir, 'emulate.json')
  const { seed, scale } = options
  const from = options.from === undefined ? {} : { from: resolve(options.from) }
  const child = {
    ...(await readMore(options.options)),
    dir,
    seed,
    scale,
    ...from,
    json: output.json,
    exitWithParent: output.exitWithParent,
  }
  await writeFile(path, JSON.stringify(child, undefined, 2) + '\n')
  const main = join(packageRoot, 'dist', 'emulators', 'emulators.js')
  return spawn(process.execPath, [main, path], { stdio: ['pipe', output.stdout, 'inherit'] })
}

async function readMore(path: string | undefined): Promise<object> {
  if (path === undefined) return {}
  try {
    return JSON.parse(await readFile(path, 'utf8')) as object
  } catch (error) {
    throw new MigrationError('arguments', `--options ${path}: not readable as JSON (${(error as Error).message})`)
  }
}

/** Runs until it is interrupted. */
export async function emulate(context: Context, options: EmulateOptions): Promise<number> {
  const child = await startEmulators(options, { json: context.options.json, exitWithParent: true, stdout: 'inherit' })
  const stop = (): void => void child.kill('SIGTERM')
  context.stopping.addEventListener('abort', stop, { once: true })
  const code = await exitOf(child)
  return context.stopping.aborted ? 0 : code
}

export function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((done, failed) => {
    child.once('error', (error) => {
      failed(
        new MigrationError('arguments', `emulate: the emulators did not start (${error.message})`, { cause: error }),
      )
    })
    child.once('exit', (code) => done(code ?? 1))
  })
}
