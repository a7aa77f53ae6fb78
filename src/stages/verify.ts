import { withAcceptances } from '../checks/acceptance.js'
import { withAverages } from '../checks/averages.js'
import { compareAnswers } from '../checks/query-check.js'
import { measuresFor, runChecks } from '../checks/standard-checks.js'
import { dropStagingStatement } from '../dialect/maxcompute/load.js'
import { perform } from '../journal/perform.js'
import type { CheckResult, SourceMeasurements } from '../model/documents.js'
import { MigrationError } from '../model/errors.js'
import type { Answer } from '../model/measure.js'
import { relationText } from '../model/names.js'
import type { RelationPlan } from '../model/plan.js'
import type { Call } from '../model/work.js'
import { compareRows } from './compare-rows.js'
import { keepChecks, type VerifyKept } from './keep-checks.js'
import { attemptToken } from './prefix.js'
import { loadedPlan, publish } from './publish.js'
import { queriesOf } from './queries.js'
import { settlePublication } from './rollback.js'
import { callOf, lookWork, stepAttemptCountMax, type Travel } from './stage.js'
import { submitOnce } from './submit-once.js'
import { sourceMeasurements } from './unload.js'

export function checksPath(relationId: string): string {
  return `checks/${relationId}.json`
}

/** Asks the table what the relation was asked in the unload's snapshot, and compares. */
export async function verify(plan: RelationPlan, travel: Travel): Promise<VerifyKept> {
  const call = callOf(travel, 'verify', plan)
  const relation = relationText(plan.source)
  if (travel.journal.status(`load/${plan.relationId}`).state !== 'succeeded') {
    throw new MigrationError('target-missing', `verify ${relation}: it has not been loaded`, {
      hint: 'run migrate load first',
    })
  }
  await settlePublication(plan, travel, call)
  const look = lookWork(() => compare(plan, travel, call))
  const kept = await perform(
    travel.journal,
    {
      name: `verify/${plan.relationId}`,
      attemptCountMax: stepAttemptCountMax,
      token: (number) => attemptToken(travel.run, 'verify', plan.relationId, number),
      fresh: () => Promise.resolve(look),
      earlier: () => Promise.resolve(look),
      keep: (outcome) => Promise.resolve(outcome),
      unresolved: () => new MigrationError('target-unresolved', `verify ${relation}: not asked`),
    },
    call,
  )
  if (kept.discrepancyCount > 0) return kept
  await dropStaging(plan, travel, call)
  await publish(plan, travel, call)
  return kept
}

async function compare(plan: RelationPlan, travel: Travel, call: Call): Promise<VerifyKept> {
  const unloadAttempt = travel.journal.status(`unload/${plan.relationId}`).number
  const source = await sourceMeasurements(plan.relationId, unloadAttempt, travel)
  const loaded = loadedPlan(plan, travel)
  const target = await travel.places.target.measure(loaded, measuresFor(plan), call)
  const targetAnswers: Answer[] = []
  for (const query of queriesOf(plan, travel))
    targetAnswers.push(await travel.places.target.answer(query, loaded, call))
  const rows = await compareRows(loaded, source, travel, call)
  const results = withAcceptances(plan, [
    ...runChecks(plan, source.measurements, target),
    ...rows.results,
    ...compareQueries(plan, source, targetAnswers, travel),
  ])
  const answers = { source: averaged(source.answers, plan, travel), target: averaged(targetAnswers, plan, travel) }
  const compared = { results, ...rows.disclosed, source: source.measurements, target, answers }
  return keepChecks(checksPath(plan.relationId), plan, compared, travel)
}

function averaged(answers: readonly Answer[], plan: RelationPlan, travel: Travel): readonly Answer[] {
  const queries = queriesOf(plan, travel)
  return answers.flatMap((answer) => {
    const query = queries.find((one) => one.name === answer.query)
    return query === undefined ? [] : [withAverages(query, answer)]
  })
}

function compareQueries(
  plan: RelationPlan,
  source: SourceMeasurements,
  targetAnswers: readonly Answer[],
  travel: Travel,
): readonly CheckResult[] {
  return queriesOf(plan, travel).map((query) => {
    const asked = source.answers.find((answer) => answer.query === query.name)
    const answered = targetAnswers.find((answer) => answer.query === query.name)
    if (asked === undefined || answered === undefined) {
      const message = `query ${query.name}: it was added after the unload, so the source was not asked in that snapshot`
      throw new MigrationError('setup-differs', `verify ${relationText(plan.source)}: ${message}`, {
        hint: 'unload the relation again (--redo) or take the query out of verify.queries',
      })
    }
    return {
      check: `query ${query.name}`,
      comparedCount: answered.rows.length * query.columns.length,
      discrepancies: compareAnswers(query, asked, answered),
    }
  })
}

/** The staging table has done its work once the relation is verified; until then it helps to look into a difference. */
async function dropStaging(plan: RelationPlan, travel: Travel, call: Call): Promise<void> {
  if (plan.strategy !== 'staged') return
  await submitOnce(`unstage/${plan.relationId}`, dropStagingStatement(plan, travel.run), plan, travel, call)
}
