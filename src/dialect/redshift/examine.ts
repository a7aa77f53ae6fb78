import { MigrationError } from '../../model/errors.js'
import type { MeasuredRelation } from '../../model/measure.js'
import type { Assumption, Examined } from '../../model/plan.js'
import { selectItemCountMax } from '../measure-select.js'
import { relationSql } from './identifier.js'
import { whereSql } from './row-filter.js'

export interface ExamineStatement {
  readonly text: string
  /** In the order of the select items. */
  readonly assumptions: readonly Assumption[]
}

/** How many rows violate each assumption, of the rows that would be unloaded; one scan a statement. Those with a query of their own come last. */
export function examineStatements(
  of: Pick<MeasuredRelation, 'source' | 'where'>,
  assumptions: readonly Assumption[],
): readonly ExamineStatement[] {
  const from = relationSql(of.source) + whereSql(of.where)
  const statements: ExamineStatement[] = []
  const ofRows = assumptions.filter(({ countSql }) => countSql === undefined)
  for (let first = 0; first < ofRows.length; first += selectItemCountMax) {
    const asked = ofRows.slice(first, first + selectItemCountMax)
    const items = asked.map((one, n) => `SUM(CASE WHEN ${one.violatedWhere} THEN 1 ELSE 0 END) AS e${n}`)
    statements.push({ text: `SELECT ${items.join(', ')} FROM ${from}`, assumptions: asked })
  }
  for (const one of assumptions) {
    if (one.countSql !== undefined) statements.push({ text: one.countSql, assumptions: [one] })
  }
  return statements
}

/** A relation without rows gives NULL, and nothing in it violates anything; throws `source-failed` when it is no count. */
export function readExamined({ code, column, countMax }: Assumption, text: string | null): Examined {
  const count = text ?? '0'
  if (/^\d{1,19}$/.test(count)) {
    if (countMax === undefined) return { code, column, violationCount: count }
    return { code, column, violationCount: BigInt(count) > BigInt(countMax) ? count : '0', count }
  }
  throw new MigrationError(
    'source-failed',
    `examine ${column}: Redshift answered ${JSON.stringify(text?.slice(0, 80))}`,
  )
}
