import { FileLedger } from '../journal/file-ledger.js'
import { selectionMatches } from '../model/selection.js'
import { MigrationError } from '../model/errors.js'
import type { Ledger } from '../model/ledger.js'
import type { PlanHeader } from '../model/plan.js'
import type { PlanBook, PlanEntry } from '../stages/plan-book.js'
import { makeSnapshots } from '../stages/snapshots.js'
import { legs, type Observer, type RunSettings, type Travel } from '../stages/stage.js'
import { windowOf, type Windows } from '../stages/window.js'
import { assemble, sourceRoot, targetRoot, type ProofChoice } from './assemble.js'
import type { LoadedConfig } from './config.js'
import type { Config } from './config-schema.js'
import type { Context } from './context.js'
import { jobSettings } from './online-settings.js'
import { readComparableQueries, readUserQueries } from './comparable-queries.js'
import { loadAuthority } from './load-authority.js'
import { withPace } from './pace-options.js'
import { policyOf } from './policy.js'
import { journalStatements } from './statement-witness.js'
import type { OpenedRun } from './runs.js'

const hour = 3_600_000

export interface TravelOptions {
  readonly replace: boolean
  /** Of the plan, which may know better than the config. */
  readonly header: PlanHeader
  /** How what jobs carried is proven, where the command line says it. */
  readonly proof?: ProofChoice | undefined
  /** Of bytes read from S3; asked only where the config limits them. */
  readonly egress: Ledger
}

/** Everything the stages need, made from the config and an opened run. */
export async function makeTravel(
  context: Context,
  loaded: LoadedConfig,
  run: OpenedRun,
  observer: Observer,
  options: TravelOptions,
): Promise<Travel> {
  const paced = withPace(loaded, context.options)
  const places = assemble(paced, run.document.run, journalStatements(run.journal), options.proof, options.egress)
  return {
    run: run.document.run,
    folder: run.folder,
    journal: run.journal,
    places,
    snapshots: makeSnapshots(loaded.config.consistency, places.source, run.journal),
    settings: await settingsOf(context, loaded, options),
    observer,
    signal: context.signal,
    stopping: context.stopping,
    ledger: (consignment) => new FileLedger(run.folder.file(`ledger/${consignment}.jsonl`)),
  }
}

async function settingsOf(context: Context, loaded: LoadedConfig, options: TravelOptions): Promise<RunSettings> {
  const { config } = loaded
  const { unload, transfer, load, verify } = config.limits
  const { hours } = config
  return {
    consistency: config.consistency,
    sourceRoot: sourceRoot(config),
    targetRoot: targetRoot(config),
    loadEndpoint: config.oss.loadEndpoint ?? `oss-${config.oss.region}-internal.aliyuncs.com`,
    ...loadAuthority(config),
    hiveCompatibleLoad: config.maxcompute.hiveCompatibleLoad || options.header.hiveCompatibleLoad === true,
    replace: options.replace,
    publish: config.publish,
    queries: await readComparableQueries(loaded),
    userQueries: await readUserQueries(loaded),
    searchPath: config.verify.searchPath,
    ...(config.views === 'create' ? { viewNaming: policyOf(loaded).naming } : {}),
    limits: { unload, transfer, load, verify },
    deadlines: {
      unload: hours.unload * hour,
      transfer: hours.transfer * hour,
      load: hours.load * hour,
      verify: hours.verify * hour,
    },
    failFast: context.options.failFast,
    windows: windowsOf(config.windows),
    differenceCountMax: config.verify.differences,
    unloadMegabytesPerSecond: config.redshift.unloadMegabytesPerSecond,
    ...(config.onlineMigration === undefined
      ? {}
      : { jobs: jobSettings(config.onlineMigration, config.carrier, unload) }),
  }
}

function windowsOf({ zone, ...hours }: Config['windows']): Windows {
  const named = legs.flatMap((leg) => (hours[leg] === undefined ? [] : [[leg, windowOf(hours[leg])] as const]))
  return { legs: Object.fromEntries(named), ...(zone === undefined ? {} : { zone }) }
}

/** The plan's relations that --select and --exclude leave. */
export function selectedEntries(book: PlanBook, context: Context): readonly PlanEntry[] {
  const { select, exclude } = context.options
  if (select === undefined && exclude === undefined) return book.entries
  const selection = { select: select ?? ['*'], exclude: exclude ?? [] }
  const entries = book.entries.filter((entry) => selectionMatches(selection, entry))
  if (entries.length > 0) return entries
  throw new MigrationError('arguments', `--select ${selection.select.join(' ')}: no relation of the plan matches`, {
    hint: 'migrate status lists the relations of the plan',
  })
}
