import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { FileJournal } from '../../../src/journal/file-journal.js'
import { RunFolder } from '../../../src/journal/run-folder.js'
import type { RelationPlan } from '../../../src/model/plan.js'
import type { Snapshot, UnloadHandle, UnloadOutcome } from '../../../src/source/source.js'
import type { Travel } from '../../../src/stages/stage.js'
import { sourceManifestPath, unload } from '../../../src/stages/unload.js'

const plan: RelationPlan = {
  relationId: 's_r-0123abcd',
  source: { schema: 's', name: 'r' },
  target: { project: 'p', name: 'r' },
  columns: [],
  strategy: 'direct',
  consignment: 's_r-0123abcd',
  concerns: [],
  depth: 'count',
  partMegabytesMax: 256,
}

/** A source of which one answer is known: what COUNT(*) says, and how many rows UNLOAD then writes. */
function snapshotOf(counted: string, unloadedRowCount: number): Snapshot {
  const handle: UnloadHandle = { token: 't', prefix: 's3://b/', begunAt: 0, snapshot: 'one' }
  const outcome: UnloadOutcome = { rowCount: unloadedRowCount, byteCount: 0, snapshot: 'one', parts: [], columns: [] }
  return {
    id: 'one',
    measure: (_of, measures) => Promise.resolve(measures.map((measure) => ({ measure, value: counted }))),
    answer: () => Promise.reject(new Error('nothing is asked')),
    unload: () => ({
      find: () => Promise.resolve('never'),
      begin: () => Promise.resolve(handle),
      settle: () => Promise.resolve(outcome),
      cancel: () => Promise.resolve(),
    }),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}

let folder: RunFolder
let journal: FileJournal

beforeEach(async () => {
  folder = new RunFolder(await mkdtemp(join(tmpdir(), 'unload-')))
  journal = await FileJournal.open(folder.file('journal.jsonl'), { redact: (line) => line, now: () => new Date() })
})

function travelWith(snapshot: Snapshot): Travel {
  const settings = {
    queries: [],
    deadlines: { unload: 10_000 },
    sourceRoot: { store: 's3', bucket: 'b', key: '' },
  }
  const snapshots = { isSerial: false, lease: () => Promise.resolve({ snapshot, release: () => Promise.resolve() }) }
  const signal = new AbortController().signal
  return {
    run: 'run',
    folder,
    journal,
    settings,
    snapshots,
    signal,
    observer: { progress: () => undefined },
  } as unknown as Travel
}

describe('unload', () => {
  it('keeps the manifest of what the snapshot counted', async () => {
    expect(await unload(plan, travelWith(snapshotOf('5', 5)))).toMatchObject({ rowCount: 5, attempt: 1 })
    expect(await folder.readDocument(sourceManifestPath(plan.relationId))).toMatchObject({
      rowCount: 5,
      snapshot: 'one',
    })
  })

  it('fails when UNLOAD wrote another number of rows than the same snapshot counted', async () => {
    const failing = unload(plan, travelWith(snapshotOf('6', 5)))
    await expect(failing).rejects.toThrow(/UNLOAD wrote 5 rows, COUNT\(\*\) in the same snapshot is 6/)
    expect(journal.status(`unload/${plan.relationId}`).state).toBe('failed')
    expect(await folder.readDocument(sourceManifestPath(plan.relationId))).toBeUndefined()
  })
})
