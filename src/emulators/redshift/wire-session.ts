import type { EngineRow } from '../sql-engine.js'
import { ExtendedProtocol } from './extended-protocol.js'
import { RedshiftFault, faultOf } from './fault.js'
import {
  commandComplete,
  emptyQuery,
  errorResponse,
  noticeResponse,
  readyForQuery,
  rowDescription,
} from './messages.js'
import type { ResultColumn } from './result-columns.js'
import { encodeRow } from './row-encoder.js'
import type { ServerParts } from './server-parts.js'
import type { SqlSession } from './sql-session.js'
import { ConnectionCut, type Running, StatementRunner } from './statement-runner.js'
import { splitStatements } from './statement-splitter.js'
import { type Frame, frameByteCountMax, type WireStream } from './wire-stream.js'

/** A session after its start: reads messages and answers them, one after the other. */
export class WireSession {
  readonly #wire: WireStream
  readonly #session: SqlSession
  readonly #extended: ExtendedProtocol
  readonly runner: StatementRunner

  constructor(wire: WireStream, session: SqlSession, server: ServerParts) {
    this.#wire = wire
    this.#session = session
    this.runner = new StatementRunner(
      session,
      server,
      (severity, text) => void wire.write(noticeResponse(severity, text)),
    )
    this.#extended = new ExtendedProtocol(wire, session, this.runner)
  }

  /** Until the client terminates or leaves; what it left open is rolled back. */
  async serve(): Promise<void> {
    try {
      await this.#ready()
      for (;;) {
        const frame = await this.#wire.readFrame(frameByteCountMax)
        if (frame === undefined || frame.type === 'X') return
        await this.#answer(frame)
      }
    } catch (error) {
      if (error instanceof ConnectionCut) this.#wire.destroy()
      else await this.#wire.write(errorResponse(faultOf(error)))
    } finally {
      await this.#extended.close()
      await this.#session.transaction.rollback().catch(() => undefined)
    }
  }

  async #ready(): Promise<void> {
    await this.#wire.write(readyForQuery(this.#session.transaction.status))
    await this.#wire.flush()
  }

  async #answer(frame: Frame): Promise<void> {
    switch (frame.type) {
      case 'Q':
        await this.#extended.drain()
        await this.#simpleQuery(frame.body.toString('utf8').replace(/\0$/, ''))
        return this.#ready()
      case 'S':
        await this.#extended.sync()
        return this.#ready()
      case 'P':
      case 'B':
      case 'D':
      case 'E':
      case 'C':
        return this.#extended.handle(frame)
      case 'H':
        return this.#wire.flush()
      case 'd':
      case 'c':
      case 'f':
        return
      default:
        throw new RedshiftFault('08P01', `invalid frontend message type ${frame.type}`, { severity: 'FATAL' })
    }
  }

  /** All statements of one text are one implicit transaction (redshift.md 6.1). */
  async #simpleQuery(text: string): Promise<void> {
    const { transaction } = this.#session
    try {
      const statements = splitStatements(text)
      if (statements.length === 0) await this.#wire.write(emptyQuery)
      for (const statement of statements) await this.#reply(await this.runner.run(statement, text))
      if (!transaction.isExplicit) await transaction.commit()
    } catch (error) {
      if (error instanceof ConnectionCut) throw error
      await transaction.fail()
      await this.#wire.write(errorResponse(faultOf(error)))
    }
  }

  async #reply(running: Running): Promise<void> {
    const { columns, batches, tag } = running.answer
    let rowCount = 0
    try {
      if (columns !== undefined && batches !== undefined) {
        await this.#wire.write(rowDescription(columns, []))
        for await (const rows of batches) {
          rowCount += rows.length
          await this.#sendRows(rows, columns, running.cutDuring)
        }
      }
    } catch (error) {
      throw error instanceof ConnectionCut ? error : running.fail(error)
    }
    if (running.cutAfter && !this.#session.transaction.isExplicit) await this.#session.transaction.commit()
    running.finish(rowCount)
    if (running.cutAfter) throw new ConnectionCut('cut after the statement')
    await this.#wire.write(commandComplete(typeof tag === 'string' ? tag : tag(rowCount)))
  }

  async #sendRows(rows: readonly EngineRow[], columns: readonly ResultColumn[], cut: boolean): Promise<void> {
    for (const row of rows) {
      await this.#wire.write(encodeRow(row, columns, []))
      if (!cut) continue
      await this.#wire.flush()
      throw new ConnectionCut('cut during the answer')
    }
  }
}
