import type { IncomingMessage } from 'node:http'
import { bend, type Mishap } from '../object-store/mishap.js'
import type { JobSpec } from './job.js'
import { openSource, type SourceObject, type SourceStore } from './source-store.js'
import { describeTarget, putTarget, type TargetStore } from './target-store.js'

export interface Copy {
  readonly source: SourceStore
  readonly target: TargetStore
  readonly object: SourceObject
  readonly targetKey: string
  readonly spec: Pick<JobSpec, 'overwriteMode' | 'transferMode' | 'withLastModifyTime'>
  /** What goes wrong unnoticed: fewer bytes, or one bit flipped. */
  readonly mishap: Mishap
}

/** A file that the service could not copy, in the words of its report (transfer.md 1.8). */
export class CopyFault extends Error {}

const keptHeaders = [
  'content-type',
  'cache-control',
  'content-encoding',
  'content-disposition',
  'content-language',
  'expires',
]

/** Copies one object, unless what stands at the destination is to stay; size is compared, content is not (transfer.md 1.9). */
export async function copyObject(copy: Copy): Promise<'copied' | 'skipped'> {
  const { source, target, object, targetKey, spec, mishap } = copy
  if (targetKey.startsWith('/')) throw new CopyFault('the object name is not valid at the destination')
  const existing = await describeTarget(target, targetKey)
  if (existing !== undefined && spec.overwriteMode === 'never') return 'skipped'
  const response = await openSource(source, object.key)
  const type = contentType(response)
  if (existing !== undefined && spec.transferMode === 'lastmodified' && isCurrent(existing, object, type)) {
    response.destroy()
    return 'skipped'
  }
  await store(copy, response)
  if (mishap.truncateTo !== undefined) return 'copied'
  const after = await describeTarget(target, targetKey)
  if (Number(after?.['content-length']) !== object.byteCount) throw new CopyFault('check size failed')
  return 'copied'
}

/** Overwritten when the type differs, the source is later, or the size differs (transfer.md 1.9). */
function isCurrent(existing: IncomingMessage['headers'], object: SourceObject, type: string): boolean {
  const at = Date.parse(existing['last-modified'] ?? '')
  const isSame = existing['content-type'] === type && Number(existing['content-length']) === object.byteCount
  return isSame && object.modifiedAt <= at
}

async function store({ target, targetKey, spec, object, mishap }: Copy, response: IncomingMessage): Promise<void> {
  const whole = Number(response.headers['content-length'])
  if (whole !== object.byteCount) {
    response.destroy()
    throw new CopyFault('check content-length failed')
  }
  const headers: Record<string, string> = {
    'content-length': String(Math.min(whole, mishap.truncateTo ?? whole)),
    'content-type': contentType(response),
  }
  for (const name of keptHeaders) {
    const value = response.headers[name]
    if (typeof value === 'string') headers[name] = value
  }
  for (const [name, value] of Object.entries(response.headers)) {
    if (name.startsWith('x-amz-meta-')) headers[name.replace('x-amz-', 'x-oss-')] = String(value)
  }
  // The name of the metadata is the emulator's guess; that it is there by default is documented.
  if (spec.withLastModifyTime) headers['x-oss-meta-last-modified'] = new Date(object.modifiedAt).toUTCString()
  await putTarget(target, targetKey, headers, bend(response as AsyncIterable<Uint8Array>, mishap))
}

function contentType(response: IncomingMessage): string {
  return response.headers['content-type'] ?? 'application/octet-stream'
}
