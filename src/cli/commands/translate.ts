import { existsSync } from 'node:fs'
import { MigrationError } from '../../model/errors.js'
import { queryBook } from '../../stages/query-book.js'
import { parseDdlFiles } from '../../translate/ddl/parse-ddl.js'
import { bookRelation, translateQueries, type QueryBook, type QueryTranslation } from '../../translate/query.js'
import { planRelation, skipReason } from '../../translate/relation.js'
import { runsFolder, type Context } from '../context.js'
import { defaultPolicy, policyOf } from '../policy.js'
import { findRun } from '../runs.js'
import { readDdlSources } from './ddl-sources.js'

export interface TranslateOptions {
  readonly files: readonly string[]
  /** Redshift DDL of the tables that the queries name; the run's plan otherwise. */
  readonly from?: readonly string[] | undefined
  /** The MaxCompute project, where there is no config. */
  readonly project?: string | undefined
  /** Where relations without a schema are looked for; the config's otherwise. */
  readonly searchPath?: readonly string[] | undefined
}

/** MaxCompute's text of Redshift queries in files, with what changed; exit code 10 when one is refused. */
export async function translate(context: Context, options: TranslateOptions): Promise<number> {
  const files = await readDdlSources(options.files, 'translate')
  const book = await bookFor(
    context,
    options,
    files.map(({ text }) => text),
  )
  let queryCount = 0
  let refusedCount = 0
  for (const { file, text } of files) {
    for (const [n, found] of (await translateQueries(text, book)).entries()) {
      queryCount += 1
      if (found.fate === 'refused') refusedCount += 1
      context.talk.data({ file, query: n + 1, ...found }, () => translationText(file, found))
    }
  }
  const exitCode = refusedCount > 0 ? 10 : 0
  const summary = { stage: 'translate', queries: queryCount, refused: refusedCount, exitCode }
  if (context.talk.json) context.talk.data(summary, () => '')
  else context.talk.say(`translate: ${queryCount - refusedCount} of ${queryCount} queries translated`)
  return exitCode
}

async function bookFor(context: Context, options: TranslateOptions, texts: readonly string[]): Promise<QueryBook> {
  const hasConfig = existsSync(context.options.config)
  const loaded = hasConfig ? await context.config() : undefined
  const searchPath = options.searchPath ?? loaded?.config.verify.searchPath ?? ['public']
  if (options.from === undefined) {
    const run = loaded === undefined ? undefined : await findRun(runsFolder(loaded), context.options.run)
    if (run !== undefined) return queryBook(run.folder, texts, searchPath)
    throw new MigrationError('arguments', 'translate: there is no plan that says what the tables are', {
      hint: 'run migrate plan, or name their Redshift DDL with --from and the project with --project',
    })
  }
  const { project } = options
  if (loaded === undefined && project === undefined)
    throw new MigrationError('arguments', 'translate --from: there is no config, so the project is unknown', {
      hint: 'name the MaxCompute project with --project NAME, or the config with --config',
    })
  const policy = loaded === undefined ? defaultPolicy(project ?? '') : policyOf(loaded)
  const chosen = project === undefined ? policy : { ...policy, naming: { ...policy.naming, project } }
  const { entries } = parseDdlFiles(await readDdlSources(options.from))
  const tables = entries.filter((entry) => skipReason(entry) === undefined)
  return { searchPath, relations: tables.map((entry) => bookRelation(planRelation(entry, chosen))) }
}

/** Everything but the query is a comment, so that the output can be run as it is. */
function translationText(file: string, found: QueryTranslation): string {
  if (found.fate === 'refused') {
    const { construct, reason, line, column } = found
    return `-- ${oneLine(`${file}:${line}:${column}: refused: ${construct} ${reason}`)}\n`
  }
  const lines = [
    file,
    ...Object.entries(found.settings).map(([name, value]) => `needs ${name}=${value}`),
    ...found.changes.map(
      ({ rule, what, differs }) => `${rule}: ${what}${differs === undefined ? '' : ` (differs ${differs})`}`,
    ),
    ...found.doubts.map((doubt) => `doubt: ${doubt}`),
  ]
  return `${lines.map((line) => `-- ${oneLine(line)}`).join('\n')}\n${found.sql};\n`
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
}
