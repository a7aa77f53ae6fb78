import { examineStatements, readExamined } from '../../dialect/redshift/examine.js'
import { quoteIdentifier, relationSql } from '../../dialect/redshift/identifier.js'
import { quoteLiteral } from '../../dialect/redshift/literal.js'
import { measureStatements, readMeasurement } from '../../dialect/redshift/measure.js'
import { bucketRowsStatement, fingerprintStatements } from '../../dialect/redshift/row-hash.js'
import { readFingerprint, readHashedRows, type AnswerReader, type BucketAnswer } from '../../dialect/read-buckets.js'
import { unloadStatement, type UnloadOptions } from '../../dialect/redshift/unload.js'
import { unloadViolations } from '../../dialect/redshift/validate-unload.js'
import { MigrationError } from '../../model/errors.js'
import type { Fingerprint, HashedRow } from '../../model/fingerprint.js'
import type { Answer, MeasuredRelation, Measure, Measurement, PairedQuery } from '../../model/measure.js'
import { locationText, relationText, type Location } from '../../model/names.js'
import type { Assumption, Consistency, Examined, RelationPlan } from '../../model/plan.js'
import type { AskedQuery } from '../../model/query-check.js'
import type { Attempt, Call, Work } from '../../model/work.js'
import type { ObjectStore } from '../../store/store.js'
import type { Snapshot, UnloadHandle, UnloadOutcome } from '../source.js'
import type { ResumedUnload } from './resumed-unload.js'
import type { Session, TextRows } from './session.js'
import { unlessStopped } from './stop.js'
import { Turns } from './turns.js'
import { unloadComment } from './unload-comment.js'
import type { UnloadKeys } from './unload-keys.js'
import { proveUnload, unloadedOf } from './unload-proof.js'

export interface UnloadSettings {
  readonly run: string
  readonly options: UnloadOptions
  /** Absent where UNLOAD writes with a role. */
  readonly keys?: UnloadKeys
  readonly store: ObjectStore
  /** How an UNLOAD is found that no session of ours runs. */
  resume(plan: RelationPlan, to: Location): ResumedUnload
}

/** Most rows that a paired query may answer with. */
const answerRowCountMax = 10_000
const closingMillisecondsMax = 20_000

/**
 * One session in one transaction. Redshift takes the snapshot at the first statement that touches a table, so the
 * measures of a relation and its UNLOAD see the same rows (redshift.md 1.13).
 */
export class RedshiftSnapshot implements Snapshot {
  readonly id: string
  readonly #session: Session
  readonly #settings: UnloadSettings
  readonly #turns = new Turns()
  /** Row counts by token: what this session was sent, done or not. */
  readonly #sent = new Map<string, Promise<bigint>>()
  #runningToken: string | undefined

  constructor(session: Session, mode: Consistency, settings: UnloadSettings) {
    this.id = `${mode}:${session.pid}:${new Date().toISOString()}`
    this.#session = session
    this.#settings = settings
  }

  async measure(of: MeasuredRelation, measures: readonly Measure[], call: Call): Promise<readonly Measurement[]> {
    const subject = `measure ${relationText(of.source)}`
    const columns = new Map(of.columns.map((column) => [column.target, column]))
    const measurements: Measurement[] = []
    for (const statement of measureStatements(of, measures)) {
      const row = await this.#oneRow(statement.text, statement.measures.length, subject, call)
      statement.measures.forEach((measure, n) => {
        const column = measure.kind === 'row-count' ? undefined : columns.get(measure.column)
        measurements.push(readMeasurement(measure, column, row[n] ?? null))
      })
    }
    return measurements
  }

  async fingerprint(of: MeasuredRelation, within: readonly string[], call: Call): Promise<Fingerprint> {
    const answers: BucketAnswer[] = []
    for (const statement of fingerprintStatements(of, within)) {
      const answer = await this.#ask(statement.text, fingerprintReader(of).subject, call)
      answers.push({ statement, ...answer })
    }
    return readFingerprint(of, within, answers, fingerprintReader(of))
  }

  async rows(
    of: MeasuredRelation,
    within: readonly string[],
    rowCountMax: number,
    call: Call,
  ): Promise<readonly HashedRow[]> {
    const reader = fingerprintReader(of)
    const { columns, rows } = await this.#ask(bucketRowsStatement(of, within, rowCountMax), reader.subject, call)
    return readHashedRows(of, columns, rows, reader)
  }

  #ask(text: string, subject: string, call: Call): Promise<TextRows> {
    return this.#turns.take(() => this.#session.query(text, subject, call))
  }

  async examine(of: MeasuredRelation, assumptions: readonly Assumption[], call: Call): Promise<readonly Examined[]> {
    const subject = `examine ${relationText(of.source)}`
    const examined: Examined[] = []
    for (const statement of examineStatements(of, assumptions)) {
      const row = await this.#oneRow(statement.text, statement.assumptions.length, subject, call)
      statement.assumptions.forEach((assumption, n) => examined.push(readExamined(assumption, row[n] ?? null)))
    }
    return examined
  }

  async #oneRow(text: string, itemCount: number, subject: string, call: Call): Promise<readonly (string | null)[]> {
    const { rows } = await this.#turns.take(() => this.#session.query(text, subject, call))
    const row = rows[0]
    if (rows.length === 1 && row?.length === itemCount) return row
    throw new MigrationError('source-failed', `${subject}: ${rows.length} rows of ${row?.length ?? 0} values`)
  }

  async answer(query: PairedQuery, of: MeasuredRelation, call: Call): Promise<Answer> {
    const text = query.source.replaceAll('{relation}', () => relationSql(of.source))
    const subject = `query ${query.name} of ${relationText(of.source)}`
    const { columns, rows } = await this.#turns.take(() => this.#session.query(text, subject, call))
    if (rows.length > answerRowCountMax) {
      throw new MigrationError('source-refused', `${subject}: ${rows.length} rows, more than ${answerRowCountMax}`, {
        hint: 'aggregate in the query: both sides must answer in full',
      })
    }
    return { query: query.name, columns, rows }
  }

  async ask(query: AskedQuery, rowCountMax: number, call: Call): Promise<TextRows['rows']> {
    const subject = `query ${query.name}`
    const path = query.searchPath.map(quoteIdentifier).join(', ')
    const { rows } = await this.#turns.take(async () => {
      if (path !== '') await this.#session.query(`SET search_path TO ${path}`, subject, call)
      return this.#session.query(query.text, subject, call)
    })
    if (rows.length <= rowCountMax) return rows
    throw new MigrationError('source-refused', `${subject}: ${rows.length} rows, more than ${rowCountMax}`, {
      hint: 'an answer is compared in full: aggregate in the query, or take it out of verify.queries',
    })
  }

  unload(plan: RelationPlan, to: Location): Work<UnloadHandle, UnloadOutcome> {
    const resumed = this.#settings.resume(plan, to)
    return {
      find: (attempt, call) => resumed.find(attempt, call),
      begin: (attempt, call) => this.#begin(plan, to, attempt, call),
      settle: (handle, call) => this.#settle(plan, to, handle, call, resumed),
      cancel: async (handle, call) => {
        if (this.#runningToken === handle.token) await this.#session.cancel(call)
        else await resumed.cancel(handle, call)
      },
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const call = {
      signal: new AbortController().signal,
      deadlineAt: Date.now() + closingMillisecondsMax,
      note: () => {},
    }
    try {
      if (this.#runningToken !== undefined) await this.#session.cancel(call)
      const rollback = this.#turns.take(() => this.#session.query('ROLLBACK', 'rollback', call))
      await unlessStopped(
        'rollback',
        call,
        () => rollback,
        async () => undefined,
      )
    } catch {
      // The server rolls back by itself when the connection ends, which is what follows.
    } finally {
      await this.#session.close()
    }
  }

  /** Returns when the statement was sent. It runs on whatever happens to the call: settle learns its end. */
  async #begin(plan: RelationPlan, to: Location, attempt: Attempt, call: Call): Promise<UnloadHandle> {
    const { token } = attempt
    const subject = `unload ${relationText(plan.source)} to ${locationText(to)}`
    const statement = await this.#statement(plan, to, token, call)
    await new Promise<void>((resolve, reject) => {
      const counted = this.#turns.take(async () => {
        const group = this.#session.queryGroup ?? token
        await this.#session.query(`SET query_group TO ${quoteLiteral(group)}`, subject, call)
        return this.#send(statement, token, subject, resolve)
      })
      this.#sent.set(token, counted)
      counted.catch(reject)
    })
    return { token, prefix: locationText(to), begunAt: Date.now(), snapshot: this.id }
  }

  /** In one turn with the UNLOAD, since the count is that of the session's last one. */
  async #send(statement: string, token: string, subject: string, sent: () => void): Promise<bigint> {
    this.#runningToken = token
    try {
      const done = this.#session.issue(statement, subject)
      sent()
      await done
      const { rows } = await this.#session.issue('SELECT pg_last_unload_count()', subject)
      return BigInt(rows[0]?.[0] ?? '-1')
    } finally {
      this.#runningToken = undefined
    }
  }

  async #statement(plan: RelationPlan, to: Location, token: string, call: Call): Promise<string> {
    const { options, run, keys } = this.#settings
    const authorization = keys === undefined ? {} : { keys: await keys.current(plan, call) }
    const comment = unloadComment({ run, relation: plan.source, token, snapshot: this.id })
    return lawful(
      unloadStatement({ ...options, ...authorization, plan, to, comment }),
      `unload ${relationText(plan.source)}`,
      keys !== undefined,
    )
  }

  async #settle(
    plan: RelationPlan,
    to: Location,
    handle: UnloadHandle,
    call: Call,
    resumed: ResumedUnload,
  ): Promise<UnloadOutcome> {
    const counted = this.#sent.get(handle.token)
    if (counted === undefined) return resumed.settle(handle, call)
    const subject = `unload ${relationText(plan.source)}`
    // A call that stops waiting leaves the statement alone: cancel is a request of its own.
    const rowCount = await unlessStopped(subject, call, () => counted, undefined, 'source-unresolved')
    const unloaded = unloadedOf(plan, to, rowCount)
    return { ...(await proveUnload(this.#settings.store, unloaded, call)), snapshot: handle.snapshot }
  }
}

function fingerprintReader(of: MeasuredRelation): AnswerReader {
  return { subject: `fingerprint ${relationText(of.source)}`, code: 'source-failed', readMeasurement }
}

/** Nothing is sent that Redshift would refuse, or that would overwrite, delete or show a key that the user did not choose to. */
function lawful(statement: string, subject: string, allowSecrets: boolean): string {
  const [violation] = unloadViolations(statement, { allowSecrets })
  if (violation === undefined) return statement
  throw new MigrationError(
    'source-refused',
    `${subject}: not sent, it breaks ${violation.rule}: ${violation.message}`,
    {
      hint: "look at the relation's types.overrides and relations settings, and at the s3 and redshift sections",
    },
  )
}
