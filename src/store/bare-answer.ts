import type { Readable } from 'node:stream'
import { brokenOff } from './guarded-body.js'
import type { OpenRequest } from './open-request.js'

type Destroyed = (error?: Error | null) => void

/**
 * The body of an answer as the port promises it. The connection holds it to its declared length: it ends there or
 * breaks off with an error, to which this gives the house's words. Closing it gives the connection back.
 */
export function bareAnswer(res: Readable, byteCount: number, request: OpenRequest): Readable {
  const destroy = res._destroy.bind(res)
  const broken = (error: Error): Error => brokenOff(request.subject, request.reasonOr(error))
  // The one place that every error of a stream passes before anyone hears of it.
  res._destroy = (error: Error | null, done: Destroyed): void =>
    destroy(error, (told) => done(told ? broken(told) : told))
  const onAbort = (): unknown => res.destroy(broken(request.signal.reason as Error))
  request.signal.addEventListener('abort', onAbort, { once: true })
  res.once('close', () => {
    request.signal.removeEventListener('abort', onAbort)
    request.end()
  })
  if (byteCount === 0) res.resume()
  return res
}
