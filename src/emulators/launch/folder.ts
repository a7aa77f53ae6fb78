import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LaunchError } from './launch-error.js'

/** Says whose folder it is; the data of an earlier start may be removed only beside it. */
const markFile = 'emulators.json'
const dataFolder = 'data'

/**
 * Makes `<dir>/data` new and empty, and marks the folder as this process's. Throws LaunchError when another launcher
 * still uses it, or when a `data` folder is there that no launcher made.
 */
export async function takeFolder(dir: string): Promise<string> {
  await mkdir(dir, { recursive: true })
  const mark = join(dir, markFile)
  const data = join(dir, dataFolder)
  const owner = await readOwner(mark)
  if (owner !== undefined && isAlive(owner)) {
    throw new LaunchError(
      `${dir} is in use by emulators with process id ${owner}; stop them, or choose another --dir (if that process is something else: remove ${mark})`,
    )
  }
  if (owner === undefined && (await exists(data))) {
    throw new LaunchError(`${data} is there already and is not of the emulators; choose another --dir`)
  }
  await writeFile(mark, `${JSON.stringify({ pid: process.pid })}\n`)
  await rm(data, { recursive: true, force: true })
  await mkdir(data)
  return data
}

async function readOwner(mark: string): Promise<number | undefined> {
  const text = await readFile(mark, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const { pid } = JSON.parse(text) as { readonly pid?: unknown }
  return typeof pid === 'number' ? pid : undefined
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
