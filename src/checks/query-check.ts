import { canonicalDecimal, canonicalTimestamp } from '../model/canonical.js'
import type { Answer, Discrepancy, PairedQuery } from '../model/measure.js'

/** Further differences of one query are counted, not listed. */
export const queryDiscrepancyCountMax = 100

type Row = readonly (string | null)[]

/** A row's key columns as one text, and the rows that share it. */
type RowsByKey = ReadonlyMap<string, readonly Row[]>

/**
 * Where two answers differ. Rows are paired by the query's key columns, in any order; values are equal when they are
 * the same number, moment or text. Missing, additional and repeated rows are named by their key.
 */
export function compareAnswers(query: PairedQuery, source: Answer, target: Answer): Discrepancy[] {
  const misshapen = shapeDiscrepancies(query, source, target)
  if (misshapen.length > 0) return misshapen
  const found = [...rowDiscrepancies(query, rowsByKey(query, source), rowsByKey(query, target))]
  if (found.length <= queryDiscrepancyCountMax) return found
  const restCount = found.length - queryDiscrepancyCountMax
  return [...found.slice(0, queryDiscrepancyCountMax), finding(query, `${restCount} more differences are not listed`)]
}

function shapeDiscrepancies(query: PairedQuery, source: Answer, target: Answer): Discrepancy[] {
  const sides = [
    ['source', source],
    ['target', target],
  ] as const
  return sides.flatMap(([side, answer]) => {
    const widths = new Set([answer.columns.length, ...answer.rows.map((row) => row.length)])
    widths.delete(query.columns.length)
    if (widths.size === 0) return []
    return [finding(query, `the ${side} answered ${[...widths].join(', ')} columns instead of ${query.columns.length}`)]
  })
}

function rowsByKey(query: PairedQuery, answer: Answer): RowsByKey {
  const rows = new Map<string, Row[]>()
  for (const row of answer.rows) {
    const key = keyText(query, row)
    const same = rows.get(key)
    if (same === undefined) rows.set(key, [row])
    else same.push(row)
  }
  return rows
}

function keyText(query: PairedQuery, row: Row): string {
  const key = query.columns.flatMap((column, n) => (column.kind === 'key' ? [canonicalValue(row[n] ?? null)] : []))
  return JSON.stringify(key)
}

/** Two spellings of one number or moment become one text. */
function canonicalValue(text: string | null): string | null {
  return text === null ? null : (canonicalDecimal(text) ?? canonicalTimestamp(text) ?? text)
}

function* rowDiscrepancies(query: PairedQuery, source: RowsByKey, target: RowsByKey): Generator<Discrepancy> {
  for (const key of new Set([...source.keys(), ...target.keys()])) {
    const ofSource = source.get(key) ?? []
    const ofTarget = target.get(key) ?? []
    const [one, other] = [ofSource[0], ofTarget[0]]
    if (one === undefined) yield finding(query, `row ${key} is only on the target`)
    else if (other === undefined) yield finding(query, `row ${key} is only on the source`)
    else if (ofSource.length > 1 || ofTarget.length > 1) yield repeated(query, key, ofSource.length, ofTarget.length)
    else yield* valueDiscrepancies(query, key, one, other)
  }
}

/** Rows that share a key cannot be paired, so that even equal answers would prove nothing. */
function repeated(query: PairedQuery, key: string, sourceCount: number, targetCount: number): Discrepancy {
  const message = `row ${key} comes ${sourceCount} times on the source and ${targetCount} times on the target`
  return finding(query, message, { source: String(sourceCount), target: String(targetCount) })
}

function* valueDiscrepancies(query: PairedQuery, key: string, source: Row, target: Row): Generator<Discrepancy> {
  for (const [n, column] of query.columns.entries()) {
    if (column.kind === 'key') continue
    const [one, other] = [canonicalValue(source[n] ?? null), canonicalValue(target[n] ?? null)]
    if (one === other) continue
    const message = `${column.name} of row ${key} is ${one ?? 'NULL'} on the source, ${other ?? 'NULL'} on the target`
    yield finding(query, message, { column: column.name, source: one, target: other })
  }
}

function finding(query: PairedQuery, message: string, values: Partial<Discrepancy> = {}): Discrepancy {
  return {
    check: `query:${query.name}`,
    relation: query.relation,
    source: null,
    target: null,
    ...values,
    message: `${query.relation}: query ${query.name}: ${message}`,
  }
}
