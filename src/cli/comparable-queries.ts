import { basename, extname, resolve } from 'node:path'
import { MigrationError } from '../model/errors.js'
import type { PairedQuery } from '../model/measure.js'
import type { UserQuery } from '../model/query-check.js'
import { splitStatements } from '../translate/split-statements.js'
import { readDdlSources } from './commands/ddl-sources.js'
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
  const paired = loaded.config.verify.queries.filter(isPaired)
  const queries = await readPairedQueries(paired, loaded.folder)
  for (const query of queries) refuseUnfiltered(query, relationChoices(loaded.config))
  return queries
}

function isPaired(path: string): boolean {
  return /\.ya?ml$/i.test(path)
}

/** The statements of the config's files and folders of Redshift SQL, each named by its file. */
export async function readUserQueries({ config, folder }: LoadedConfig): Promise<readonly UserQuery[]> {
  const paths = config.verify.queries.filter((path) => !isPaired(path)).map((path) => resolve(folder, path))
  const files = await readDdlSources(paths, 'verify.queries:')
  const taken = new Set<string>()
  return files.flatMap(({ file, text }) => {
    const title = freeTitle(basename(file, extname(file)), taken)
    const statements = splitStatements(text, file)
    return statements.map((statement, n) => ({
      ...statement,
      name: statements.length === 1 ? title : `${title}#${n + 1}`,
      file,
    }))
  })
}

function freeTitle(title: string, taken: Set<string>): string {
  let free = title
  for (let n = 2; taken.has(free); n += 1) free = `${title}~${n}`
  taken.add(free)
  return free
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
