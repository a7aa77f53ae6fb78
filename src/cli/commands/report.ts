import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FileJournal } from '../../journal/file-journal.js'
import type { Journal } from '../../journal/journal.js'
import { MigrationError } from '../../model/errors.js'
import { fencesPath, type Fences } from '../../stages/fence.js'
import { PlanBook } from '../../stages/plan-book.js'
import { reportRelations, type ReportHeader, type ReportRelation } from '../../stages/report.js'
import { reportHtml, reportJson, reportMarkdown } from '../../stages/report-text.js'
import { runsFolder, type Context } from '../context.js'
import { findRun, type RunSummary } from '../runs.js'
import { readTimes } from '../step-times.js'
import { packageRoot } from '../tool-version.js'

export async function report(context: Context): Promise<number> {
  const loaded = await context.config()
  const found = await findRun(runsFolder(loaded), context.options.run)
  if (found === undefined) {
    throw new MigrationError('arguments', `report: there is no run below ${runsFolder(loaded)}`, {
      hint: 'run migrate plan',
    })
  }
  const journal = await FileJournal.read(found.folder.file('journal.jsonl'))
  await writeReports(context, { ...found, journal })
  return 0
}

/** report.json, report.html and report.md, from the documents alone. */
export async function writeReports(
  context: Context,
  run: RunSummary & { readonly journal: Pick<Journal, 'status' | 'steps' | 'verdict'> },
): Promise<void> {
  const book = await PlanBook.open(run.folder)
  const times = await readTimes(run.folder)
  const fences = await run.folder.readDocument<Fences>(fencesPath)
  const header = headerOf(run, book, fences)
  const relations = (): AsyncGenerator<ReportRelation> => reportRelations(book, run.folder, run.journal, times)
  const head = await readFile(join(packageRoot, 'assets', 'report-head.html'), 'utf8')
  const written = {
    'report.json': reportJson(header, relations()),
    'report.md': reportMarkdown(header, relations()),
    'report.html': reportHtml(head, header, relations()),
  }
  for (const [name, texts] of Object.entries(written)) await run.folder.writeText(name, redacted(texts, context.redact))
  context.talk.data({ report: run.folder.file('report.html') }, () => `report: ${run.folder.file('report.html')}`)
}

async function* redacted(texts: AsyncIterable<string>, redact: (text: string) => string): AsyncGenerator<string> {
  for await (const text of texts) yield redact(text)
}

function headerOf(
  run: RunSummary & { readonly journal: Pick<Journal, 'verdict'> },
  book: PlanBook,
  fences: Fences | undefined,
): ReportHeader {
  const { document } = run
  const verdict = run.journal.verdict()
  return {
    document: 'report',
    version: 1,
    run: document.run,
    toolVersion: document.toolVersion,
    source: `redshift://${String(document.setup['redshift.host'])}/${String(document.setup['redshift.database'])}`,
    target: `maxcompute://${String(document.setup['maxcompute.project'])}`,
    consistency: book.header.consistency,
    ...(fences === undefined ? {} : { moved: fences.moved }),
    relationCount: book.entries.length,
    skipped: book.header.skipped,
    manual: book.header.manual ?? [],
    coverage: book.header.coverage ?? [],
    concerns: book.header.concerns ?? [],
    ...(verdict === undefined ? {} : { exitCode: verdict.exitCode }),
  }
}
