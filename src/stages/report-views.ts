import { relationText } from '../model/names.js'
import type { Coverage } from '../model/plan.js'
import type { ViewFate, ViewFates } from '../model/view-fate.js'
import { html } from './html.js'
import type { ReportHeader } from './report.js'

/** A view that was made is left to nobody's hands, and counts as migrated. */
export function withViews(header: ReportHeader, fates: ViewFates | undefined): ReportHeader {
  if (fates === undefined) return header
  const { views } = fates
  const created = new Set(views.flatMap(({ view, fate }) => (fate === 'created' ? [view] : [])))
  const made = header.manual.filter((one) => created.has(relationText(one)))
  return {
    ...header,
    views,
    manual: header.manual.filter((one) => !made.includes(one)),
    coverage: header.coverage.map((row) => moved(row, made.filter(({ kind }) => kind === row.kind).length)),
  }
}

function moved(row: Coverage, count: number): Coverage {
  return { ...row, migratedCount: row.migratedCount + count, manualCount: row.manualCount - count }
}

export function viewsHtml(views: readonly ViewFate[] | undefined): string {
  if (views === undefined || views.length === 0) return ''
  const told = views.map(({ view, fate, table, reason, statement }) => {
    const title = `<summary><b>view ${html(view)}</b> → ${html(table ?? '')} ${html([fate, reason ?? ''].join(' '))}</summary>`
    return `<details>${title}${statement === undefined ? '' : `<pre>${html(statement)}</pre>`}</details>`
  })
  return `<section><h2>Views</h2>${told.join('')}</section>`
}

export function viewsMarkdown(views: readonly ViewFate[] | undefined): string {
  if (views === undefined || views.length === 0) return ''
  const rows = views.map(({ view, table = '', fate, reason = '' }) => [view, table, fate, reason])
  const lines = rows.map((cells) => `| ${cells.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |\n`)
  return `\n| view | on the target | | |\n|---|---|---|---|\n${lines.join('')}`
}
