import { arrangementDifferences, partitionDifferences } from '../dialect/maxcompute/arrangement-differences.js'
import { createPlannedStatement } from '../dialect/maxcompute/create-table.js'
import { ddlText } from '../translate/ddl-text.js'
import { perform } from '../journal/perform.js'
import type { RunFolder } from '../journal/run-folder.js'
import { MigrationError } from '../model/errors.js'
import { relationText, tableText } from '../model/names.js'
import type { RelationPlan } from '../model/plan.js'
import type { Call } from '../model/work.js'
import type { TableShape } from '../target/target.js'
import { attemptToken } from './prefix.js'
import { lookWork, stepAttemptCountMax, type Travel } from './stage.js'

export type DdlKept = { readonly created: boolean }

/** Writes a relation's DDL below `folder`, as `<schema>/<table>.sql`. */
export async function writeDdl(plan: RelationPlan, folder: RunFolder): Promise<string> {
  const path = ddlPath(plan.source.schema, plan.target.name)
  await folder.writeText(path, [ddlText(plan)])
  return path
}

export function ddlPath(schema: string, name: string): string {
  return `${folderName(schema)}/${name}.sql`
}

/** A name of the source as a name in a folder. */
export function folderName(name: string): string {
  const safe = name.replace(/[^A-Za-z0-9_.-]/g, '_')
  // A schema may be named `..`, which is no folder of ours.
  return /^\.+$/.test(safe) ? '_'.repeat(safe.length) : safe
}

/**
 * Makes the relation's table. One that somebody else made is fine when it is empty and its shape equals the plan;
 * rows without `replace`, or another shape, are refused.
 */
export async function createTable(plan: RelationPlan, travel: Travel): Promise<DdlKept> {
  const call = ddlCall(plan, travel)
  const name = `ddl/${plan.relationId}`
  const earlier = travel.journal.status(name)
  if (earlier.state === 'succeeded') return earlier.outcome as DdlKept
  const shape = earlier.state === 'pending' ? await travel.places.target.describe(plan.target, call) : undefined
  if (shape !== undefined) await assertFits(shape, plan, travel, call)
  const kept: DdlKept = { created: shape === undefined }
  const statement = createPlannedStatement(plan, true)
  const step = {
    name,
    attemptCountMax: stepAttemptCountMax,
    token: (number: number) => attemptToken(travel.run, 'ddl', plan.relationId, number),
    keep: () => Promise.resolve(kept),
    unresolved: () =>
      new MigrationError('target-unresolved', `ddl ${tableText(plan.target)}: cannot tell whether it ran`),
  }
  if (shape === undefined) {
    const work = (): Promise<ReturnType<typeof travel.places.target.submit>> =>
      Promise.resolve(travel.places.target.submit(statement))
    return perform(travel.journal, { ...step, fresh: work, earlier: work }, call)
  }
  const look = lookWork(() => Promise.resolve(null))
  return perform(
    travel.journal,
    { ...step, fresh: () => Promise.resolve(look), earlier: () => Promise.resolve(look) },
    call,
  )
}

function ddlCall(plan: RelationPlan, travel: Travel): Call {
  return {
    signal: travel.signal,
    deadlineAt: Date.now() + travel.settings.deadlines.verify,
    note: (progress) => travel.observer.progress('ddl', plan, progress),
  }
}

async function assertFits(shape: TableShape, plan: RelationPlan, travel: Travel, call: Call): Promise<void> {
  const table = tableText(plan.target)
  const difference = shapeDifference(shape, plan) ?? (await arrangementDifference(plan, travel, call))
  if (difference !== undefined) {
    throw new MigrationError('target-refused', `ddl ${table}: the table exists with another shape: ${difference}`, {
      hint: 'drop or rename it, or map the relation to another name under naming.tables',
    })
  }
  if (travel.settings.replace) return
  const rowCount = await countRows(plan, travel, call)
  if (rowCount === '0') return
  throw new MigrationError('target-refused', `ddl ${table}: the table exists and holds ${rowCount} rows`, {
    hint: `give --replace to load over them, or map ${relationText(plan.source)} to another name under naming.tables`,
  })
}

export async function countRows(plan: RelationPlan, travel: Travel, call: Call): Promise<string> {
  const [counted] = await travel.places.target.measure(plan, [{ kind: 'row-count' }], call)
  if (counted?.value == null)
    throw new MigrationError('target-failed', `${tableText(plan.target)}: COUNT(*) gave no answer`)
  return counted.value
}

/** Undefined when columns, types and order are those of the plan. */
export function shapeDifference(shape: TableShape, plan: RelationPlan): string | undefined {
  const [difference] = partitionDifferences(plan, shape.partitionColumns)
  if (difference !== undefined) return difference.what
  if (shape.columns.length !== plan.columns.length) {
    return `${shape.columns.length} columns instead of ${plan.columns.length}`
  }
  for (const [index, planned] of plan.columns.entries()) {
    const found = shape.columns[index]
    if (found?.name.toLowerCase() !== planned.target)
      return `column ${index + 1} is ${found?.name ?? ''}, not ${planned.target}`
    if (found.type.toUpperCase() !== planned.targetType) {
      return `column ${planned.target} is ${found.type.toUpperCase()}, not ${planned.targetType}`
    }
  }
  return undefined
}

/** Asked only where the plan says something of it: a Delta table is filled by statements that a plain one refuses. */
async function arrangementDifference(plan: RelationPlan, travel: Travel, call: Call): Promise<string | undefined> {
  if (plan.clustering === undefined && plan.primaryKey === undefined) return undefined
  const found = await travel.places.target.arrangement(plan.target, call)
  return found === undefined ? undefined : arrangementDifferences(plan, found)[0]?.what
}
