import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FileJournal } from '../../journal/file-journal.js'
import type { Journal } from '../../journal/journal.js'
import { MigrationError } from '../../model/errors.js'
import { fencesPath, type Fences } from '../../stages/fence.js'
import type { QueryChecks } from '../../model/query-check.js'
import type { ViewFates } from '../../model/view-fate.js'
import { viewFatesPath } from '../../stages/create-views.js'
import { withViews } from '../../stages/report-views.js'
import { queryChecksPath } from '../../stages/verify-queries.js'
import { PlanBook } from '../../stages/plan-book.js'
import { reportRelations, type ReportHeader, type ReportRelation } from '../../stages/report.js'
import { reportHtml } from '../../stages/report-html.js'
import { reportJunit } from '../../stages/report-junit.js'
import { reportJson, reportMarkdown } from '../../stages/report-text.js'
import { totalsOf, type ReportTotals } from '../../stages/report-totals.js'
import { runsFolder, type Context } from '../context.js'
import { findRun, type RunSummary } from '../runs.js'
import { readTimes } from '../step-times.js'
import { packageRoot } from '../tool-version.js'

export interface ReportOptions {
  /** A file with an Ed25519 private key. */
  readonly sign?: string | undefined
  /** A certificate. */
  readonly check?: string | undefined
  /** A file with the key that a certificate must be signed by. */
  readonly publicKey?: string | undefined
}

export async function report(context: Context, options: ReportOptions): Promise<number> {
  if (options.check !== undefined) {
    const { checkCertificate } = await import('./certificate.js')
    return checkCertificate(context, options.check, options.publicKey)
  }
  const loaded = await context.config()
  const found = await findRun(runsFolder(loaded), context.options.run)
  if (found === undefined) {
    throw new MigrationError('arguments', `report: there is no run below ${runsFolder(loaded)}`, {
      hint: 'run migrate plan',
    })
  }
  const journal = await FileJournal.read(found.folder.file('journal.jsonl'))
  const header = await writeReports(context, { ...found, journal })
  if (options.sign !== undefined) {
    const { writeCertificate } = await import('./certificate.js')
    await writeCertificate(context, found, header, options.sign)
  }
  return 0
}

/** report.json, report.html, report.md and report.junit.xml, from the documents alone. */
export async function writeReports(
  context: Context,
  run: RunSummary & { readonly journal: Pick<Journal, 'status' | 'steps' | 'verdict'> },
): Promise<ReportHeader> {
  const book = await PlanBook.open(run.folder)
  const times = await readTimes(run.folder)
  const fences = await run.folder.readDocument<Fences>(fencesPath)
  const relations = (): AsyncGenerator<ReportRelation> => reportRelations(book, run.folder, run.journal, times)
  const queries = await run.folder.readDocument<QueryChecks>(queryChecksPath)
  const views = await run.folder.readDocument<ViewFates>(viewFatesPath)
  const header = withViews(headerOf(run, book, fences, await totalsOf(relations()), queries), views)
  const style = await readFile(join(packageRoot, 'assets', 'report.css'), 'utf8')
  const written = {
    'report.json': reportJson(header, relations()),
    'report.md': reportMarkdown(header, relations()),
    'report.html': reportHtml(style, header, relations()),
    'report.junit.xml': reportJunit(header, relations()),
  }
  for (const [name, texts] of Object.entries(written)) await run.folder.writeText(name, redacted(texts, context.redact))
  context.talk.data({ report: run.folder.file('report.html') }, () => `report: ${run.folder.file('report.html')}`)
  return header
}

async function* redacted(texts: AsyncIterable<string>, redact: (text: string) => string): AsyncGenerator<string> {
  for await (const text of texts) yield redact(text)
}

function headerOf(
  run: RunSummary & { readonly journal: Pick<Journal, 'verdict'> },
  book: PlanBook,
  fences: Fences | undefined,
  totals: ReportTotals,
  queries: QueryChecks | undefined,
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
    totals,
    ...(queries === undefined ? {} : { queries: queries.results }),
    ...(verdict === undefined ? {} : { exitCode: verdict.exitCode }),
  }
}
