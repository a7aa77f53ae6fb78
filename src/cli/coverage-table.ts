import type { Coverage, Unmigrated } from '../model/plan.js'
import { unmigratedText } from '../stages/coverage.js'
import { countText, tableText } from './figures.js'

const columns = [
  { title: 'found' },
  ...['count', 'migrated', 'changed', 'blocked', 'manual', 'skipped'].map((title) => ({ title, right: true })),
]

/** The coverage matrix as people read it, with the totals of several kinds below. */
export function coverageTable(coverage: readonly Coverage[]): string {
  const total = coverage.reduce(plus, { ...nothing, kind: 'in all' })
  return tableText(columns, [...coverage, ...(coverage.length > 1 ? [total] : [])].map(cellsOf))
}

const nothing: Coverage = {
  kind: '',
  foundCount: 0,
  migratedCount: 0,
  changedCount: 0,
  blockedCount: 0,
  manualCount: 0,
  skippedCount: 0,
}

function plus(total: Coverage, row: Coverage): Coverage {
  return {
    kind: total.kind,
    foundCount: total.foundCount + row.foundCount,
    migratedCount: total.migratedCount + row.migratedCount,
    changedCount: total.changedCount + row.changedCount,
    blockedCount: total.blockedCount + row.blockedCount,
    manualCount: total.manualCount + row.manualCount,
    skippedCount: total.skippedCount + row.skippedCount,
  }
}

function cellsOf(row: Coverage): readonly string[] {
  const { foundCount, migratedCount, changedCount, blockedCount, manualCount, skippedCount } = row
  const counts = [foundCount, migratedCount, changedCount, blockedCount, manualCount, skippedCount]
  return [row.kind.replaceAll('-', ' '), ...counts.map(countText)]
}

/** Grants that are printed; a cluster can have a hundred thousand, and plan.jsonl has all of them. */
const grantCountMax = 20

/** A line for each object that is not migrated. */
export function unmigratedLines(all: readonly Unmigrated[], fate: 'manual' | 'skipped'): readonly string[] {
  const grants = all.filter((one) => one.kind === 'grant')
  const lines = [...all.filter((one) => one.kind !== 'grant'), ...grants.slice(0, grantCountMax)].map(
    (one) => `${unmigratedText(one)} ${fate}: ${one.reason}`,
  )
  const left = grants.length - grantCountMax
  return left > 0 ? [...lines, `${countText(left)} more grants ${fate}: the plan lists them`] : lines
}
