import type { Readable } from 'node:stream'
import type { Credentials } from '../model/credentials.js'
import type { Call } from '../model/work.js'
import { ask, sendBody } from './exchange.js'
import { withFreshKeys, withKeysOnce } from './fresh-keys.js'
import type { OpenRequest } from './open-request.js'
import { s3Error } from './s3-failure.js'

/** One request through the SDK, which takes the same keys and does not mind when they are refused before their time. */
export async function askS3<Answer>(
  credentials: Credentials,
  subject: string,
  call: Call,
  send: (request: OpenRequest) => Promise<Answer>,
): Promise<Answer> {
  return withFreshKeys(credentials, () => ask(subject, call, s3Error, send)).catch((error: unknown) => {
    throw s3Error(subject, error)
  })
}

/** The same with a body. */
export async function sendToS3<Answer>(
  credentials: Credentials,
  subject: string,
  call: Call,
  body: { readonly stream: Readable; readonly byteCount: number },
  send: (body: Readable, request: OpenRequest) => Promise<Answer>,
): Promise<Answer> {
  return withKeysOnce(credentials, () => sendBody(subject, call, s3Error, body, send)).catch((error: unknown) => {
    // Keys that cannot be had are no fault of the body's, which nobody reads then.
    body.stream.destroy()
    throw s3Error(subject, error)
  })
}
