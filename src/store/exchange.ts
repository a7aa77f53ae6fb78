import type { Readable } from 'node:stream'
import type { Call } from '../model/work.js'
import { guardRequest } from './guarded-body.js'
import { OpenRequest } from './open-request.js'

/** Makes the house's error of a vendor's. */
export type Describe = (subject: string, error: unknown) => unknown

/** One request with a small body or none, under the caller's signal and deadline, and the patience that it may take. */
export async function ask<Answer>(
  subject: string,
  call: Call,
  describe: Describe,
  send: (request: OpenRequest) => Promise<Answer>,
  patienceMilliseconds?: number,
): Promise<Answer> {
  const request = new OpenRequest(subject, call, 0, patienceMilliseconds)
  try {
    return await send(request)
  } catch (error) {
    throw describe(subject, request.reasonOr(error))
  } finally {
    request.end()
  }
}

/** One request whose body is a stream of exactly `byteCount` bytes. The stream is closed when the request is over. */
export async function sendBody<Answer>(
  subject: string,
  call: Call,
  describe: Describe,
  body: { readonly stream: Readable; readonly byteCount: number },
  send: (body: Readable, request: OpenRequest) => Promise<Answer>,
): Promise<Answer> {
  const request = new OpenRequest(subject, call, body.byteCount)
  const guarded = guardRequest(body.stream, body.byteCount, request)
  try {
    return await send(guarded, request)
  } catch (error) {
    const failure = describe(subject, request.reasonOr(error))
    // A service that refuses early has not read the body, and the connection would wait for its rest.
    request.abort(failure instanceof Error ? failure : new Error(subject))
    throw failure
  } finally {
    request.end()
    guarded.destroy()
    body.stream.destroy()
  }
}

/** The same without the guards, for a transport that minds length and failure of the body itself. */
export async function sendBare<Answer>(
  subject: string,
  call: Call,
  describe: Describe,
  body: { readonly stream: Readable; readonly byteCount: number },
  send: (request: OpenRequest) => Promise<Answer>,
): Promise<Answer> {
  const request = new OpenRequest(subject, call, body.byteCount)
  try {
    return await send(request)
  } catch (error) {
    const failure = describe(subject, request.reasonOr(error))
    // A service that refuses early has not read the body, and the connection would wait for its rest.
    request.abort(failure instanceof Error ? failure : new Error(subject))
    throw failure
  } finally {
    request.end()
    body.stream.destroy()
  }
}
