import type { Coverage } from '../model/plan.js'

const titles = ['found', 'count', 'migrated', 'changed', 'blocked', 'manual', 'skipped']

/** The coverage matrix of the report; empty where the plan has none. */
export function coverageMarkdown(coverage: readonly Coverage[]): string {
  if (coverage.length === 0) return ''
  const rows = coverage.map((row) => `| ${cellsOf(row).join(' | ')} |\n`).join('')
  return `\n| ${titles.join(' | ')} |\n|---|${titles
    .slice(1)
    .map(() => '--:|')
    .join('')}\n${rows}`
}

export function coverageHtml(coverage: readonly Coverage[]): string {
  if (coverage.length === 0) return ''
  const head = titles.map((title) => `<th>${title}</th>`).join('')
  const rows = coverage.map(
    (row) =>
      `<tr>${cellsOf(row)
        .map((text) => `<td>${text}</td>`)
        .join('')}</tr>`,
  )
  return `<table class="coverage"><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table>`
}

/** Kinds are our own words: nothing in them needs escaping. */
function cellsOf(row: Coverage): readonly string[] {
  const { foundCount, migratedCount, changedCount, blockedCount, manualCount, skippedCount } = row
  const counts = [foundCount, migratedCount, changedCount, blockedCount, manualCount, skippedCount]
  return [row.kind.replaceAll('-', ' '), ...counts.map(String)]
}
