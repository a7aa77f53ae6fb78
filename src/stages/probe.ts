import type { Ledger } from '../model/ledger.js'
import { MigrationError } from '../model/errors.js'
import type { ProbeAnswer, ProbeFact } from '../model/facts.js'
import type { Manifest } from '../model/manifest.js'
import { below, type Location, type RelationName } from '../model/names.js'
import type { RelationPlan } from '../model/plan.js'
import type { Call, Json, Work } from '../model/work.js'
import type { UnloadOutcome } from '../source/source.js'
import type { ObjectStore } from '../store/store.js'
import { relationSql } from '../dialect/redshift/identifier.js'
import { probeColumns, probeRowCount, probeRowsSql, probeTableColumns } from '../translate/probe-types.js'
import { attemptPrefix, attemptToken } from './prefix.js'
import { askReaders } from './probe-loads.js'
import type { Places, RunSettings } from './stage.js'

export interface ProbeSettings extends Pick<
  RunSettings,
  'sourceRoot' | 'targetRoot' | 'loadEndpoint' | 'roleArn' | 'loadKeys'
> {
  readonly project: string
  readonly endpoint: string
  /** A schema of the source in which a table may be made; absent: UNLOAD of constants. */
  readonly schema?: string
  /** Megabytes of a part; the rows of a probe make one. */
  readonly partMegabytesMax: number
}

/** Removing what a probe made may go on for this long after whatever ended it, in milliseconds. */
const removingMilliseconds = 120_000
/** Objects that a probe may leave below its prefix. */
const objectCountMax = 1_000

export interface Probe {
  /** `[a-z0-9-]`; in the name of everything that is made. */
  readonly run: string
  readonly places: Places
  readonly settings: ProbeSettings
  readonly call: Call
  say(text: string): void
}

/**
 * Sends values of every type along the real road, UNLOAD, carrier and LOAD by every reader, and reads them back.
 * What it makes on either side bears its run's name and is removed at the end, also of a failure.
 */
export async function probe(of: Probe): Promise<ProbeFact> {
  const { project, endpoint, schema } = of.settings
  const plan = probePlan(of)
  try {
    if (schema !== undefined) await makeTable(of, plan.source)
    of.say('unloading values of every type')
    const unloaded = await unload(of, plan)
    of.say('carrying them')
    const carried = await carry(of, plan, unloaded)
    const answers: readonly ProbeAnswer[] = await askReaders(of, plan, carried)
    const rows = schema === undefined ? 'constants' : 'table'
    return { fact: 'probe', run: of.run, at: new Date().toISOString(), project, endpoint, rows, answers }
  } finally {
    await removeAll(of, plan.source)
  }
}

function probePlan({ run, settings }: Probe): RelationPlan {
  const name = tableOf(run)
  return {
    relationId: 'probe',
    source: { schema: settings.schema ?? 'probe', name },
    target: { project: settings.project, name },
    columns: probeColumns(),
    ...(settings.schema === undefined ? { rowsSql: probeRowsSql() } : {}),
    strategy: 'direct',
    consignment: 'probe',
    concerns: [],
    depth: 'count',
    partMegabytesMax: settings.partMegabytesMax,
    rowEstimate: probeRowCount,
  }
}

function tableOf(run: string): string {
  return `mig_probe_${run.replace(/[^a-z0-9]/g, '_')}`
}

async function makeTable({ places, call }: Probe, table: RelationName): Promise<void> {
  await places.source.change(`CREATE TABLE ${relationSql(table)} (${probeTableColumns()})`, call)
  await places.source.change(`INSERT INTO ${relationSql(table)} ${probeRowsSql()}`, call)
}

async function unload(of: Probe, plan: RelationPlan): Promise<Manifest> {
  const { places, settings, call } = of
  const to = prefixOf(of, settings.sourceRoot)
  await using snapshot = await places.source.open('each-relation', call)
  const outcome = await done<UnloadOutcome>(snapshot.unload(plan, to), of, 'unload').catch((error: unknown) => {
    throw withHint(error, settings.schema === undefined)
  })
  return {
    document: 'manifest',
    side: 'source',
    relationId: plan.relationId,
    relation: plan.source,
    snapshot: snapshot.id,
    location: to,
    parts: outcome.parts.map(({ key, ...part }) => ({ location: { ...to, key }, ...part })),
    rowCount: outcome.rowCount,
    byteCount: outcome.byteCount,
    columns: outcome.columns,
  }
}

/** Redshift answers some queries of constants on its leader node alone, which cannot UNLOAD. */
function withHint(error: unknown, areConstants: boolean): unknown {
  if (!(error instanceof MigrationError) || !areConstants || !/^source-(refused|failed)$/.test(error.code)) return error
  return new MigrationError(error.code, error.message, {
    hint: 'where UNLOAD takes no constants, name a schema for a small table: probe.schema',
    cause: error,
  })
}

/** Returns where the parts lie, and nothing else does. */
async function carry(of: Probe, plan: RelationPlan, manifest: Manifest): Promise<Location> {
  const { places, settings, run } = of
  const to = prefixOf(of, settings.targetRoot)
  const consignment = { id: plan.consignment, run, manifests: [manifest], from: manifest.location, to }
  await done(places.carrier.carry(consignment, forgetful), of, 'transfer')
  return to
}

/** Nobody takes a probe up again. */
const forgetful: Ledger = {
  entries: async function* () {
    return
  },
  note: () => Promise.resolve(),
}

function prefixOf({ run }: Probe, root: Location): Location {
  return attemptPrefix(root, run, 'probe', 'probe', 1)
}

async function done<Outcome extends Json, Handle extends Json = Json>(
  work: Work<Handle, Outcome>,
  { run, call }: Probe,
  step: string,
): Promise<Outcome> {
  const handle = await work.begin({ token: attemptToken(run, step, 'probe', 1), number: 1 }, call)
  return work.settle(handle, call)
}

/** By a call of its own: an interrupt ends the probe, and not this. */
async function removeAll(of: Probe, table: RelationName): Promise<void> {
  const { places, settings } = of
  const call = { ...of.call, signal: new AbortController().signal, deadlineAt: Date.now() + removingMilliseconds }
  const tries = [
    () => removeObjects(places.sourceStore, prefixOf(of, settings.sourceRoot), call),
    () => removeObjects(places.targetStore, prefixOf(of, settings.targetRoot), call),
    ...(settings.schema === undefined
      ? []
      : [() => places.source.change(`DROP TABLE IF EXISTS ${relationSql(table)}`, call)]),
  ]
  for (const one of tries) {
    await one().catch((error: unknown) => {
      if (!(error instanceof MigrationError)) throw error
      of.say(`could not be removed: ${error.message}; look for ${of.run}`)
    })
  }
}

async function removeObjects(store: ObjectStore, prefix: Location, call: Call): Promise<void> {
  const keys: string[] = []
  for await (const object of store.list(prefix, call)) {
    keys.push(object.location.key)
    if (keys.length >= objectCountMax) break
  }
  for (const key of keys) await store.remove({ ...below(prefix, ''), key }, call)
}
