import type { QueryResult } from '../model/query-check.js'
import { html, row, table } from './html.js'
import { queryTotalsText } from './query-totals.js'

/** The user's queries as a section of the page: each with both statements, and what differs. */
export function queriesHtml(queries: readonly QueryResult[] | undefined): string {
  if (queries === undefined) return ''
  return `<section><h2>Queries</h2><p>${html(queryTotalsText(queries))}</p>${queries.map(queryHtml).join('')}</section>`
}

function queryHtml(query: QueryResult): string {
  const { name, verdict, discrepancies } = query
  const open = verdict === 'equal' ? '' : ' open'
  const shade =
    verdict === 'equal' ? 'verified' : verdict === 'differs' || verdict === 'failed' ? 'differs' : 'unverified'
  return [
    `<details${open}><summary><b>query ${html(name)}</b> <span class="verdict ${shade}">${html(verdictText(verdict))}</span>`,
    `<small>${html(figuresOf(query).join(' · '))}</small></summary>`,
    query.reason === undefined ? '' : `<p>${html(query.reason)}</p>`,
    discrepancies.length === 0 ? '' : differencesTable(query),
    ...nearTexts(query).map((text) => `<p>${html(text)}</p>`),
    query.columns.length === 0 ? '' : `<p>${html(comparedText(query))}</p>`,
    `<p>asked of the source (${html(query.file)}:${query.line})</p><pre>${html(query.source)}</pre>`,
    query.target === undefined ? '' : `<p>asked of the target</p><pre>${html(query.target)}</pre>`,
    '</details>\n',
  ].join('')
}

function differencesTable({ discrepancies }: QueryResult): string {
  const rows = discrepancies.map((one) => row([one.column ?? '', String(one.source), String(one.target), one.message]))
  return table(['column', 'source', 'target', 'what'], rows)
}

function figuresOf({ sourceRowCount, targetRowCount, comparedCount }: QueryResult): readonly string[] {
  if (sourceRowCount === undefined) return []
  return [
    `${sourceRowCount} rows on the source, ${targetRowCount ?? 0} on the target`,
    `${comparedCount} values compared`,
  ]
}

/** Values that divide, and are taken for the same though they are not. */
export function nearTexts({ near, nearCount }: QueryResult): readonly string[] {
  if (nearCount === 0) return []
  const shown = near.map(({ column, source, target, unit }) => `${column} ${source} and ${target} (unit ${unit})`)
  const more = nearCount - near.length
  return [`within one unit of the coarser scale: ${shown.join(', ')}${more > 0 ? `, and ${more} more` : ''}`]
}

function comparedText({ columns, orderedBy }: QueryResult): string {
  const order = orderedBy.length === 0 ? 'rows in any order' : `rows in order of ${orderedBy.join(', ')}`
  return `${order}; ${columns.map(({ name, compared }) => `${name}: ${compared}`).join(', ')}`
}

function verdictText(verdict: QueryResult['verdict']): string {
  return verdict.replaceAll('-', ' ')
}

export function queriesMarkdown(queries: readonly QueryResult[] | undefined): string {
  if (queries === undefined) return ''
  const lines = queries.map((query) => {
    const told = [
      query.reason ?? '',
      ...query.discrepancies.slice(0, 1).map(({ message }) => message),
      ...nearTexts(query),
    ]
    const cells = [
      query.name,
      verdictText(query.verdict),
      String(query.sourceRowCount ?? ''),
      String(query.comparedCount),
      String(query.discrepancies.length),
      told.filter((text) => text !== '').join('; '),
    ]
    return `| ${cells.map((text) => text.replaceAll('|', '\\|').replaceAll(/[\r\n]+/g, ' ')).join(' | ')} |\n`
  })
  const head = '| query | verdict | rows | values compared | differences | |\n|---|---|--:|--:|--:|---|\n'
  return `\n${queryTotalsText(queries)}\n\n${head}${lines.join('')}`
}
