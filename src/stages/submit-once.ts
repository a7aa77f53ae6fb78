import { perform } from '../journal/perform.js'
import { MigrationError } from '../model/errors.js'
import type { RelationPlan } from '../model/plan.js'
import type { Statement } from '../model/statement.js'
import type { Call, Json } from '../model/work.js'
import { attemptToken } from './prefix.js'
import { stepAttemptCountMax, type Travel } from './stage.js'

/** One statement as one step: found again after a crash by its job name, never posted twice while its outcome is unknown. */
export async function submitOnce(
  name: string,
  statement: Statement,
  plan: RelationPlan,
  travel: Travel,
  call: Call,
): Promise<void> {
  const work = (): Promise<ReturnType<typeof travel.places.target.submit>> =>
    Promise.resolve(travel.places.target.submit(statement))
  const short = name.startsWith('load/')
    ? `load${name.slice(name.lastIndexOf('/') + 1)}`
    : name.slice(0, name.indexOf('/'))
  await perform(
    travel.journal,
    {
      name,
      attemptCountMax: stepAttemptCountMax,
      token: (number) => attemptToken(travel.run, short, plan.relationId, number),
      fresh: work,
      earlier: work,
      keep: (outcome): Promise<Json> => Promise.resolve({ instance: outcome.instance, logview: outcome.logview }),
      unresolved: (attempt) =>
        new MigrationError(
          'target-unresolved',
          `${statement.purpose}: cannot tell what became of job ${attempt.token}`,
          {
            hint: 'look for the job name in the project; until it is found nothing more is loaded into that table',
          },
        ),
    },
    call,
  )
}
