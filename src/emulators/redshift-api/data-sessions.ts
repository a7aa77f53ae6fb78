import { randomUUID } from 'node:crypto'
import { ApiRefusal } from './api-refusal.js'
import { WireClient, type WireAddress } from './data-wire.js'
import { DataStatement } from './data-statement.js'

interface DataSession {
  readonly wire: Promise<WireClient>
  readonly owner: string
  /** Runs its statements one at a time. */
  busy: boolean
  keepAliveSeconds: number
  timer: NodeJS.Timeout | undefined
}

const sessionCountMax = 500
/** Ended statements that are remembered; the service keeps them for a day. */
const statementCountMax = 20_000

export interface Submission {
  readonly sql: string
  readonly name: string | undefined
  readonly owner: string
  readonly clientToken: string | undefined
  readonly session: string | undefined
  readonly keepAliveSeconds: number | undefined
}

/** What the Data API holds: sessions, each a connection of its own, and statements that can be asked about. */
export class DataSessions {
  readonly #sessions = new Map<string, DataSession>()
  readonly #statements = new Map<string, DataStatement>()
  readonly #tokens = new Map<string, DataStatement>()

  submit(of: Submission, address: WireAddress): DataStatement {
    const before = of.clientToken === undefined ? undefined : this.#tokens.get(`${of.owner} ${of.clientToken}`)
    if (before !== undefined) return before
    const session = this.#sessionOf(of, address)
    const statement = new DataStatement({ sql: of.sql, name: of.name, owner: of.owner, session })
    this.#statements.set(statement.id, statement)
    if (of.clientToken !== undefined) this.#tokens.set(`${of.owner} ${of.clientToken}`, statement)
    this.#forget()
    void (session === undefined ? this.#runAlone(statement, address) : this.#runIn(session, statement))
    return statement
  }

  find(id: string, owner: string): DataStatement {
    const found = this.#statements.get(id)
    if (found?.owner === owner) return found
    throw new ApiRefusal('missing', `Query does not exist.`)
  }

  close(): void {
    for (const [id] of this.#sessions) this.#end(id)
  }

  #sessionOf(of: Submission, address: WireAddress): string | undefined {
    const { session: id, keepAliveSeconds } = of
    if (id === undefined)
      return keepAliveSeconds === undefined ? undefined : this.#open(of.owner, address, keepAliveSeconds)
    const session = this.#sessions.get(id)
    if (session?.owner !== of.owner) throw new ApiRefusal('invalid', `Session ${id} is not available.`)
    if (session.busy) throw new ApiRefusal('invalid', `Session ${id} is busy with another statement.`)
    if (keepAliveSeconds !== undefined) session.keepAliveSeconds = keepAliveSeconds
    return id
  }

  #open(owner: string, address: WireAddress, keepAliveSeconds: number): string {
    if (this.#sessions.size >= sessionCountMax) {
      const code = 'ActiveSessionsExceededException'
      throw new ApiRefusal({ status: 400, code }, `Number of active sessions exceeds ${sessionCountMax}.`)
    }
    const id = randomUUID()
    const wire = WireClient.open(address)
    wire.catch(() => this.#end(id))
    this.#sessions.set(id, { wire, owner, busy: false, keepAliveSeconds, timer: undefined })
    return id
  }

  async #runAlone(statement: DataStatement, address: WireAddress): Promise<void> {
    let wire: WireClient | undefined
    await statement.run(async () => (wire = await WireClient.open(address)))
    wire?.close()
  }

  async #runIn(id: string, statement: DataStatement): Promise<void> {
    const session = this.#sessions.get(id) as DataSession
    session.busy = true
    clearTimeout(session.timer)
    await statement.run(() => session.wire)
    session.busy = false
    session.timer = setTimeout(() => this.#end(id), session.keepAliveSeconds * 1000).unref()
  }

  /** The connection's end rolls back what was open. */
  #end(id: string): void {
    const session = this.#sessions.get(id)
    this.#sessions.delete(id)
    clearTimeout(session?.timer)
    void session?.wire.then(
      (wire) => wire.close(),
      () => undefined,
    )
  }

  #forget(): void {
    for (const [id, statement] of this.#statements) {
      if (this.#statements.size <= statementCountMax) return
      if (statement.isOver) this.#statements.delete(id)
    }
  }
}
