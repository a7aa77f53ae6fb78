import { createSchemaStatement } from '../dialect/maxcompute/create-schema.js'
import { perform } from '../journal/perform.js'
import { MigrationError } from '../model/errors.js'
import type { Json } from '../model/work.js'
import { nameHash } from '../translate/legal-name.js'
import { defaultSchema } from '../translate/names.js'
import type { PlanBook, PlanEntry } from './plan-book.js'
import { attemptToken } from './prefix.js'
import { stepAttemptCountMax, type Travel } from './stage.js'

/** Makes the schemas of the target that the tables are to stand in; one that is there already stays as it is. */
export async function createSchemas(book: PlanBook, entries: readonly PlanEntry[], travel: Travel): Promise<void> {
  const wanted = new Set(entries.flatMap(({ tableSchema, isBlocked }) => (isBlocked ? [] : (tableSchema ?? []))))
  wanted.delete(defaultSchema)
  for (const schema of [...wanted].sort()) {
    if (travel.stopping.aborted) return
    await createSchema(book.header.project, schema, travel)
  }
}

async function createSchema(project: string, schema: string, travel: Travel): Promise<void> {
  const work = (): Promise<ReturnType<typeof travel.places.target.submit>> =>
    Promise.resolve(travel.places.target.submit(createSchemaStatement(project, schema)))
  await perform(
    travel.journal,
    {
      name: `schema/${schema}`,
      attemptCountMax: stepAttemptCountMax,
      token: (number) => attemptToken(travel.run, 'schema', nameHash(schema), number),
      fresh: work,
      earlier: work,
      keep: ({ instance, logview }): Promise<Json> => Promise.resolve({ instance, logview }),
      unresolved: ({ token }) =>
        new MigrationError(
          'target-unresolved',
          `schema ${project}.${schema}: cannot tell what became of job ${token}`,
          {
            hint: 'look for the schema in the project, and run again',
          },
        ),
    },
    { signal: travel.signal, deadlineAt: Date.now() + travel.settings.deadlines.verify, note: () => undefined },
  )
}
