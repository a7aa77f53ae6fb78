import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { RunFolder } from '../../journal/run-folder.js'
import type { CatalogEntry } from '../../model/catalog.js'
import { MigrationError } from '../../model/errors.js'
import { relationText, tableText } from '../../model/names.js'
import type { ConcernClass, RelationPlan } from '../../model/plan.js'
import { selectionMatches } from '../../model/selection.js'
import { writeDdl } from '../../stages/ddl.js'
import { withTableConcern } from '../../stages/plan.js'
import { parseDdlFiles, type ParsedDdl } from '../../translate/ddl/parse-ddl.js'
import { viewText } from '../../translate/ddl/view-text.js'
import { relationId } from '../../translate/names.js'
import { planViews } from '../../translate/plan-views.js'
import { bookRelation, type QueryBook } from '../../translate/query.js'
import { viewLines } from '../../translate/view-lines.js'
import { planRelation, skipReason, type PlanPolicy } from '../../translate/relation.js'
import type { Context } from '../context.js'
import { defaultPolicy, policyOf } from '../policy.js'
import { readDdlSources } from './ddl-sources.js'

export interface DdlFromOptions {
  readonly from: readonly string[]
  /** Folder for the DDL; the config's otherwise. */
  readonly out?: string | undefined
  /** The MaxCompute project; the config's otherwise. */
  readonly project?: string | undefined
}

/** Where DDL goes when there is neither a config nor a folder. */
const folderDefault = 'ddl/maxcompute'

interface Plans {
  readonly policy: PlanPolicy
  readonly searchPath: readonly string[]
  readonly folder: RunFolder
  readonly counts: Record<ConcernClass, number>
  readonly tables: Map<string, string>
}

/** MaxCompute DDL of Redshift's DDL in files: no run, no source, no target. */
export async function ddlFrom(context: Context, options: DdlFromOptions): Promise<number> {
  const parsed = parseDdlFiles(await readDdlSources(options.from))
  const entries = selected(context, parsed.entries)
  const plans: Plans = {
    ...(await choices(context, options)),
    counts: { note: 0, lossy: 0, blocking: 0 },
    tables: new Map(),
  }
  const book = await bookOf(parsed.entries, plans)
  const manual: string[] = []
  for (const entry of entries) {
    const reason = skipReason(entry)
    if (reason === undefined) await writeTable(context, entry, plans)
    else manual.push(await writeManual(context, entry, reason, plans, book))
  }
  tellIgnored(context, parsed.ignored)
  const exitCode = plans.counts.blocking > 0 ? 10 : 0
  const summary = { relations: entries.length - manual.length, manual, concernCounts: plans.counts, exitCode }
  context.talk.data({ stage: 'ddl', ...summary, ignored: parsed.ignored }, () => summaryText(summary))
  return exitCode
}

function selected(context: Context, entries: readonly CatalogEntry[]): readonly CatalogEntry[] {
  const { select, exclude } = context.options
  const selection = { select: select ?? ['*'], exclude: exclude ?? [] }
  const left = entries.filter((entry) => selectionMatches(selection, entry))
  if (left.length > 0) return left
  const what = entries.length === 0 ? 'no statement makes a table or a view' : '--select and --exclude leave nothing'
  throw new MigrationError('arguments', `ddl --from: ${what}`)
}

async function choices(
  context: Context,
  options: DdlFromOptions,
): Promise<Pick<Plans, 'policy' | 'folder' | 'searchPath'>> {
  const { out, project } = options
  if (!existsSync(context.options.config) && project !== undefined) {
    return {
      searchPath: ['public'],
      policy: defaultPolicy(project),
      folder: new RunFolder(resolve(out ?? folderDefault)),
    }
  }
  if (!existsSync(context.options.config)) {
    throw new MigrationError(
      'arguments',
      `ddl --from: there is no ${context.options.config}, so the project is unknown`,
      {
        hint: 'name the MaxCompute project with --project NAME, or the config with --config',
      },
    )
  }
  const loaded = await context.config()
  const policy = policyOf(loaded)
  return {
    searchPath: loaded.config.verify.searchPath,
    policy: project === undefined ? policy : { ...policy, naming: { ...policy.naming, project } },
    folder: new RunFolder(out === undefined ? resolve(loaded.folder, loaded.config.ddl) : resolve(out)),
  }
}

async function writeTable(context: Context, entry: CatalogEntry, plans: Plans): Promise<void> {
  // The schema's name becomes a folder's.
  if (/^\.+$/.test(entry.schema)) {
    throw new MigrationError('arguments', `ddl --from: the schema ${JSON.stringify(entry.schema)} cannot be a folder`)
  }
  const plan = withTableConcern(planRelation(entry, plans.policy), plans.tables)
  for (const concern of plan.concerns) plans.counts[concern.class] += 1
  // Two relations of one table: the first one's file stays.
  const isTaken = plans.tables.get(tableText(plan.target)) !== relationText(plan.source)
  const file = isTaken ? undefined : plans.folder.file(await writeDdl(plan, plans.folder))
  const { source, target, concerns } = plan
  context.talk.data(
    {
      relation: relationText(source),
      table: tableText(target),
      ...(file === undefined ? {} : { file }),
      concerns,
    },
    () => tableLines(plan, file),
  )
}

function tableLines(plan: RelationPlan, file: string | undefined): string {
  return [
    `${relationText(plan.source)} -> ${tableText(plan.target)} (${plan.strategy})`,
    ...plan.concerns.map((concern) => `  ${concern.class} ${concern.code}: ${concern.message}`),
    ...(file === undefined ? [] : [`  ${file}`]),
  ].join('\n')
}

/** What the views of the files may read: their tables, and one another. Schemas are searched as the config says. */
async function bookOf(entries: readonly CatalogEntry[], { policy, searchPath }: Plans): Promise<QueryBook> {
  if (entries.every((entry) => skipReason(entry) === undefined)) return { searchPath, relations: [] }
  const tables = entries.filter((entry) => skipReason(entry) === undefined)
  const relations = tables.map((entry) => bookRelation(planRelation(entry, policy)))
  const views = await planViews(entries, { searchPath, relations }, policy.naming)
  const known = views.flatMap((view) => (view.fate === 'translated' ? [view.relation] : []))
  return { searchPath, relations: [...relations, ...known] }
}

/** Returns the relation's name. */
async function writeManual(
  context: Context,
  entry: CatalogEntry,
  reason: string,
  plans: Plans,
  book: QueryBook,
): Promise<string> {
  const relation = relationText(entry)
  // The id where the names would not do as names of files.
  const isPlain = /^\w+\.\w+$/.test(relation)
  const path = isPlain ? `${entry.schema}/${entry.name}.view.sql` : `views/${relationId(entry)}.view.sql`
  await plans.folder.writeText(path, [viewText(entry, reason, await viewLines(entry, book))])
  const file = plans.folder.file(path)
  context.talk.data({ relation, manual: reason, file }, () => `${relation} manual: ${reason}\n  ${file}`)
  return relation
}

/** Each one with -v; otherwise how many of which kind. */
function tellIgnored(context: Context, ignored: ParsedDdl['ignored']): void {
  const { talk } = context
  for (const { file, line, statement } of ignored) talk.detail(`${file}:${line}: ${statement} is of no account here`)
  const counts = new Map<string, number>()
  for (const { statement } of ignored) counts.set(statement, (counts.get(statement) ?? 0) + 1)
  const list = [...counts].map(([statement, count]) => `${count} ${statement}`).join(', ')
  if (list !== '') talk.say(`of no account: ${list}`)
}

function summaryText(summary: {
  readonly relations: number
  readonly manual: readonly string[]
  readonly concernCounts: Readonly<Record<ConcernClass, number>>
}): string {
  const { note, lossy, blocking } = summary.concernCounts
  const views = summary.manual.length === 0 ? '' : `; ${summary.manual.length} views to write by hand`
  return `ddl: ${summary.relations} tables${views}. Concerns: ${note} notes, ${lossy} lossy, ${blocking} blocking.`
}
