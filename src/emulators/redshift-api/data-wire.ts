import { createHash } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { MessageReader } from '../redshift/message-reader.js'
import { cstring, int32, message } from '../redshift/messages.js'
import { WireStream } from '../redshift/wire-stream.js'

export interface WireAddress {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
}

export interface WireColumn {
  readonly name: string
  readonly oid: number
}

export interface WireResult {
  /** Undefined for a statement without rows. */
  readonly columns: readonly WireColumn[] | undefined
  readonly rows: readonly (readonly (string | null)[])[]
  /** The command tag: `SELECT`, `UNLOAD`. */
  readonly tag: string
}

/** An error message of the server. */
export class WireFailure extends Error {}

const frameByteCountMax = 64 * 1024 * 1024

/** A client of the emulated Redshift, as small as statements of the Data API need it: one simple query at a time. */
export class WireClient {
  readonly #address: WireAddress
  readonly #socket: Socket
  readonly #wire: WireStream
  #key: Buffer = Buffer.alloc(8)

  private constructor(address: WireAddress, socket: Socket) {
    this.#address = address
    this.#socket = socket
    this.#wire = new WireStream(socket)
  }

  static async open(address: WireAddress): Promise<WireClient> {
    const client = new WireClient(address, await dial(address))
    const texts = ['user', address.user, 'database', address.database, 'application_name', 'RedshiftDataAPI']
    const body = Buffer.concat([int32(196608), ...texts.map(cstring), Buffer.from([0])])
    await client.#wire.write(Buffer.concat([int32(body.length + 4), body]))
    try {
      await client.#answer()
      return client
    } catch (error) {
      client.close()
      throw error
    }
  }

  get processId(): number {
    return this.#key.readInt32BE(0)
  }

  async query(text: string): Promise<WireResult> {
    await this.#wire.write(message('Q', cstring(text)))
    return this.#answer()
  }

  /** The protocol's own cancel request, on a connection of its own. */
  async cancel(): Promise<void> {
    const socket = await dial(this.#address)
    socket.end(Buffer.concat([int32(16), int32(80877102), this.#key]))
  }

  close(): void {
    this.#socket.end(message('X'))
  }

  async #answer(): Promise<WireResult> {
    await this.#wire.flush()
    let columns: WireColumn[] | undefined
    let tag = ''
    let failure: WireFailure | undefined
    const rows: (string | null)[][] = []
    for (;;) {
      const frame = await this.#wire.readFrame(frameByteCountMax)
      if (frame === undefined) throw failure ?? new WireFailure('FATAL: the connection ended')
      const reader = new MessageReader(frame.body)
      if (frame.type === 'R') await this.#authenticate(reader)
      else if (frame.type === 'K') this.#key = Buffer.from(frame.body)
      else if (frame.type === 'T') columns = reader.list(() => columnOf(reader))
      else if (frame.type === 'D') rows.push(reader.list(() => reader.bytes()?.toString('utf8') ?? null))
      else if (frame.type === 'C') tag = reader.text()
      else if (frame.type === 'E') failure = failureOf(reader)
      else if (frame.type === 'Z') break
    }
    if (failure !== undefined) throw failure
    return { columns, rows, tag }
  }

  async #authenticate(reader: MessageReader): Promise<void> {
    const kind = reader.int32()
    if (kind === 0) return
    if (kind !== 5) throw new WireFailure(`FATAL: authentication ${kind} is not known`)
    const { user, password } = this.#address
    const inner = createHash('md5').update(password).update(user).digest('hex')
    const salt = int32(reader.int32())
    await this.#wire.write(message('p', cstring(`md5${createHash('md5').update(inner).update(salt).digest('hex')}`)))
    await this.#wire.flush()
  }
}

function dial({ host, port }: WireAddress): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true })
    socket.once('error', reject)
    socket.once('connect', () => resolve(socket))
  })
}

function columnOf(reader: MessageReader): WireColumn {
  const name = reader.text()
  reader.int32()
  reader.int16()
  const oid = reader.int32()
  reader.int16()
  reader.int32()
  reader.int16()
  return { name, oid }
}

function failureOf(reader: MessageReader): WireFailure {
  const fields = new Map<string, string>()
  for (let code = reader.byte(); code !== '\0'; code = reader.byte()) fields.set(code, reader.text())
  const detail = fields.get('D')
  const text = `${fields.get('S') ?? 'ERROR'}: ${fields.get('M') ?? ''}`
  return new WireFailure(detail === undefined ? text : `${text}\n  Detail: \n  ${detail}`)
}
