import { finished } from 'node:stream'
import type { Readable } from 'node:stream'
import { MigrationError } from '../model/errors.js'
import { ExactLength } from './exact-length.js'
import type { OpenRequest } from './open-request.js'

/**
 * The body of an answer as the port promises it: exactly `byteCount` bytes or an error (a MigrationError that says
 * whether waiting may help). Closing it gives the connection back.
 */
export function guardAnswer(body: Readable, byteCount: number, request: OpenRequest): Readable {
  const guard = new ExactLength(byteCount, (seen) => shortAnswer(request.subject, byteCount, seen))
  const fail = (error: unknown): unknown => guard.destroy(brokenOff(request.subject, request.reasonOr(error)))
  const onAbort = (): unknown => fail(request.signal.reason)
  request.signal.addEventListener('abort', onAbort, { once: true })
  finished(body, { writable: false }, (error) => error && fail(error))
  guard.once('close', () => {
    request.signal.removeEventListener('abort', onAbort)
    request.end()
    if (!body.readableEnded) body.destroy()
  })
  return body.pipe(guard)
}

/**
 * The body of a request: exactly `byteCount` bytes, and a failing body aborts the request with its own error,
 * because HTTP clients wait for the rest of a body that broke off.
 */
export function guardRequest(body: Readable, byteCount: number, request: OpenRequest): Readable {
  const guard = new ExactLength(byteCount, (seen) => wrongBody(request.subject, byteCount, seen))
  const abort = (error: Error): void => request.abort(error)
  guard.once('error', abort)
  finished(body, { writable: false }, (error) => {
    if (error) guard.destroy(request.signal.aborted ? asError(request.signal.reason) : error)
  })
  request.signal.addEventListener('abort', () => guard.destroy(asError(request.signal.reason)), { once: true })
  guard.once('close', () => !body.readableEnded && body.destroy())
  return body.pipe(guard)
}

export function shortAnswer(subject: string, byteCount: number, seen: number): MigrationError {
  return new MigrationError('store-failed', `${subject}: the answer has ${seen} of ${byteCount} bytes`, {
    transient: true,
  })
}

/** An answer's body that did not come to its end. */
export function brokenOff(subject: string, error: unknown): MigrationError {
  if (error instanceof MigrationError) return error
  const message = `${subject}: the answer broke off: ${asError(error).message}`
  return new MigrationError('store-failed', message, { transient: true, cause: error })
}

export function wrongBody(subject: string, byteCount: number, seen: number): MigrationError {
  return new MigrationError(
    'store-failed',
    `${subject}: ${seen} bytes came to be written where ${byteCount} were declared`,
    {
      transient: true,
    },
  )
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
