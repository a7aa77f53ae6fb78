import { randomBytes } from 'node:crypto'
import type { Answer } from './answer.js'
import type { Mishap } from './mishap.js'
import type { ObjectState } from './object-state.js'

const writes = new Set(['PutObject', 'CopyObject', 'CompleteMultipartUpload'])

interface Call {
  readonly operation: string
  readonly bucket: string
  readonly key: string
  readonly mishap: Mishap
}

/** Runs a call among replacements: a reader finds the other object, a writer's own does not stay. */
export async function runReplacing<T extends Call>(
  state: ObjectState,
  call: T,
  run: (call: T) => Promise<Answer>,
): Promise<Answer> {
  if (call.mishap.replaces !== true) return run(call)
  const isWrite = writes.has(call.operation)
  if (!isWrite) await replaceObject(state, call)
  const answer = await run(call)
  if (isWrite) await replaceObject(state, call)
  return answer
}

/** Same key, length and headers; other bytes, another ETag, no parts. */
async function replaceObject(state: ObjectState, { bucket, key }: Call): Promise<void> {
  const before = state.find(bucket, key)
  if (before === undefined) return
  const { headers, metadata, byteCount } = before
  await state.put(bucket, key, otherBytes(byteCount), [], ({ digests }) => ({
    headers,
    metadata,
    etag: digests.md5 ?? '',
  }))
}

async function* otherBytes(byteCount: number): AsyncGenerator<Uint8Array> {
  const block = randomBytes(Math.min(byteCount, 256 * 1024))
  for (let left = byteCount; left > 0; left -= block.length) yield block.subarray(0, left)
}
