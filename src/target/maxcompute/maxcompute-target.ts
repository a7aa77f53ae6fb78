import { tableSql } from '../../dialect/maxcompute/identifier.js'
import { measureSettings, measureStatements, readMeasurement } from '../../dialect/maxcompute/measure.js'
import { bucketRowsStatement, fingerprintStatements } from '../../dialect/maxcompute/row-hash.js'
import { readFingerprint, readHashedRows, type AnswerReader, type BucketAnswer } from '../../dialect/read-buckets.js'
import { MigrationError } from '../../model/errors.js'
import type { TargetFacts } from '../../model/facts.js'
import type { Fingerprint, HashedRow } from '../../model/fingerprint.js'
import type { Answer, Measure, MeasuredRelation, Measurement, PairedQuery } from '../../model/measure.js'
import { relationText, tableText, type TableName } from '../../model/names.js'
import type { AskedQuery } from '../../model/query-check.js'
import type { Statement } from '../../model/statement.js'
import type { Call, Work } from '../../model/work.js'
import type { InstanceOutcome, TableArrangement, TableShape, Target } from '../target.js'
import type { MaxComputeClient } from './client.js'
import { projectFacts } from './facts.js'
import { look, lookLong, type LookRows } from './look.js'
import type { TableColumn } from './metadata.js'
import { standardPace, StatementWork, type InstanceHandle, type Pace } from './statement-work.js'

type MeasureStatement = ReturnType<typeof measureStatements>[number]

/** A MaxCompute project as the target of a migration. */
export class MaxComputeTarget implements Target {
  readonly #client: MaxComputeClient
  readonly #pace: Pace
  #rowCountMax: number | undefined

  constructor(client: MaxComputeClient, pace: Partial<Pace> = {}) {
    this.#client = client
    this.#pace = { ...standardPace, ...pace }
  }

  async ping(call: Call): Promise<void> {
    await this.#client.getProject({ ...call, subject: `project ${this.#client.project}` })
  }

  async facts(call: Call): Promise<TargetFacts> {
    const project = await this.#client.getProject({ ...call, subject: `project ${this.#client.project}` })
    return projectFacts(project, this.#client.region)
  }

  async describe(table: TableName, call: Call): Promise<TableShape | undefined> {
    const found = await this.#client.getTable(table.name, table, { ...call, subject: `table ${tableText(table)}` })
    if (found === undefined) return undefined
    const { tableId, createdAt, comment, lifecycleDays } = found
    return {
      name: table,
      columns: found.columns.map(shapeColumn),
      partitionColumns: found.partitionColumns.map(({ name, type }) => ({ name, type: type.toUpperCase() })),
      ...(tableId === undefined ? {} : { tableId }),
      ...(createdAt === undefined ? {} : { createdAt }),
      ...(comment === undefined ? {} : { comment }),
      ...(lifecycleDays === undefined ? {} : { lifecycleDays }),
    }
  }

  arrangement(table: TableName, call: Call): Promise<TableArrangement | undefined> {
    return this.#client.getArrangement(table.name, table, { ...call, subject: `table ${tableText(table)}` })
  }

  submit(statement: Statement): Work<InstanceHandle, InstanceOutcome> {
    return new StatementWork(this.#client, statement, this.#pace)
  }

  async measure(of: MeasuredRelation, measures: readonly Measure[], call: Call): Promise<readonly Measurement[]> {
    const answers: Measurement[] = []
    for (const statement of measureStatements(of, measures)) {
      const purpose = `measure ${tableText(of.target)}`
      const { columns, rows } = await this.#look({ purpose, text: statement.text, settings: measureSettings(of) }, call)
      answers.push(...readMeasurements(purpose, of, statement, { columns, rows }))
    }
    return answers
  }

  async answer(query: PairedQuery, of: MeasuredRelation, call: Call): Promise<Answer> {
    const purpose = `query ${query.name} of ${relationText(of.source)}`
    // A function, since a text would have its `$` patterns replaced.
    const text = query.target.replaceAll('{relation}', () => tableSql(of.target))
    const { columns, rows } = await this.#look({ purpose, text, settings: measureSettings(of) }, call)
    if (columns.length !== query.columns.length) {
      throw new MigrationError(
        'target-refused',
        `${purpose}: the answer has ${columns.length} columns, the query declares ${query.columns.length}`,
        { hint: "declare the query's columns in the order of its select list" },
      )
    }
    return { query: query.name, columns: query.columns.map(({ name }) => name), rows }
  }

  async ask(query: AskedQuery, rowCountMax: number, call: Call): Promise<LookRows['rows']> {
    const statement = { purpose: `query ${query.name}`, text: query.text, settings: query.settings }
    return (await lookLong(this.#client, statement, this.#pace, call, rowCountMax)).rows
  }

  async fingerprint(of: MeasuredRelation, within: readonly string[], call: Call): Promise<Fingerprint> {
    const reader = fingerprintReader(of)
    const answers: BucketAnswer[] = []
    for (const statement of fingerprintStatements(of, within)) {
      const { text } = statement
      const looked = await this.#look({ purpose: reader.subject, text, settings: measureSettings(of) }, call)
      answers.push({ statement, ...looked })
    }
    return readFingerprint(of, within, answers, reader)
  }

  async rows(
    of: MeasuredRelation,
    within: readonly string[],
    rowCountMax: number,
    call: Call,
  ): Promise<readonly HashedRow[]> {
    const reader = fingerprintReader(of)
    const text = bucketRowsStatement(of, within, rowCountMax)
    const statement = { purpose: reader.subject, text, settings: measureSettings(of) }
    const { columns, rows } = await lookLong(this.#client, statement, this.#pace, call)
    return readHashedRows(of, columns, rows, reader)
  }

  async #look(statement: Statement, call: Call): Promise<LookRows> {
    this.#rowCountMax ??= (await this.facts(call)).resultRowCountMax
    return look(this.#client, statement, { pace: this.#pace, rowCountMax: this.#rowCountMax }, call)
  }
}

function fingerprintReader(of: MeasuredRelation): AnswerReader {
  return { subject: `fingerprint ${tableText(of.target)}`, code: 'target-failed', readMeasurement }
}

function shapeColumn(column: TableColumn): TableShape['columns'][number] {
  const { name, type, nullable, comment } = column
  return { name, type: type.toUpperCase(), nullable, ...(comment === undefined ? {} : { comment }) }
}

/** Cells are found by the aliases m0, m1 …, never by their place alone. */
function readMeasurements(
  purpose: string,
  of: MeasuredRelation,
  statement: MeasureStatement,
  { columns, rows }: LookRows,
): Measurement[] {
  const [row, ...more] = rows
  if (row === undefined || more.length > 0) {
    throw new MigrationError('target-failed', `${purpose}: an aggregate gave ${rows.length} rows`)
  }
  const places = new Map(columns.map((name, place) => [name.toLowerCase(), place]))
  return statement.measures.map((measure, n) => {
    const cell = row[places.get(`m${n}`) ?? -1]
    if (cell === undefined) throw new MigrationError('target-failed', `${purpose}: the result has no column m${n}`)
    return readMeasurement(measure, columnOf(of, measure), cell)
  })
}

function columnOf(of: MeasuredRelation, measure: Measure): MeasuredRelation['columns'][number] | undefined {
  return measure.kind === 'row-count' ? undefined : of.columns.find(({ target }) => target === measure.column)
}
