import { perform } from '../journal/perform.js'
import { exitCodes, MigrationError } from '../model/errors.js'
import { relationText, tableText } from '../model/names.js'
import type { ViewFate, ViewFates } from '../model/view-fate.js'
import type { Json } from '../model/work.js'
import { relationId } from '../translate/names.js'
import type { PlannedView } from '../translate/plan-views.js'
import type { PlanBook } from './plan-book.js'
import { plannedViews } from './planned-views.js'
import { attemptToken } from './prefix.js'
import { queryCall } from './source-answers.js'
import { stepAttemptCountMax, type Travel } from './stage.js'

export const viewFatesPath = 'views.json'

type Translated = Extract<PlannedView, { fate: 'translated' }>

/**
 * Makes the views whose translation is certain, those that others read first, once the tables that they read are loaded.
 * Undefined where none shall be made.
 */
export async function createViews(book: PlanBook, travel: Travel): Promise<ViewFates | undefined> {
  if (travel.settings.viewNaming === undefined) return undefined
  const views: ViewFate[] = []
  for (const planned of await plannedViews(book, travel)) {
    if (travel.stopping.aborted) return undefined
    views.push(await fateOf(planned, views, book, travel))
  }
  const document: ViewFates = { document: 'views', views }
  await travel.folder.writeDocument(viewFatesPath, document)
  return document
}

async function fateOf(
  planned: PlannedView,
  earlier: readonly ViewFate[],
  book: PlanBook,
  travel: Travel,
): Promise<ViewFate> {
  const view = relationText(planned.entry)
  if (planned.fate === 'manual') return { view, fate: 'manual', reason: planned.reason }
  const told = { view, table: tableText(planned.target), statement: planned.statement.text }
  const missing = planned.reads.find((name) => !isLoaded(name, book, travel))
  if (missing !== undefined) return { ...told, fate: 'waiting', reason: `${missing} has not been loaded` }
  const below = planned.views.find((name) => earlier.find((one) => one.view === name)?.fate !== 'created')
  if (below !== undefined) return { ...told, fate: 'waiting', reason: `view ${below} was not made` }
  try {
    await createView(planned, travel)
    return { ...told, fate: 'created' }
  } catch (error) {
    if (!(error instanceof MigrationError) || error.code === 'interrupted') throw error
    return { ...told, fate: 'failed', reason: error.message, exitCode: exitCodes[error.code] }
  }
}

function isLoaded(name: string, { entries }: PlanBook, { journal }: Travel): boolean {
  const entry = entries.find(({ relation }) => relation === name)
  return entry !== undefined && journal.status(`load/${entry.relationId}`).state === 'succeeded'
}

async function createView({ entry, target, statement }: Translated, travel: Travel): Promise<void> {
  const id = relationId(entry)
  const call = queryCall(travel, 'verify')
  const name = `view/${id}`
  if (travel.journal.status(name).state === 'pending') await refuseTaken(target, travel, call)
  const work = (): Promise<ReturnType<typeof travel.places.target.submit>> =>
    Promise.resolve(travel.places.target.submit(statement))
  await perform(
    travel.journal,
    {
      name,
      attemptCountMax: stepAttemptCountMax,
      token: (number) => attemptToken(travel.run, 'view', id, number),
      fresh: work,
      earlier: work,
      keep: ({ instance, logview }): Promise<Json> => Promise.resolve({ instance, logview }),
      unresolved: () =>
        new MigrationError('target-unresolved', `view ${tableText(target)}: cannot tell whether it ran`),
    },
    call,
  )
}

/** Somebody else's view or table is not replaced without a word. */
async function refuseTaken(
  target: Translated['target'],
  travel: Travel,
  call: ReturnType<typeof queryCall>,
): Promise<void> {
  if (travel.settings.replace || (await travel.places.target.describe(target, call)) === undefined) return
  throw new MigrationError('target-refused', `view ${tableText(target)}: something of this name exists already`, {
    hint: 'drop it, give --replace to replace a view, or map the name under naming.tables',
  })
}
