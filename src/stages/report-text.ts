import type { Answer } from '../model/measure.js'
import { unmigratedText } from './coverage.js'
import { coverageHtml, coverageMarkdown } from './report-coverage.js'
import type { ReportHeader, ReportRelation } from './report.js'
import { legs } from './stage.js'

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

function leftOf({ skipped, manual }: ReportHeader) {
  return [
    ...skipped.map((unmigrated) => ({ fate: 'skipped', unmigrated })),
    ...manual.map((unmigrated) => ({ fate: 'manual', unmigrated })),
  ]
}

/** What the config left behind of a relation: nobody may take a part for the whole. */
function partTexts({ where, leftOut }: ReportRelation): readonly string[] {
  return [
    ...(where === undefined ? [] : [`only rows where ${where}`]),
    ...(leftOut === undefined ? [] : [`without the columns ${leftOut.join(', ')}`]),
  ]
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}

/** A page that needs nothing beside it. `head` is everything up to the body's first element. */
export async function* reportHtml(
  head: string,
  header: ReportHeader,
  relations: AsyncIterable<ReportRelation>,
): AsyncGenerator<string> {
  yield head.replaceAll('{{run}}', html(header.run))
  yield `<header><h1>Migration report</h1><p>run ${html(header.run)} · ${html(header.source)} → ${html(header.target)}</p>`
  yield `<p>${header.relationCount} relations · consistency ${html(consistencyText(header))} · redshift-to-maxcompute ${html(header.toolVersion)}</p>`
  yield `<p class="verdict ${header.exitCode === 0 ? 'verified' : 'differs'}">${html(verdictText(header))}</p>`
  for (const one of header.concerns) yield `<p>${html(`${one.class} ${one.code}: ${one.message}`)}</p>`
  yield `${coverageHtml(header.coverage)}</header><main>`
  for await (const relation of relations) yield htmlRelation(relation)
  for (const { fate, unmigrated } of leftOf(header)) {
    yield `<details><summary><b>${html(unmigratedText(unmigrated))}</b> ${fate}: ${html(unmigrated.reason)}</summary></details>`
  }
  yield '</main></body></html>\n'
}

/** The mode, and whether what it promised held. */
function consistencyText({ consistency, moved }: ReportHeader): string {
  if (moved === undefined) return consistency
  const names = [...new Set(moved.map((one) => one.relation))]
  return names.length === 0 ? `${consistency}, stable` : `${consistency}, but moved: ${names.join(', ')}`
}

function verdictText(header: ReportHeader): string {
  if (header.exitCode === undefined) return 'The run has not ended.'
  if (header.exitCode === 0) return 'Every relation was migrated and verified at its planned depth.'
  if (header.exitCode === 9) return 'Differences were found.'
  return `The run ended with exit code ${header.exitCode}.`
}

function htmlRelation(relation: ReportRelation): string {
  const figures = [
    relation.rowCount === undefined ? undefined : `${relation.rowCount} rows`,
    relation.byteCount === undefined ? undefined : `${relation.byteCount} bytes in ${relation.partCount ?? 0} parts`,
    `${comparedCount(relation)} values compared`,
    ...legs.map((leg) => {
      const taken = relation.milliseconds[leg]
      return taken === undefined ? undefined : `${leg} ${(taken / 1000).toFixed(1)} s`
    }),
  ].filter((figure) => figure !== undefined)
  const open = relation.verdict === 'verified' ? '' : ' open'
  return [
    `<details${open}><summary><b>${html(relation.relation)}</b> → ${html(relation.table)} `,
    `<span class="verdict ${relation.verdict}">${relation.verdict}</span><small>${html(figures.join(' · '))}</small></summary>`,
    relation.failure === undefined ? '' : `<p class="differs">${html(relation.failure)}</p>`,
    ...partTexts(relation).map((text) => `<p>${html(text)}</p>`),
    htmlDifferences(relation),
    htmlConcerns(relation),
    htmlValues(relation),
    htmlAnswers(relation),
    htmlInstances(relation),
    '</details>\n',
  ].join('')
}

function htmlDifferences(relation: ReportRelation): string {
  const found = relation.checks.flatMap((check) => check.discrepancies)
  if (found.length === 0) return ''
  const rows = found.map((one) =>
    row([one.check, one.column ?? '', String(one.source), String(one.target), one.message]),
  )
  return table(['check', 'column', 'source', 'target', 'what'], rows)
}

function htmlConcerns(relation: ReportRelation): string {
  if (relation.concerns.length === 0) return ''
  const rows = relation.concerns.map((one) => row([one.code, one.class, one.column ?? '', one.message]))
  return table(['concern', 'class', 'column', 'what'], rows)
}

function htmlValues(relation: ReportRelation): string {
  if (relation.values.length === 0) return ''
  const rows = relation.values.map((one) =>
    row([one.column ?? '(all)', one.measure, String(one.source), String(one.target), one.equal ? '=' : '≠']),
  )
  return table(['column', 'measure', 'source', 'target', ''], rows)
}

/** Rows of an answer that the page shows; the JSON report has all of them. */
const answerRowCountMax = 50

function htmlAnswers(relation: ReportRelation): string {
  const sides = [...relation.answers.source.map(sideOf('source')), ...relation.answers.target.map(sideOf('target'))]
  return sides
    .map(({ side, answer }) => {
      const rows = answer.rows.slice(0, answerRowCountMax).map((cells) => row(cells.map(String)))
      return `<p>query <b>${html(answer.query)}</b>, ${side}</p>${table(answer.columns, rows)}`
    })
    .join('')
}

function sideOf(side: string) {
  return (answer: Answer) => ({ side, answer })
}

function htmlInstances(relation: ReportRelation): string {
  if (relation.instances.length === 0) return ''
  return table(
    ['step', 'instance'],
    relation.instances.map((one) => row([one.step, one.instance])),
  )
}

function table(titles: readonly string[], rows: readonly string[]): string {
  const head = titles.map((title) => `<th>${html(title)}</th>`).join('')
  return `<table><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table>`
}

function row(cells: readonly string[]): string {
  return `<tr>${cells.map((text) => `<td>${html(text)}</td>`).join('')}</tr>`
}

function comparedCount(relation: ReportRelation): number {
  return relation.checks.reduce((total, check) => total + check.comparedCount, 0)
}

function differenceCount(relation: ReportRelation): number {
  return relation.checks.reduce((total, check) => total + check.discrepancies.length, 0)
}

function html(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
