import { randomBytes } from 'node:crypto'
import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { FileJournal } from '../journal/file-journal.js'
import { Lock } from '../journal/lock.js'
import { RunFolder } from '../journal/run-folder.js'
import { MigrationError } from '../model/errors.js'
import { setupDifference, type Setup } from './setup.js'

/** `run.json` */
export interface RunDocument {
  readonly document: 'run'
  readonly version: 1
  readonly run: string
  readonly toolVersion: string
  readonly openedAt: string
  readonly setup: Setup
}

export interface RunSummary {
  readonly document: RunDocument
  readonly folder: RunFolder
}

export interface OpenedRun extends RunSummary {
  readonly journal: FileJournal
  close(): Promise<void>
}

export interface OpenOptions {
  readonly command: string
  readonly takeOver: boolean
  readonly redact: (line: string) => string
}

/** All runs below a folder, newest first. */
export async function listRuns(runsFolder: string): Promise<readonly RunSummary[]> {
  const entries = await readdir(runsFolder, { withFileTypes: true }).catch(absentIsEmpty)
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  const runs: RunSummary[] = []
  for (const name of names.sort().reverse()) {
    const folder = new RunFolder(join(runsFolder, name))
    const document = await folder.readDocument<RunDocument>('run.json')
    if (document !== undefined) runs.push({ document, folder })
  }
  return runs.sort((a, b) => (a.document.openedAt < b.document.openedAt ? 1 : -1))
}

function absentIsEmpty(error: NodeJS.ErrnoException): Dirent[] {
  if (error.code !== 'ENOENT') throw error
  return []
}

/** The run that was asked for by id, or the newest one; undefined when there is none. */
export async function findRun(runsFolder: string, id: string | undefined): Promise<RunSummary | undefined> {
  const runs = await listRuns(runsFolder)
  if (id === undefined) return runs[0]
  const found = runs.find((run) => run.document.run === id)
  if (found !== undefined) return found
  throw new MigrationError('arguments', `--run ${id}: there is no such run below ${runsFolder}`, {
    hint: `there are: ${
      runs
        .map((run) => run.document.run)
        .slice(0, 5)
        .join(', ') || 'none'
    }`,
  })
}

export async function createRun(runsFolder: string, setup: Setup, toolVersion: string): Promise<RunSummary> {
  const now = new Date().toISOString()
  const run = `${now.slice(0, 10).replaceAll('-', '')}-${now.slice(11, 16).replace(':', '')}-${randomBytes(3).toString('hex')}`
  const folder = new RunFolder(join(runsFolder, run))
  const document: RunDocument = { document: 'run', version: 1, run, toolVersion, openedAt: now, setup }
  await folder.writeDocument('run.json', document)
  return { document, folder }
}

/** A run made for something else is refused with both values: going on would mix two migrations. */
export function assertSameSetup(run: RunSummary, setup: Setup): void {
  const difference = setupDifference(run.document.setup, setup)
  if (difference === undefined) return
  const { key, made, now } = difference
  throw new MigrationError(
    'setup-differs',
    `run ${run.document.run}: it was made for ${key} ${made}, the config says ${now}`,
    {
      hint: 'give --new to start another run, or restore the setting to go on with this one',
    },
  )
}

/** Takes the lock, reads the journal back and notes that the run goes on. */
export async function openRun(summary: RunSummary, options: OpenOptions): Promise<OpenedRun> {
  const lock = await Lock.take(summary.folder.file('lock.json'), options.takeOver)
  try {
    const path = summary.folder.file('journal.jsonl')
    const journal = await FileJournal.open(path, { redact: options.redact, now: () => new Date() })
    const isNew = [...journal.steps()].length === 0 && journal.documentHash('catalog.jsonl') === undefined
    if (isNew) await journal.append({ event: 'opened', run: summary.document.run })
    else await journal.append({ event: 'resumed', command: options.command, cutByteCount: journal.cutByteCount })
    const close = async (): Promise<void> => {
      await journal.close()
      await lock.release()
    }
    return { ...summary, journal, close }
  } catch (error) {
    await lock.release()
    throw error
  }
}
