import type { Discrepancy } from '../model/measure.js'
import type { NearValue, QueryResult } from '../model/query-check.js'
import { canonicalCell, compareCells, comparisonOf, unitScale, type AnswerColumn, type Cell } from './answer-value.js'
import { matchRows } from './match-rows.js'

/** Further differences of one query are counted, not listed. */
export const answerDiscrepancyCountMax = 100
/** Of a row that one side alone has, in characters. */
const shownLengthMax = 1_000

export type AnswerRow = readonly Cell[]

/** A query whose answers are compared. */
export interface ComparedQuery {
  readonly name: string
  /** `schema.name` of what it reads. */
  readonly relations: readonly string[]
  readonly columns: readonly AnswerColumn[]
  /** Columns that the rows come in order of; absent: in any order. */
  readonly orderedBy?: readonly number[]
  readonly limit?: number
}

/** The row and column pairs of two answers, with the unit of each column that divides. */
export interface AnswerPair {
  readonly query: ComparedQuery
  readonly scales: readonly number[]
  readonly source: readonly AnswerRow[]
  readonly target: readonly AnswerRow[]
}

export interface AnswerComparison extends Pick<QueryResult, 'comparedCount' | 'nearCount' | 'near' | 'discrepancies'> {
  /** Every difference lies among the last rows, which LIMIT cuts out of rows with the same order. */
  readonly cutByLimit: boolean
}

/**
 * Compares two answers as multisets: every row of one side must have a row of its own on the other. Where the query has an
 * order, the columns of that order must come in the same sequence too; rows that share them may be exchanged.
 */
export function compareQueryAnswers(
  query: ComparedQuery,
  sourceRows: readonly AnswerRow[],
  targetRows: readonly AnswerRow[],
): AnswerComparison {
  const misshapen = shapeDiscrepancies(query, sourceRows, targetRows)
  if (misshapen.length > 0) return { ...nothing, discrepancies: misshapen }
  const pair = pairOf(query, sourceRows, targetRows)
  const { near, nearCount, sourceLeft, targetLeft, together } = matchRows(pair)
  const found = [
    ...together.flatMap(([one, other]) => cellDiscrepancies(pair, one, other)),
    ...sourceLeft.map((row) => alone(pair, row, 'source')),
    ...targetLeft.map((row) => alone(pair, row, 'target')),
    ...orderDiscrepancies(pair),
  ]
  return {
    comparedCount: Math.max(sourceRows.length, targetRows.length) * query.columns.length,
    near,
    nearCount,
    discrepancies: listed(query, found),
    cutByLimit: found.length > 0 && isCutByLimit(pair, together, sourceLeft, targetLeft),
  }
}

const nothing = { comparedCount: 0, near: [] as readonly NearValue[], nearCount: 0, cutByLimit: false }

function pairOf(query: ComparedQuery, source: readonly AnswerRow[], target: readonly AnswerRow[]): AnswerPair {
  const canonical = (row: AnswerRow): AnswerRow =>
    query.columns.map((column, n) => canonicalCell(column, row[n] ?? null))
  const scales = query.columns.map((column, n) =>
    comparisonOf(column) === 'unit' ? unitScale(cellsOf(source, n), cellsOf(target, n)) : 0,
  )
  return { query, scales, source: source.map(canonical), target: target.map(canonical) }
}

function* cellsOf(rows: readonly AnswerRow[], place: number): Generator<Cell> {
  for (const row of rows) yield row[place] ?? null
}

function shapeDiscrepancies(
  query: ComparedQuery,
  source: readonly AnswerRow[],
  target: readonly AnswerRow[],
): readonly Discrepancy[] {
  const width = query.columns.length
  const sides = [
    ['source', source],
    ['target', target],
  ] as const
  return sides.flatMap(([side, rows]) => {
    const uneven = rows.find((row) => row.length !== width)
    return uneven === undefined
      ? []
      : [finding(query, `the ${side} answered ${uneven.length} columns instead of ${width}`)]
  })
}

function listed(query: ComparedQuery, found: readonly Discrepancy[]): readonly Discrepancy[] {
  if (found.length <= answerDiscrepancyCountMax) return found
  const restCount = found.length - answerDiscrepancyCountMax
  return [...found.slice(0, answerDiscrepancyCountMax), finding(query, `${restCount} more differences are not listed`)]
}

function cellDiscrepancies(
  { query, scales }: AnswerPair,
  source: AnswerRow,
  target: AnswerRow,
): readonly Discrepancy[] {
  return query.columns.flatMap((column, n) => {
    const [one, other] = [source[n] ?? null, target[n] ?? null]
    if (compareCells(column, scales[n] ?? 0, one, other).same) return []
    const message = `${column.name} is ${spelled(one)} on the source, ${spelled(other)} on the target, in the row ${rowText(query, source)}`
    return [finding(query, message, { column: column.name, source: one, target: other })]
  })
}

function alone({ query }: AnswerPair, row: AnswerRow, side: 'source' | 'target'): Discrepancy {
  const text = rowText(query, row)
  return finding(query, `only the ${side} has the row ${text}`, { [side]: text })
}

/** Where the sequence of the order's columns differs first. */
function orderDiscrepancies(pair: AnswerPair): readonly Discrepancy[] {
  const { query, scales, source, target } = pair
  const places = query.orderedBy ?? []
  if (places.length === 0 || source.length !== target.length) return []
  const at = source.findIndex((row, i) =>
    places.some((n) => !compareCells(query.columns[n]!, scales[n] ?? 0, row[n] ?? null, target[i]?.[n] ?? null).same),
  )
  if (at < 0) return []
  const [one, other] = [source[at], target[at]].map((row) => rowText(query, row ?? [], places))
  return [
    finding(query, `the order differs from row ${at + 1} on: ${one} on the source, ${other} on the target`, {
      source: one ?? null,
      target: other ?? null,
    }),
  ]
}

/**
 * LIMIT takes some of the rows that come last by the order, and each side its own: nobody can tell then which were right.
 */
function isCutByLimit(
  { query, scales, source, target }: AnswerPair,
  together: readonly (readonly [AnswerRow, AnswerRow])[],
  sourceLeft: readonly AnswerRow[],
  targetLeft: readonly AnswerRow[],
): boolean {
  const { orderedBy = [], limit } = query
  const last = source.at(-1)
  if (orderedBy.length === 0 || orderedBy.length === query.columns.length || last === undefined) return false
  if (source.length !== limit || target.length !== limit) return false
  const isLast = (row: AnswerRow): boolean =>
    orderedBy.every((n) => compareCells(query.columns[n]!, scales[n] ?? 0, last[n] ?? null, row[n] ?? null).same)
  return [...together.flat(), ...sourceLeft, ...targetLeft].every(isLast)
}

function rowText({ columns }: ComparedQuery, row: AnswerRow, places?: readonly number[]): string {
  const shown = columns.flatMap(({ name }, n) =>
    places === undefined || places.includes(n) ? [`${name}=${spelled(row[n] ?? null)}`] : [],
  )
  const text = shown.join(', ')
  return text.length > shownLengthMax ? `${text.slice(0, shownLengthMax)}…` : text
}

function spelled(value: Cell): string {
  return value === null ? 'NULL' : JSON.stringify(value)
}

function finding(query: ComparedQuery, message: string, values: Partial<Discrepancy> = {}): Discrepancy {
  return {
    check: `query ${query.name}`,
    relation: query.relations.join(', '),
    source: null,
    target: null,
    ...values,
    message: `query ${query.name}: ${message}`,
  }
}
