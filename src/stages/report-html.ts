import type { Answer } from '../model/measure.js'
import { unmigratedText } from './coverage.js'
import { html, row, table } from './html.js'
import { chartsHtml } from './report-charts.js'
import { coverageHtml } from './report-coverage.js'
import { queriesHtml } from './report-queries.js'
import { riskText } from './report-risk.js'
import { viewsHtml } from './report-views.js'
import { comparedCount, type ReportTotals } from './report-totals.js'
import { consistencyText, leftOf, partTexts } from './report-words.js'
import type { ReportHeader, ReportRelation } from './report.js'
import { legs } from './stage.js'

/** A page that needs nothing beside it, with no script. */
export async function* reportHtml(
  style: string,
  header: ReportHeader,
  relations: AsyncIterable<ReportRelation>,
): AsyncGenerator<string> {
  yield `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">`
  yield `<title>Migration report ${html(header.run)}</title><style>${style}</style></head><body>`
  yield `<header><h1>Migration report</h1><p>run ${html(header.run)} · ${html(header.source)} → ${html(header.target)}</p>`
  yield `<p>${header.relationCount} relations · consistency ${html(consistencyText(header))} · redshift-to-maxcompute ${html(header.toolVersion)}</p>`
  yield `<p class="verdict ${header.exitCode === 0 ? 'verified' : 'differs'}">${html(verdictText(header))}</p>`
  for (const one of header.concerns) yield `<p>${html(`${one.class} ${one.code}: ${one.message}`)}</p>`
  yield `<p>${html(figuresText(header.totals))}</p>${coverageHtml(header.coverage)}</header>${chartsHtml(header.totals)}<main>`
  for await (const relation of relations) yield htmlRelation(relation)
  for (const { fate, unmigrated } of leftOf(header)) {
    yield `<details><summary><b>${html(unmigratedText(unmigrated))}</b> ${fate}: ${html(unmigrated.reason)}</summary></details>`
  }
  yield `${viewsHtml(header.views)}${queriesHtml(header.queries)}</main></body></html>\n`
}

function figuresText(totals: ReportTotals): string {
  const { rowCount, byteCount, partCount, comparedCount: compared, differenceCount } = totals
  return `${rowCount} rows, ${byteCount} bytes in ${partCount} parts · ${compared} values compared, ${differenceCount} differ`
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
    htmlAccepted(relation),
    htmlConcerns(relation),
    `<p>${html(riskText(relation.risks))}</p>`,
    htmlValues(relation),
    htmlAnswers(relation),
    htmlInstances(relation),
    htmlStatements(relation),
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

function htmlAccepted({ checks }: ReportRelation): string {
  const found = checks.flatMap((check) => check.accepted ?? [])
  if (found.length === 0) return ''
  const rows = found.map((one) =>
    row([one.check, one.column ?? '', String(one.source), String(one.target), one.reason]),
  )
  return table(['accepted', 'column', 'source', 'target', 'because'], rows)
}

function htmlConcerns(relation: ReportRelation): string {
  if (relation.concerns.length === 0) return ''
  const rows = relation.concerns.map((one) => row([one.code, one.class, one.column ?? '', one.message]))
  return table(['concern', 'class', 'column', 'what'], rows)
}

function htmlValues(relation: ReportRelation): string {
  if (relation.values.length === 0) return ''
  const rows = relation.values.map((one) =>
    row([
      one.column ?? '(all)',
      one.measure,
      String(one.source),
      String(one.target),
      one.agrees ? (one.equal ? '=' : '≈') : one.equal ? 'not compared' : '≠',
    ]),
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

function htmlStatements({ statements, verdict }: ReportRelation): string {
  if (verdict !== 'verified' && verdict !== 'differs') return ''
  const texts = (['source', 'target'] as const).flatMap((side) =>
    statements[side].map((text) => `<p>asked of the ${side}</p><pre>${html(text)}</pre>`),
  )
  return `<details class="statements"><summary>statements</summary>${texts.join('')}</details>`
}

function htmlInstances(relation: ReportRelation): string {
  if (relation.instances.length === 0) return ''
  return table(
    ['step', 'instance'],
    relation.instances.map((one) => row([one.step, one.instance])),
  )
}
