/** A request that is answered with an error document (maxcompute.md 1.5). `code` is symbolic: `NoSuchObject`. */
export class ServiceError extends Error {
  readonly status: number
  readonly code: string
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message)
    this.status = status
    this.code = code
    this.headers = headers
  }
}

/** Where in the statement: 1-based line and column. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** A statement that fails; its message is the result of the Failed task: `ODPS-0130161:[1,8] Parse exception - …`. */
export class StatementError extends Error {
  /** Seven digits: `0130161`. */
  readonly code: string

  constructor(code: string, message: string) {
    super(`ODPS-${code}:${message}`)
    this.code = code
  }
}

export function parseError(at: Position, text: string): StatementError {
  return new StatementError('0130161', `${place(at)} Parse exception - ${text}`)
}

export function semanticError(at: Position, text: string): StatementError {
  return new StatementError('0130071', `${place(at)} Semantic analysis exception - ${text}`)
}

export function implicitCastError(at: Position, from: string, to: string): StatementError {
  return new StatementError(
    '0130141',
    `${place(at)} Illegal implicit type cast - cannot implicitly cast from ${from} to ${to}`,
  )
}

export function explicitCastError(at: Position, from: string, to: string): StatementError {
  return new StatementError('0140011', `${place(at)} Illegal type cast - cannot cast from ${from} to ${to}`)
}

export function tableNotFound(at: Position, project: string, table: string): StatementError {
  return new StatementError('0130131', `${place(at)} Table not found - table ${project}.${table} cannot be resolved`)
}

/** What a failing SerDe or Parquet reader looks like from outside (maxcompute.md 4.4). */
export function readerError(cause: string): StatementError {
  return new StatementError(
    '0123131',
    `User defined function exception - Traceback:\ncom.aliyun.odps.udf.UDFException: ${cause}`,
  )
}

export function overflowError(text: string): StatementError {
  return new StatementError('0121145', `Data overflow - ${text}`)
}

/** What the service has and this emulator has not: said by name, never half done. */
export function unsupported(at: Position, what: string): StatementError {
  return semanticError(at, `${what} is not supported by this emulator`)
}

export function place(at: Position): string {
  return `[${at.line},${at.column}]`
}
