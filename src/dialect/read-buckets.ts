import { canonicalInteger } from '../model/canonical.js'
import { MigrationError, type ErrorCode } from '../model/errors.js'
import { laneCount, type Bucket, type Fingerprint, type HashedRow } from '../model/fingerprint.js'
import type { Measure, MeasuredRelation, Measurement } from '../model/measure.js'
import type { ColumnPlan } from '../model/plan.js'
import { bucketFigures, definitionOf, prefixLength, rowColumns, type BucketStatement } from './row-hash.js'

/** What a side answered to one statement, and how it complains. */
export interface BucketAnswer {
  readonly statement: BucketStatement
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | null)[])[]
}

export interface AnswerReader {
  /** `measure sales.orders` */
  readonly subject: string
  readonly code: ErrorCode
  readMeasurement(measure: Measure, column: ColumnPlan | undefined, text: string | null): Measurement
}

interface OpenBucket {
  readonly prefix: string
  readonly rowCount: string
  readonly lanes: readonly string[]
  readonly figures: (string | null)[]
}

/** The answers of all statements put together by prefix. Throws where one is no bucket, comes twice or is not in each. */
export function readFingerprint(
  of: MeasuredRelation,
  within: readonly string[],
  answers: readonly BucketAnswer[],
  reader: AnswerReader,
): Fingerprint {
  const buckets = new Map<string, OpenBucket>()
  const columns = new Map(of.columns.map((column) => [column.target, column]))
  for (const { statement, ...answer } of answers) {
    const at = placesOf(answer.columns)
    const seen = new Set<string>()
    for (const row of answer.rows) {
      const cell = (name: string): string | null => cellOf(row, at, name, reader)
      const prefix = prefixOf(cell('p'), within, reader)
      if (seen.has(prefix)) throw failure(reader, `the bucket ${prefix} came twice`)
      seen.add(prefix)
      if (statement.isFirst) buckets.set(prefix, openBucket(prefix, cell, reader))
      const figures = buckets.get(prefix)?.figures
      if (figures === undefined) throw failure(reader, `the bucket ${prefix} came without its hashes`)
      statement.figures.forEach((measure, n) => {
        const column = measure.kind === 'row-count' ? undefined : columns.get(measure.column)
        figures.push(reader.readMeasurement(measure, column, cell(`f${n}`)).value)
      })
    }
  }
  return closed(of, [...buckets.values()], reader)
}

function closed(of: MeasuredRelation, open: readonly OpenBucket[], reader: AnswerReader): Fingerprint {
  const figures = bucketFigures(of)
  const uneven = open.find((bucket) => bucket.figures.length !== figures.length)
  if (uneven !== undefined) throw failure(reader, `the bucket ${uneven.prefix} came without all of its figures`)
  const buckets: readonly Bucket[] = open.toSorted((a, b) => (a.prefix < b.prefix ? -1 : 1))
  return { definition: definitionOf(of), figures, buckets }
}

function openBucket(prefix: string, cell: (name: string) => string | null, reader: AnswerReader): OpenBucket {
  const whole = (name: string): string => {
    const text = cell(name)
    const value = text === null ? undefined : canonicalInteger(text)
    if (value !== undefined) return value
    throw failure(reader, `the bucket ${prefix} has ${JSON.stringify(text)} for ${name}`)
  }
  const lanes = Array.from({ length: laneCount }, (_, lane) => whole(`h${lane + 1}`))
  return { prefix, rowCount: whole('n'), lanes, figures: [] }
}

function prefixOf(text: string | null, within: readonly string[], reader: AnswerReader): string {
  const length = prefixLength(within)
  const isAsked = within.length === 0 || within.some((prefix) => text?.startsWith(prefix) === true)
  if (text?.length === length && /^[0-9a-f]+$/.test(text) && isAsked) return text
  throw failure(reader, `${JSON.stringify(text)} is no bucket that was asked for`)
}

/** The different rows of some buckets. */
export function readHashedRows(
  of: MeasuredRelation,
  columns: readonly string[],
  rows: readonly (readonly (string | null)[])[],
  reader: AnswerReader,
): readonly HashedRow[] {
  const at = placesOf(columns)
  const names = rowColumns(of).map((_, n) => `c${n}`)
  return rows.map((row) => {
    const hash = cellOf(row, at, 'h', reader)
    if (hash === null || !/^[0-9a-f]{32}$/.test(hash)) throw failure(reader, `${JSON.stringify(hash)} is no hash`)
    const text = cellOf(row, at, 'n', reader)
    const count = text === null ? undefined : canonicalInteger(text)
    if (count === undefined) throw failure(reader, `${JSON.stringify(text)} is no number of rows`)
    return { hash, count, values: names.map((name) => cellOf(row, at, name, reader)) }
  })
}

function placesOf(columns: readonly string[]): ReadonlyMap<string, number> {
  return new Map(columns.map((name, place) => [name.toLowerCase(), place]))
}

function cellOf(
  row: readonly (string | null)[],
  at: ReadonlyMap<string, number>,
  name: string,
  reader: AnswerReader,
): string | null {
  const cell = row[at.get(name) ?? -1]
  if (cell === undefined) throw failure(reader, `the result has no column ${name}`)
  return cell
}

function failure({ code, subject }: AnswerReader, what: string): MigrationError {
  return new MigrationError(code, `${subject}: ${what}`)
}
