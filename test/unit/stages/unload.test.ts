import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FileJournal } from '../../../src/journal/file-journal.js'
import { RunFolder } from '../../../src/journal/run-folder.js'
import type { RelationPlan } from '../../../src/model/plan.js'
import type { Snapshot, UnloadHandle, UnloadOutcome } from '../../../src/source/source.js'
import type { Travel } from '../../../src/stages/stage.js'
import { measurementsPath, sourceManifestPath, unload } from '../../../src/stages/unload.js'

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

/** A source of which few answers are known: what COUNT(*) says, how many rows UNLOAD then writes, and how many break each assumption. */
function snapshotOf(counted: string, unloadedRowCount: number, violationCount = '0'): Snapshot {
  const handle: UnloadHandle = { token: 't', prefix: 's3://b/', begunAt: 0, snapshot: 'one' }
  const outcome: UnloadOutcome = { rowCount: unloadedRowCount, byteCount: 0, snapshot: 'one', parts: [], columns: [] }
  return {
    id: 'one',
    fingerprint: () => Promise.reject(new Error('not asked at this depth')),
    rows: () => Promise.reject(new Error('not asked')),
    measure: (_of, measures) => Promise.resolve(measures.map((measure) => ({ measure, value: counted }))),
    answer: () => Promise.reject(new Error('nothing is asked')),
    ask: () => Promise.reject(new Error('nothing is asked')),
    examine: (_of, assumptions) =>
      Promise.resolve(assumptions.map(({ code, column }) => ({ code, column, violationCount }))),
    unload: () => ({
      find: () => Promise.resolve('never'),
      begin: () => (violationCount === '0' ? Promise.resolve(handle) : Promise.reject(new Error('UNLOAD was sent'))),
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

afterEach(() => journal.close())

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

  const assumption = {
    code: 'RS0122',
    column: 'd',
    violatedWhere: 'd > 1',
    message: 'd lies within the years 1 to 9999',
  }
  const assuming: RelationPlan = { ...plan, assumptions: [assumption] }

  it('sends no UNLOAD where the snapshot breaks an assumption, and writes down what it answered', async () => {
    await expect(unload(assuming, travelWith(snapshotOf('5', 5, '3')))).rejects.toMatchObject({
      code: 'blocked',
      message: 'unload s.r: 3 rows break the assumption that d lies within the years 1 to 9999 (RS0122)',
      transient: false,
    })
    expect(journal.status(`unload/${plan.relationId}`).state).toBe('pending')
    expect(await folder.readDocument(measurementsPath(plan.relationId, 1))).toEqual({
      document: 'source-measurements',
      relationId: plan.relationId,
      snapshot: 'one',
      measurements: [],
      answers: [],
      assumptions: [{ code: 'RS0122', column: 'd', violationCount: '3' }],
    })
  })

  it('keeps with the measurements that every assumption held', async () => {
    await unload(assuming, travelWith(snapshotOf('5', 5)))
    expect(await folder.readDocument(measurementsPath(plan.relationId, 1))).toMatchObject({
      measurements: [{ value: '5' }],
      assumptions: [{ code: 'RS0122', column: 'd', violationCount: '0' }],
    })
  })
})
