/** What an answer needs of the connection that it comes over. */
export interface AnswerOrigin {
  /** More bytes are wanted. */
  resume(): void
  /** The whole answer was read: another request may follow. */
  release(): void
  /** Nobody wants the rest. */
  drop(): void
}

/** Who takes the body of an answer. */
export interface KeptBody {
  /** Bytes of the connection, none at first, valid during the call only. False: no more for now. Throws where they break the protocol. */
  receive(bytes: Buffer): boolean
  /** The connection is closed. An answer may end by that only where nothing else tells its end. */
  hangUp(error: Error | undefined): void
}

/** As Node words it, with the code that adapters know. */
export function hungUp(): Error {
  return Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })
}
