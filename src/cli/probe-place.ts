import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { FileJournal } from '../journal/file-journal.js'
import { RunFolder } from '../journal/run-folder.js'
import type { ProbeFact } from '../model/facts.js'
import { probe, type ProbeSettings } from '../stages/probe.js'
import { assemble, sourceRoot, targetRoot } from './assemble.js'
import type { LoadedConfig } from './config.js'
import { runsFolder, type Context } from './context.js'
import { loadAuthority } from './load-authority.js'
import { journalStatements } from './statement-witness.js'

/** A probe is some thirty small statements. */
const probeMilliseconds = 3_600_000
const fileName = 'probe.json'

/** Probes the clouds of the config, and keeps the answer beside the runs. */
export async function takeProbe(context: Context, loaded: LoadedConfig): Promise<ProbeFact> {
  const run = probeRun()
  const folder = new RunFolder(runsFolder(loaded))
  await mkdir(folder.path, { recursive: true })
  // No run of a migration has it, so what it sends is written down beside them.
  const path = folder.file(`probe-${run}.jsonl`)
  const journal = await FileJournal.open(path, { redact: context.redact, now: () => new Date() })
  try {
    const fact = await probe({
      run,
      places: assemble(loaded, run, journalStatements(journal)),
      settings: settingsOf(loaded),
      // Nobody takes a probe up again: the first interrupt ends it, and it clears up.
      call: { signal: context.stopping, deadlineAt: Date.now() + probeMilliseconds, note: () => undefined },
      say: (text) => context.talk.say(`probe: ${text}`),
    })
    await folder.writeDocument(fileName, fact)
    return fact
  } finally {
    await journal.close()
  }
}

function probeRun(): string {
  const now = new Date().toISOString()
  return `${now.slice(2, 10).replaceAll('-', '')}-${now.slice(11, 16).replace(':', '')}-${randomBytes(2).toString('hex')}`
}

function settingsOf({ config }: LoadedConfig): ProbeSettings {
  const { oss, maxcompute, limits, probe: chosen } = config
  return {
    sourceRoot: sourceRoot(config),
    targetRoot: targetRoot(config),
    loadEndpoint: oss.loadEndpoint ?? `oss-${oss.region}-internal.aliyuncs.com`,
    ...loadAuthority(config),
    project: maxcompute.project,
    endpoint: maxcompute.endpoint,
    ...(chosen.schema === undefined ? {} : { schema: chosen.schema }),
    partMegabytesMax: limits.partMegabytes,
  }
}

/** What the last probe of this very project found; undefined where there was none. */
export async function readProbe(loaded: LoadedConfig): Promise<ProbeFact | undefined> {
  const fact = await new RunFolder(runsFolder(loaded)).readDocument<ProbeFact>(fileName)
  const { project, endpoint } = loaded.config.maxcompute
  return fact?.project === project && fact.endpoint === endpoint ? fact : undefined
}
