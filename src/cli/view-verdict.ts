import type { ViewFate, ViewFates } from '../model/view-fate.js'
import { createViews, viewFatesPath } from '../stages/create-views.js'
import { worstExitCode } from '../stages/journey.js'
import type { PlanBook } from '../stages/plan-book.js'
import type { Travel } from '../stages/stage.js'
import type { Context } from './context.js'

/** Makes the views that the config wants made, tells of each, and returns the exit code of it alone. */
export async function makeViews(context: Context, book: PlanBook, travel: Travel): Promise<number> {
  const views = (await createViews(book, travel))?.views ?? []
  for (const one of views) context.talk.data({ view: one }, () => viewText(one))
  return worstExitCode(views.flatMap(({ exitCode }) => exitCode ?? []))
}

/** The views that stand on the target, as `schema.name` of the source. */
export async function createdViews(travel: Travel): Promise<ReadonlySet<string>> {
  const fates = await travel.folder.readDocument<ViewFates>(viewFatesPath)
  return new Set(fates?.views.flatMap(({ view, fate }) => (fate === 'created' ? [view] : [])))
}

function viewText({ view, fate, table, reason }: ViewFate): string {
  if (fate === 'created') return `view ${view} -> ${table ?? ''}`
  return `${fate.toUpperCase()} view ${view}: ${reason ?? ''}`
}
