import type { TransferProof } from '../../carrier/carrier.js'
import { FileChecksums } from '../../journal/file-checksums.js'
import { FileLedger } from '../../journal/file-ledger.js'
import { MigrationError } from '../../model/errors.js'
import { PlanBook, type PlanEntry } from '../../stages/plan-book.js'
import type { Travel } from '../../stages/stage.js'
import type { ProofChoice } from '../assemble.js'
import { runsFolder, type Context } from '../context.js'
import { ProgressTalk } from '../progress.js'
import { assertSameSetup, findRun, openRun, type OpenedRun } from '../runs.js'
import { setupOf } from '../setup.js'
import { makeTravel, selectedEntries } from '../travel.js'
import { checksumsFolder } from './checksum.js'
import { openOptions } from './plan.js'

/** Opens the planned run that a command works on. */
export async function openPlannedRun(context: Context, command: string): Promise<OpenedRun> {
  const loaded = await context.config()
  const found = await findRun(runsFolder(loaded), context.options.run)
  if (found === undefined) {
    throw new MigrationError('plan-drifted', `${command}: there is no run yet`, { hint: 'run migrate plan first' })
  }
  assertSameSetup(found, setupOf(loaded.config))
  return openRun(found, openOptions(context, command))
}

/** `--proof` and `--checksums` of the command line. */
export interface ProofAsked {
  readonly proof?: TransferProof | undefined
  readonly checksums?: string | undefined
}

function proofOf({ proof, checksums }: ProofAsked, run: OpenedRun): ProofChoice | undefined {
  if (proof === undefined) return undefined
  if (proof !== 'ledger') return { proof }
  return { proof, checksums: new FileChecksums(checksumsFolder(run.folder.path, checksums)) }
}

/** Runs `work` over the selected relations of an opened run, with progress told meanwhile. */
export async function onTravel<T>(
  context: Context,
  run: OpenedRun,
  replace: boolean,
  work: (book: PlanBook, entries: readonly PlanEntry[], travel: Travel) => Promise<T>,
  asked: ProofAsked = {},
): Promise<T> {
  const loaded = await context.config()
  const book = await PlanBook.open(run.folder)
  const entries = selectedEntries(book, context)
  context.talk.say(`run ${run.document.run}: ${entries.length} relations`)
  context.stopping.addEventListener('abort', () => {
    context.talk.say('stopping: nothing more is started, what runs may end; interrupt again to stop at once')
  })
  using progress = new ProgressTalk(context.talk, entries.length)
  const proof = proofOf(asked, run)
  const egress = new FileLedger(run.folder.file('ledger/egress.jsonl'))
  try {
    const travel = await makeTravel(context, loaded, run, progress, { replace, header: book.header, proof, egress })
    await using _snapshots = travel.snapshots
    return await work(book, entries, travel)
  } finally {
    await egress.close()
  }
}
