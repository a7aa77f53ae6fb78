import type { EngineConnection } from '../sql-engine.js'
import { RedshiftFault } from './fault.js'

/** As ReadyForQuery tells it: idle, in a transaction, in a failed one. */
export type TransactionStatus = 'I' | 'T' | 'E'

/**
 * A session's transaction. The engine's begins with the first statement that needs it, not at BEGIN: that is when
 * Redshift takes its snapshot (redshift.md 1.13).
 */
export class Transaction {
  readonly #connection: EngineConnection
  #explicit = false
  #failed = false
  #open = false
  #readOnly = false
  #sessionReadOnly = false
  #id = 0

  constructor(connection: EngineConnection) {
    this.#connection = connection
  }

  get status(): TransactionStatus {
    if (!this.#explicit) return 'I'
    return this.#failed ? 'E' : 'T'
  }

  get isExplicit(): boolean {
    return this.#explicit
  }

  get isReadOnly(): boolean {
    return this.#explicit ? this.#readOnly : this.#sessionReadOnly
  }

  get id(): number {
    return this.#id
  }

  refuseWhenFailed(): void {
    if (this.#failed && this.#explicit) {
      throw new RedshiftFault(
        '25P02',
        'current transaction is aborted, commands ignored until end of transaction block',
      )
    }
  }

  /** In a failed transaction only its end may be described. */
  refuseWhenFailedFor(word: string): void {
    if (!['commit', 'end', 'rollback', 'abort'].includes(word)) this.refuseWhenFailed()
  }

  /** BEGIN. False when one is in progress already, which is only worth a warning. */
  begin(readOnly = this.#sessionReadOnly): boolean {
    if (this.#explicit) return false
    this.#explicit = true
    this.#readOnly = readOnly
    return true
  }

  /** What transactions are from now on that do not say it themselves. */
  setSessionReadOnly(readOnly: boolean): void {
    this.#sessionReadOnly = readOnly
  }

  /** Takes the snapshot, unless it is taken. */
  async touch(): Promise<void> {
    if (this.#open) return
    await this.#connection.run('BEGIN TRANSACTION')
    this.#open = true
    this.#id = nextTransactionId()
  }

  /** COMMIT, or the end of an implicit transaction. Returns what happened. */
  async commit(): Promise<'COMMIT' | 'ROLLBACK'> {
    if (this.#failed) {
      await this.rollback()
      return 'ROLLBACK'
    }
    const open = this.#open
    this.#reset()
    if (open) await this.#connection.run('COMMIT')
    return 'COMMIT'
  }

  async rollback(): Promise<void> {
    const open = this.#open
    this.#reset()
    if (open) await this.#connection.run('ROLLBACK')
  }

  /** After an error: nothing of the transaction stays, and an explicit one refuses everything until it is ended. */
  async fail(): Promise<void> {
    const open = this.#open
    this.#open = false
    this.#failed = this.#explicit
    // The engine may have ended it by itself.
    if (open) await this.#connection.run('ROLLBACK').catch(() => undefined)
  }

  #reset(): void {
    this.#open = false
    this.#explicit = false
    this.#failed = false
    this.#readOnly = false
  }
}

let transactionId = 5000

function nextTransactionId(): number {
  transactionId += 1
  return transactionId
}
