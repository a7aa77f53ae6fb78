import { MigrationError } from '../model/errors.js'
import type { PairedQuery } from '../model/measure.js'
import { choiceOf, type RelationChoice } from '../translate/relation-choice.js'
import type { Config } from './config-schema.js'
import type { LoadedConfig } from './config.js'
import { readPairedQueries } from './paired-queries.js'

export function relationChoices(config: Config): readonly RelationChoice[] {
  return Object.entries(config.relations).map(([match, chosen]) => {
    const { where, columns, partition, clustering, primaryKey, format, plainText, parallel } = chosen
    return {
      match,
      ...(format === undefined ? {} : { format }),
      ...(parallel === undefined ? {} : { parallel }),
      ...(plainText === undefined ? {} : { plainText }),
      ...(primaryKey === undefined ? {} : { primaryKey }),
      ...(where === undefined ? {} : { where }),
      ...(columns === undefined ? {} : { columns }),
      ...(partition === undefined ? {} : { partition }),
      ...(clustering === undefined ? {} : { clustering }),
    }
  })
}

/**
 * The paired queries of the config. The source answers them over the whole relation, so that one about a filtered
 * relation would differ for no fault of the migration: such a query is refused unless it says that it filters itself.
 */
export async function readComparableQueries(loaded: LoadedConfig): Promise<readonly PairedQuery[]> {
  const queries = await readPairedQueries(loaded.config.verify.queries, loaded.folder)
  for (const query of queries) refuseUnfiltered(query, relationChoices(loaded.config))
  return queries
}

function refuseUnfiltered(query: PairedQuery, choices: readonly RelationChoice[]): void {
  if (query.filtered === true) return
  const choice = choiceOf(choices, query.relation)
  if (choice?.where === undefined) return
  throw new MigrationError(
    'config',
    `verify.queries: query ${query.name} is not comparable: relations.${choice.match}.where filters ${query.relation}`,
    { hint: 'give the source text the same condition and say filtered: true in the query, or take the query out' },
  )
}
