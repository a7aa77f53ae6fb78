import type { EngineRow } from '../sql-engine.js'
import type { Bound } from './binding.js'
import { RedshiftFault, faultOf } from './fault.js'
import {
  bindComplete,
  closeComplete,
  commandComplete,
  emptyQuery,
  errorResponse,
  noData,
  parameterDescription,
  parseComplete,
  portalSuspended,
  rowDescription,
} from './messages.js'
import { MessageReader } from './message-reader.js'
import { boundParameter, describedParameters } from './parameters.js'
import { encodeRow, expandFormats } from './row-encoder.js'
import type { SqlSession } from './sql-session.js'
import { ConnectionCut, type Running, type StatementRunner } from './statement-runner.js'
import { splitStatements, type StatementText } from './statement-splitter.js'
import type { Frame, WireStream } from './wire-stream.js'

interface Prepared {
  readonly text: string
  /** Absent for an empty query. */
  readonly statement: StatementText | undefined
  readonly parameterOids: readonly number[]
}

interface Portal {
  readonly prepared: Prepared
  readonly parameters: readonly Bound[]
  readonly formats: readonly number[]
  running?: Running
  rows?: AsyncIterator<EngineRow[]>
  /** Rows read and not yet sent. */
  pending: EngineRow[]
  sentCount: number
  done: boolean
}

/** Schema, relation, column. */
const unknownNames = ['3F000', '42P01', '42703']

/** Rows that a suspended portal may hold back when another statement needs the session. */
const heldRowCountMax = 1_000_000

/** Parse, Bind, Describe, Execute, Close: after an error everything is skipped until Sync. */
export class ExtendedProtocol {
  readonly #wire: WireStream
  readonly #session: SqlSession
  readonly #runner: StatementRunner
  readonly #prepared = new Map<string, Prepared>()
  readonly #portals = new Map<string, Portal>()
  #skipping = false

  constructor(wire: WireStream, session: SqlSession, runner: StatementRunner) {
    this.#wire = wire
    this.#session = session
    this.#runner = runner
  }

  async handle(frame: Frame): Promise<void> {
    if (this.#skipping) return
    try {
      await this.#dispatch(frame.type, new MessageReader(frame.body))
    } catch (error) {
      if (error instanceof ConnectionCut) throw error
      this.#skipping = true
      await this.#session.transaction.fail()
      await this.#wire.write(errorResponse(faultOf(error)))
    }
  }

  async sync(): Promise<void> {
    const { transaction } = this.#session
    const failed = this.#skipping
    this.#skipping = false
    if (transaction.isExplicit) return
    await this.close()
    try {
      if (!failed) await transaction.commit()
    } catch (error) {
      await transaction.fail()
      await this.#wire.write(errorResponse(faultOf(error)))
    }
  }

  /** Another statement is about to use the connection: what portals have not sent is read into memory. */
  async drain(except?: Portal): Promise<void> {
    for (const portal of this.#portals.values()) {
      if (portal === except || portal.rows === undefined || portal.done) continue
      while (await readMore(portal)) {
        if (portal.pending.length > heldRowCountMax) {
          throw new RedshiftFault('53200', `a cursor holds more than ${heldRowCountMax} rows`)
        }
      }
    }
  }

  /** Portals end with their transaction. */
  async close(): Promise<void> {
    for (const portal of this.#portals.values()) await endPortal(portal)
    this.#portals.clear()
  }

  async #dispatch(type: string, body: MessageReader): Promise<void> {
    switch (type) {
      case 'P':
        return this.#parse(body)
      case 'B':
        return this.#bind(body)
      case 'D':
        return this.#describe(body)
      case 'E':
        return this.#execute(body.text(), body.int32())
      case 'C': {
        const kind = body.byte()
        const name = body.text()
        if (kind === 'S') this.#prepared.delete(name)
        else await this.#closePortal(name)
        return this.#wire.write(closeComplete)
      }
    }
  }

  async #parse(body: MessageReader): Promise<void> {
    const name = body.text()
    const text = body.text()
    const parameterOids = body.list(() => body.int32())
    const statements = splitStatements(text)
    if (statements.length > 1) {
      throw new RedshiftFault('42601', 'cannot insert multiple commands into a prepared statement')
    }
    if (name !== '' && this.#prepared.has(name)) {
      throw new RedshiftFault('42P05', `prepared statement "${name}" already exists`)
    }
    const [statement] = statements
    if (statement !== undefined) await this.#analyze(statement, text, parameterOids)
    this.#prepared.set(name, { text, statement, parameterOids })
    await this.#wire.write(parseComplete)
  }

  /** A statement that names what is not there is not kept; types are left to Bind, which knows the values. */
  async #analyze(statement: StatementText, text: string, parameterOids: readonly number[]): Promise<void> {
    this.#session.transaction.refuseWhenFailedFor(statement.tokens[0]?.text ?? '')
    const parsed = this.#runner.parse(statement, text)
    await this.drain()
    const oids = describedParameters(statement, parameterOids)
    const parameters = oids.map((oid) => boundParameter(undefined, oid, 0))
    try {
      await this.#session.analyze(parsed, parameters)
    } catch (error) {
      if (unknownNames.includes(faultOf(error).sqlState)) throw error
    }
  }

  #statementNamed(name: string): Prepared {
    const prepared = this.#prepared.get(name)
    if (prepared === undefined) throw new RedshiftFault('26000', `prepared statement "${name}" does not exist`)
    return prepared
  }

  async #bind(body: MessageReader): Promise<void> {
    const name = body.text()
    const prepared = this.#statementNamed(body.text())
    const formats = body.list(() => body.int16())
    const values = body.list(() => body.bytes())
    const parameters = values.map((value, i) => {
      const format = formats.length > 1 ? (formats[i] ?? 0) : (formats[0] ?? 0)
      return boundParameter(value, prepared.parameterOids[i] ?? 0, format)
    })
    await this.#closePortal(name)
    const results = body.list(() => body.int16())
    this.#portals.set(name, { prepared, parameters, formats: results, pending: [], sentCount: 0, done: false })
    await this.#wire.write(bindComplete)
  }

  async #closePortal(name: string): Promise<void> {
    const portal = this.#portals.get(name)
    if (portal !== undefined) await endPortal(portal)
    this.#portals.delete(name)
  }

  async #describe(body: MessageReader): Promise<void> {
    const kind = body.byte()
    const name = body.text()
    await this.drain()
    if (kind === 'P') {
      const portal = this.#portalNamed(name)
      return this.#describeResult(portal.prepared, portal.parameters, portal.formats)
    }
    const prepared = this.#statementNamed(name)
    const oids = describedParameters(prepared.statement, prepared.parameterOids)
    await this.#wire.write(parameterDescription(oids))
    const parameters = oids.map((oid) => boundParameter(undefined, oid, 0))
    try {
      await this.#describeResult(prepared, parameters, [])
    } catch (error) {
      // The real service analyzes all of it at Parse, and keeps nothing that it refuses.
      this.#prepared.delete(name)
      throw error
    }
  }

  async #describeResult(prepared: Prepared, parameters: readonly Bound[], formats: readonly number[]): Promise<void> {
    const { statement, text } = prepared
    if (statement === undefined) return this.#wire.write(noData)
    this.#session.transaction.refuseWhenFailedFor(statement.tokens[0]?.text ?? '')
    const columns = await this.#session.describe(this.#runner.parse(statement, text), parameters)
    if (columns === undefined) return this.#wire.write(noData)
    await this.#wire.write(rowDescription(columns, expandFormats(formats, columns.length)))
  }

  #portalNamed(name: string): Portal {
    const portal = this.#portals.get(name)
    if (portal === undefined) throw new RedshiftFault('34000', `portal "${name}" does not exist`)
    return portal
  }

  async #execute(name: string, rowCountMax: number): Promise<void> {
    const portal = this.#portalNamed(name)
    const { statement, text } = portal.prepared
    if (statement === undefined) return this.#wire.write(emptyQuery)
    if (portal.running === undefined) {
      await this.drain(portal)
      portal.running = await this.#runner.run(statement, text, portal.parameters)
      const rows = portal.running.answer.batches?.[Symbol.asyncIterator]()
      if (rows !== undefined) portal.rows = rows
    }
    await this.#sendRows(portal, portal.running, rowCountMax)
  }

  async #sendRows(portal: Portal, running: Running, rowCountMax: number): Promise<void> {
    const { columns = [], tag } = running.answer
    const formats = expandFormats(portal.formats, columns.length)
    let sent = 0
    try {
      while (portal.pending.length > 0 || (await readMore(portal))) {
        const room = rowCountMax > 0 ? rowCountMax - sent : portal.pending.length
        const rows = portal.pending.splice(0, room)
        for (const row of rows) await this.#wire.write(encodeRow(row, columns, formats))
        sent += rows.length
        portal.sentCount += rows.length
        if (running.cutDuring) throw new ConnectionCut('cut during the answer')
        if (rowCountMax > 0 && sent >= rowCountMax) return await this.#wire.write(portalSuspended)
      }
    } catch (error) {
      throw error instanceof ConnectionCut ? error : running.fail(error)
    }
    if (running.cutAfter && !this.#session.transaction.isExplicit) await this.#session.transaction.commit()
    running.finish(portal.sentCount)
    if (running.cutAfter) throw new ConnectionCut('cut after the statement')
    await this.#wire.write(commandComplete(typeof tag === 'string' ? tag : tag(portal.sentCount)))
  }
}

/** False at the end of the rows. */
async function readMore(portal: Portal): Promise<boolean> {
  if (portal.done || portal.rows === undefined) return false
  const next = await portal.rows.next()
  if (next.done === true) {
    portal.done = true
    return false
  }
  for (const row of next.value) portal.pending.push(row)
  return true
}

async function endPortal(portal: Portal): Promise<void> {
  if (portal.rows === undefined || portal.done) return
  portal.done = true
  await portal.rows.return?.()
  portal.running?.finish(portal.sentCount)
}
