import type { Socket } from 'node:net'
import { parseHead, type AnswerHead } from './answer-head.js'
import type { Receive } from './connect.js'
import { hungUp, type AnswerOrigin, type KeptBody } from './kept-body.js'

export type OpenSocket = (receive: Receive) => Promise<Socket>

export interface KeptRequest<Body extends KeptBody> {
  /** Up to the empty line, and it. */
  readonly head: string
  /** What follows the head. */
  readonly body?: Buffer | undefined
  /** Makes whatever takes the answer's body. */
  readonly take: (head: AnswerHead, origin: AnswerOrigin) => Body
}

interface Asked {
  readonly take: (head: AnswerHead, origin: AnswerOrigin) => KeptBody
  readonly hasBody: boolean
  readonly resolve: (answer: KeptBody) => void
  readonly reject: (error: Error) => void
  readonly onOver: () => void
}

/** A connection that is asked for one answer after the other. */
export class KeptConnection {
  #socket: Socket | undefined
  /** Until the head of its answer has come. */
  #asked: Asked | undefined
  #answer: KeptBody | undefined
  #onOver: (() => void) | undefined
  #head: Buffer = Buffer.alloc(0)
  #error: Error | undefined
  #isPaused = false
  #isLost = false
  #hasAnswered = false

  /** Errors: those of Node's sockets. */
  static async open(open: OpenSocket, idleMilliseconds: number): Promise<KeptConnection> {
    const connection = new KeptConnection()
    const socket = await open((bytes) => connection.#receive(bytes))
    if (socket.destroyed) throw socket.errored ?? hungUp()
    connection.#socket = socket
    socket.setNoDelay(true)
    socket.on('error', (error) => (connection.#error ??= error))
    socket.once('close', () => connection.#lose())
    // Who pauses is waited for; the request's own limit of time holds.
    socket.setTimeout(idleMilliseconds, () => {
      if (!connection.#isPaused) connection.drop(silent(idleMilliseconds))
    })
    return connection
  }

  /** Closed, or about to be. */
  get isLost(): boolean {
    return this.#isLost
  }

  /** Something came of the answer that was asked for last. */
  get hasAnswered(): boolean {
    return this.#hasAnswered
  }

  /**
   * Resolves with the head; the body comes as the answer is read. `onOver` is told when that has ended, well or badly.
   * Errors: those of the socket, before a head came.
   */
  ask<Body extends KeptBody>({ head, body, take }: KeptRequest<Body>, onOver: () => void): Promise<Body> {
    this.#hasAnswered = false
    return new Promise((resolve, reject) => {
      const socket = this.#socket
      if (this.#isLost || socket === undefined) return reject(this.#error ?? hungUp())
      this.#asked = {
        take,
        hasBody: body !== undefined,
        resolve: resolve as (answer: KeptBody) => void,
        reject,
        onOver,
      }
      socket.ref()
      if (body === undefined) return void socket.write(head, 'latin1')
      // Both in one piece of the network's.
      socket.cork()
      socket.write(head, 'latin1')
      socket.write(body)
      socket.uncork()
    })
  }

  /** Nothing is asked of it for now: it keeps no process alive. */
  rest(): void {
    this.#socket?.unref()
  }

  drop(error?: Error): void {
    this.#isLost = true
    this.#error ??= error
    this.#socket?.destroy()
  }

  /** What breaks the protocol ends the connection, with a code such as those of Node's own parser. */
  #receive(bytes: Buffer): boolean {
    this.#hasAnswered = true
    try {
      this.#isPaused = !(this.#answer === undefined ? this.#receiveHead(bytes) : this.#answer.receive(bytes))
      return !this.#isPaused
    } catch (error) {
      this.drop(Object.assign(error as Error, { code: 'HPE_INVALID' }))
      return false
    }
  }

  #receiveHead(bytes: Buffer): boolean {
    if (this.#asked === undefined) throw new Error('an answer came that nobody asked for')
    this.#head = Buffer.concat([this.#head, bytes])
    const head = parseHead(this.#head)
    if (head === undefined) return true
    const rest = this.#head.subarray(head.byteCount)
    this.#head = Buffer.alloc(0)
    // An interim answer; the final one follows.
    if (head.status < 200) return rest.length === 0 || this.#receiveHead(rest)
    const { take, hasBody, resolve, onOver } = this.#asked
    // Who refuses a body may do so before having read it.
    const isLast = /\bclose\b/i.test(head.headers['connection'] ?? '') || (hasBody && head.status >= 300)
    const answer = take(head, {
      resume: () => this.#resume(),
      release: () => this.#release(isLast),
      drop: () => this.drop(),
    })
    this.#asked = undefined
    this.#answer = answer
    this.#onOver = onOver
    resolve(answer)
    return answer.receive(rest)
  }

  #resume(): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    this.#socket?.resume()
  }

  #release(isLast: boolean): void {
    this.#answer = undefined
    if (isLast) this.drop()
    this.#over()
  }

  #lose(): void {
    this.#isLost = true
    const asked = this.#asked
    this.#asked = undefined
    asked?.reject(this.#error ?? hungUp())
    this.#answer?.hangUp(this.#error)
    this.#answer = undefined
    this.#over()
  }

  #over(): void {
    const onOver = this.#onOver
    this.#onOver = undefined
    onOver?.()
  }
}

function silent(milliseconds: number): Error {
  const error = new Error(`nothing moved on the connection for ${milliseconds} ms`)
  return Object.assign(error, { code: 'ETIMEDOUT' })
}
