import type { Journal } from '../journal/journal.js'
import type { RelationChecks, RowLine } from '../model/documents.js'
import type { Moved } from '../stages/fence.js'
import type { PlanEntry } from '../stages/plan-book.js'
import { publicationOf, type Published } from '../stages/publish.js'
import type { Travel } from '../stages/stage.js'
import { checksPath } from '../stages/verify.js'
import type { Context } from './context.js'

/** Most differences that are printed for a relation; all of them are in its checks document. */
const discrepancyCountMax = 20

/** Names every difference that was found: relation, column, check, both values. */
export async function tellDiscrepancies(
  context: Context,
  entries: readonly PlanEntry[],
  travel: Travel,
  pathOf = checksPath,
): Promise<void> {
  for (const entry of entries) {
    const checks = await travel.folder.readDocument<RelationChecks>(pathOf(entry.relationId))
    const found = checks?.results.flatMap((result) => result.discrepancies) ?? []
    for (const one of found.slice(0, discrepancyCountMax)) {
      context.talk.data({ discrepancy: one }, () => {
        const place = one.column === undefined ? one.relation : `${one.relation}.${one.column}`
        return `DIFFERS ${place}: ${one.check}: source ${String(one.source)}, target ${String(one.target)}`
      })
    }
    tellRows(context, entry.relation, checks)
    if (found.length > discrepancyCountMax) {
      context.talk.say(`${entry.relation}: ${found.length - discrepancyCountMax} more in ${pathOf(entry.relationId)}`)
    }
  }
}

/** The rows that differ: `-` the source alone has, `+` the target alone, `~` both have with other values. */
function tellRows(context: Context, relation: string, checks: RelationChecks | undefined): void {
  if (checks?.undisclosed !== undefined) context.talk.say(checks.undisclosed)
  const { lines = [], lineCount = '0', left, toldBy } = checks?.difference ?? {}
  if (toldBy === 'parts') context.talk.say(`${relation}: the source has moved since; its rows are those of the unload`)
  for (const line of lines) context.talk.data({ relation, row: line }, () => rowText(line))
  const more = BigInt(lineCount) - lines.reduce((sum, { count }) => sum + BigInt(count), 0n)
  if (more > 0n) context.talk.say(`${relation}: ${more} more rows differ`)
  if (left === undefined) return
  const { bucketCount, sourceRowCount, targetRowCount } = left
  context.talk.say(
    `${relation}: ${bucketCount} more parts of the rows differ; they hold ${sourceRowCount} rows on the source, ${targetRowCount} on the target`,
  )
}

function rowText({ sign, count, values, changes = [] }: RowLine): string {
  const pair = ({ column, value }: RowLine['values'][number]): string => `${column}=${spelled(value)}`
  const times = count === '1' ? '' : ` (${count} times)`
  const changed = changes.map(({ column, source, target }) => `${column}: ${spelled(source)} -> ${spelled(target)}`)
  return `${sign} ${[...values.map(pair), ...changed].join(', ')}${times}`
}

function spelled(value: string | null): string {
  return value === null ? 'NULL' : JSON.stringify(value)
}

/** Names every relation that changed while the operator had promised that nobody writes. */
export function tellMoved(context: Context, moved: readonly Moved[]): void {
  for (const one of moved) {
    const text = `MOVED ${one.relation}: ${one.measure} was ${String(one.before)}, then ${String(one.after)}`
    context.talk.data({ moved: one }, () => text)
  }
}

/** Names the tables that keep the rows of before, where a new one took their name. */
export function tellKept(context: Context, entries: readonly PlanEntry[], journal: Pick<Journal, 'status'>): void {
  for (const { relation, relationId } of entries) {
    const status = journal.status(`publish/${relationId}`)
    if (status.state !== 'succeeded' || journal.status(`unkeep/${relationId}`).number > 0) continue
    const { table, backup } = status.outcome as Published
    const text = `KEPT ${relation}: ${backup} has the rows that ${table} had (migrate rollback, or migrate clean)`
    context.talk.data({ kept: { relation, table, backup } }, () => text)
  }
}

/** Names the relations whose table of before is back in its place, and counts them. */
export function tellRolledBack(
  context: Context,
  entries: readonly PlanEntry[],
  journal: Pick<Journal, 'status'>,
): number {
  const found = entries.filter(({ relationId }) => publicationOf(relationId, journal) === 'rolled-back')
  for (const { relation } of found) {
    const text = `ROLLED BACK ${relation}: migrate run --redo ${relation} loads it again`
    context.talk.data({ rolledBack: relation }, () => text)
  }
  return found.length
}
