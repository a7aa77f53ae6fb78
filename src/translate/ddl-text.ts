import { createPlannedStatement } from '../dialect/maxcompute/create-table.js'
import { relationText, tableText } from '../model/names.js'
import type { Concern, RelationPlan } from '../model/plan.js'
import { explainCode } from './concern-codes.js'

/**
 * What stands in `ddl/maxcompute/<schema>/<relation>.sql`: where the table comes from, what to know about it, and the
 * statement, one column a line.
 */
export function ddlText(plan: RelationPlan): string {
  const statement = createPlannedStatement(plan, true)
  const header = [
    `${tableText(plan.target)}, made of ${relationText(plan.source)} (${plan.strategy} load)`,
    ...Object.entries(statement.settings).map(([name, value]) => `needs ${name}=${value}`),
    ...concernLines(plan.concerns),
  ]
  return `${header.map((line) => `-- ${oneLine(line)}`).join('\n')}\n${statement.text};\n`
}

/** One concern of a code says what it has to say; several are summed up by the code's title and their columns. */
function concernLines(concerns: readonly Concern[]): readonly string[] {
  const byCode = new Map<string, Concern[]>()
  for (const concern of concerns) byCode.set(concern.code, [...(byCode.get(concern.code) ?? []), concern])
  return [...byCode.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, group]) => groupLines(group))
}

function groupLines(group: readonly Concern[]): readonly string[] {
  const [first] = group
  const columns = group.flatMap((concern) => concern.column ?? [])
  if (first === undefined) return []
  const title = explainCode(first.code)?.title
  if (group.length === 1 || columns.length < group.length || title === undefined) {
    return group.map((concern) => `${concern.code} ${concern.class}: ${concern.message}`)
  }
  return [`${first.code} ${first.class}: ${title}: ${columns.join(', ')}`]
}

/** A line break in a name or a definition must not end the comment. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
}
