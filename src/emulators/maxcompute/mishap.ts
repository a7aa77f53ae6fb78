import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FaultAction } from '../faults.js'
import type { Reply } from './exchange.js'
import { ServiceError } from './odps-error.js'

/** What a fault does before the request is served; `cut` ends the connection at once. */
export async function meetFault(fault: FaultAction | undefined): Promise<'cut' | undefined> {
  switch (fault?.do) {
    case undefined:
      return undefined
    case 'fail':
      throw new ServiceError(
        fault.status ?? 500,
        fault.code ?? 'InternalServerError',
        fault.message ?? 'ODPS-0010000: System internal error - on order',
      )
    case 'delay':
      await sleep(fault.milliseconds)
      return undefined
    case 'throttle':
      throw new ServiceError(429, 'RequestQuotaExceeded', 'ODPS-0420101: too many requests', {
        'retry-after': String(fault.delaySeconds ?? 1),
      })
    case 'die':
      process.kill(process.pid, 'SIGKILL')
      return 'cut'
    case 'cut':
      return fault.when === 'before' ? 'cut' : undefined
    case 'truncate':
    case 'corrupt':
    case 'mangle':
    case 'replace':
    case 'limit':
      return undefined
  }
}

/** Sends a reply, bent as a fault wants it: cut halfway or instead, short, or with one bit flipped. */
export async function sendReply(response: ServerResponse, reply: Reply, fault: FaultAction | undefined): Promise<void> {
  if (fault?.do === 'cut' && fault.when === 'after') return void response.destroy()
  const { body = '' } = reply
  if (typeof body !== 'string') return sendStream(response, reply, body, fault)
  const bytes = bend(Buffer.from(body), fault)
  response.writeHead(reply.status, { ...reply.headers, 'content-length': bytes.length })
  if (fault?.do !== 'cut') return void response.end(bytes)
  response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy())
}

function bend(bytes: Buffer, fault: FaultAction | undefined): Buffer {
  if (fault?.do === 'truncate') return bytes.subarray(0, fault.byteCount)
  if (fault?.do !== 'corrupt' || fault.at >= bytes.length) return bytes
  const copy = Buffer.from(bytes)
  copy[fault.at] = (copy[fault.at] ?? 0) ^ 1
  return copy
}

/** A long answer is sent in pieces; faults fall on the first one. */
async function sendStream(
  response: ServerResponse,
  reply: Reply,
  body: AsyncIterable<Buffer>,
  fault: FaultAction | undefined,
): Promise<void> {
  response.writeHead(reply.status, reply.headers)
  for await (const piece of body) {
    const bytes = bend(piece, fault)
    if (fault?.do === 'cut') return void response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy())
    if (bytes.length > 0 && !response.write(bytes))
      await Promise.race([once(response, 'drain'), once(response, 'close')])
    if (fault?.do === 'truncate') break
    if (response.destroyed) break
  }
  response.end()
}
