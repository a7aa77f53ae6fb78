import { unmigratedText } from './coverage.js'
import { coverageMarkdown } from './report-coverage.js'
import { queriesMarkdown } from './report-queries.js'
import { consistencyText, leftOf, partTexts } from './report-words.js'
import { viewsMarkdown } from './report-views.js'
import { comparedCount, differenceCount } from './report-totals.js'
import type { ReportHeader, ReportRelation } from './report.js'

/** One JSON document, written relation by relation. */
export async function* reportJson(
  header: ReportHeader,
  relations: AsyncIterable<ReportRelation>,
): AsyncGenerator<string> {
  yield `${JSON.stringify(header).slice(0, -1)},"relations":[\n`
  let separator = ''
  for await (const relation of relations) {
    yield separator + JSON.stringify(relation)
    separator = ',\n'
  }
  yield '\n]}\n'
}

export async function* reportMarkdown(
  header: ReportHeader,
  relations: AsyncIterable<ReportRelation>,
): AsyncGenerator<string> {
  yield `# Migration report: run ${header.run}\n\n`
  yield `${header.source} → ${header.target}; ${header.relationCount} relations; consistency ${consistencyText(header)}; redshift-to-maxcompute ${header.toolVersion}.\n\n`
  yield '| relation | table | rows | bytes | values compared | differences | verdict |\n|---|---|--:|--:|--:|--:|---|\n'
  for await (const relation of relations) yield markdownRow(relation)
  for (const { fate, unmigrated } of leftOf(header)) {
    yield `| ${cell(unmigratedText(unmigrated))} | – | | | | | ${fate}: ${cell(unmigrated.reason)} |\n`
  }
  yield viewsMarkdown(header.views)
  yield queriesMarkdown(header.queries)
  yield coverageMarkdown(header.coverage)
  for (const one of header.concerns) yield `\n${one.class} ${one.code}: ${cell(one.message)}\n`
}

function markdownRow(relation: ReportRelation): string {
  const cells = [
    cell([relation.relation, ...partTexts(relation)].join('; ')),
    cell(relation.table),
    String(relation.rowCount ?? ''),
    String(relation.byteCount ?? ''),
    String(comparedCount(relation)),
    String(differenceCount(relation)),
    relation.failure === undefined ? relation.verdict : `${relation.verdict}: ${cell(relation.failure)}`,
  ]
  return `| ${cells.join(' | ')} |\n`
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}
