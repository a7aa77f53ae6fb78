import { renameTableStatement } from '../dialect/maxcompute/rename-table.js'
import { perform } from '../journal/perform.js'
import { MigrationError } from '../model/errors.js'
import { tableText, type TableName } from '../model/names.js'
import type { RelationPlan } from '../model/plan.js'
import type { Call, Json, Work } from '../model/work.js'
import type { InstanceOutcome, Target } from '../target/target.js'
import { attemptToken } from './prefix.js'
import { stepAttemptCountMax, type Travel } from './stage.js'

type Handle = { readonly instance: string }
type Renaming = { readonly from: TableName; readonly to: TableName }

/** Stands for a rename that the tables show to be done; no instance has this id. */
const seenDone: Handle = { instance: '' }

/** Renames a table as a step of its relation. */
export async function rename(
  title: string,
  renaming: Renaming,
  plan: RelationPlan,
  travel: Travel,
  call: Call,
): Promise<void> {
  const { from, to } = renaming
  const work = (): Promise<ReturnType<typeof renameWork>> => Promise.resolve(renameWork(travel.places.target, renaming))
  await perform(
    travel.journal,
    {
      name: `${title}/${plan.relationId}`,
      attemptCountMax: stepAttemptCountMax,
      token: (number) => attemptToken(travel.run, title, plan.relationId, number),
      fresh: work,
      earlier: work,
      keep: ({ instance, logview }): Promise<Json> => Promise.resolve({ instance, logview }),
      unresolved: ({ token }) =>
        new MigrationError(
          'target-unresolved',
          `rename ${tableText(from)} to ${to.name}: cannot tell what became of job ${token}`,
          { hint: 'look for the job name in the project, and run again' },
        ),
    },
    call,
  )
}

/**
 * A rename as work. Which tables stand tells whether it was done, also where nobody knows its job any more: it is never
 * repeated over a table of the new name. Throws `target-refused` where the tables allow no rename.
 */
function renameWork(target: Target, { from, to }: Renaming): Work<Handle, InstanceOutcome> {
  const inner = target.submit(renameTableStatement(from, to))
  return {
    async find(attempt, call) {
      const found = await inner.find(attempt, call)
      if (typeof found === 'object') return found
      return (await standing(target, from, to, call)) === 'renamed' ? { begun: seenDone } : found
    },
    async begin(attempt, call) {
      const state = await standing(target, from, to, call)
      if (state === 'renamed') return seenDone
      if (state === 'ready') return inner.begin(attempt, call)
      const what = state === 'both' ? `${to.name} stands already` : 'neither of the two tables stands'
      throw new MigrationError('target-refused', `rename ${tableText(from)} to ${to.name}: ${what}`, {
        hint: 'somebody else changed the tables: put them right by hand, and run the same command again',
      })
    },
    settle: async (handle, call) =>
      handle.instance === '' ? { instance: '', logview: '', result: '' } : inner.settle(handle, call),
    cancel: async (handle, call) => (handle.instance === '' ? undefined : inner.cancel(handle, call)),
  }
}

async function standing(
  target: Target,
  from: TableName,
  to: TableName,
  call: Call,
): Promise<'ready' | 'renamed' | 'both' | 'neither'> {
  const hasFrom = (await target.describe(from, call)) !== undefined
  const hasTo = (await target.describe(to, call)) !== undefined
  if (hasFrom) return hasTo ? 'both' : 'ready'
  return hasTo ? 'renamed' : 'neither'
}
