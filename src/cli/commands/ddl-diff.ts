import { createPlannedStatement } from '../../dialect/maxcompute/create-table.js'
import { tableDifferences, type TableDifference } from '../../dialect/maxcompute/alter-table.js'
import { MigrationError } from '../../model/errors.js'
import { tableText } from '../../model/names.js'
import type { RelationPlan } from '../../model/plan.js'
import type { Statement } from '../../model/statement.js'
import { PlanBook } from '../../stages/plan-book.js'
import type { Target } from '../../target/target.js'
import { assemble } from '../assemble.js'
import { askingCall, runsFolder, type Context } from '../context.js'
import { assertSameSetup, findRun } from '../runs.js'
import { setupOf } from '../setup.js'
import { selectedEntries } from '../travel.js'

/** Longest time for the service to describe one table. */
const describeMilliseconds = 300_000

type State = 'equal' | 'missing' | 'different' | 'blocked'

interface Comparison {
  readonly state: State
  readonly differences: readonly TableDifference[]
  /** Makes the missing table. */
  readonly statement?: Statement
}

/** Compares the newest plan with the tables that stand. Only looks: it takes no lock and journals nothing. */
export async function ddlDiff(context: Context): Promise<number> {
  const loaded = await context.config()
  const found = await findRun(runsFolder(loaded), context.options.run)
  if (found === undefined) {
    throw new MigrationError('plan-drifted', 'ddl --diff: there is no run yet', { hint: 'run migrate plan first' })
  }
  assertSameSetup(found, setupOf(loaded.config))
  const book = await PlanBook.open(found.folder)
  const { target } = assemble(loaded, found.document.run)
  const counts: Record<State, number> = { equal: 0, missing: 0, different: 0, blocked: 0 }
  for (const entry of selectedEntries(book, context)) {
    const plan = await book.read(entry.relationId)
    const comparison = entry.isBlocked ? blocked : await compare(context, plan, target)
    counts[comparison.state] += 1
    tell(context, entry.relation, plan, comparison)
  }
  const exitCode = counts.missing + counts.different + counts.blocked === 0 ? 0 : 13
  context.talk.data(
    { stage: 'ddl', ...counts, exitCode },
    () =>
      `ddl: ${counts.equal} equal, ${counts.different} different, ${counts.missing} missing, ${counts.blocked} blocked`,
  )
  return exitCode
}

const blocked: Comparison = { state: 'blocked', differences: [] }

async function compare(context: Context, plan: RelationPlan, target: Target): Promise<Comparison> {
  const call = askingCall(context, describeMilliseconds)
  const shape = await target.describe(plan.target, call)
  if (shape !== undefined) {
    const arrangement = await target.arrangement(plan.target, call)
    const differences = tableDifferences(plan, { ...shape, ...(arrangement === undefined ? {} : { arrangement }) })
    return { state: differences.length === 0 ? 'equal' : 'different', differences }
  }
  const statement = createPlannedStatement(plan, false)
  return { state: 'missing', differences: [], statement }
}

function tell(context: Context, relation: string, plan: RelationPlan, comparison: Comparison): void {
  const table = tableText(plan.target)
  context.talk.data({ relation, table, ...comparison }, () =>
    [
      `${relation} -> ${table}: ${comparison.state}`,
      ...(comparison.statement === undefined ? [] : statementLines(comparison.statement)),
      ...comparison.differences.flatMap(differenceLines),
    ].join('\n'),
  )
}

function differenceLines(difference: TableDifference): readonly string[] {
  const { column, what, statement, cannot } = difference
  const subject = column === undefined ? '  table' : `  column ${column}`
  if (statement === undefined) return [`${subject}: ${what}`, `    cannot be altered: ${cannot ?? ''}`]
  return [`${subject}: ${what}`, ...statementLines(statement)]
}

function statementLines({ text, settings }: Statement): readonly string[] {
  const needs = Object.entries(settings).map(([name, value]) => `-- needs ${name}=${value}`)
  return [...needs, ...`${text};`.split('\n')].map((line) => `    ${line}`)
}
