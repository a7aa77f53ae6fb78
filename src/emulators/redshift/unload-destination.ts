import { RedshiftFault } from './fault.js'
import type { S3Writer } from './s3-writer.js'
import type { UnloadRequest } from './unload-request.js'

/**
 * The check is on the string prefix, not on a directory (redshift.md 1.5). S3 is asked in any case, and refuses keys that
 * are not good. With PARTITION BY, CLEANPATH empties folders as they receive files.
 */
export async function prepareDestination(request: UnloadRequest, store: S3Writer): Promise<void> {
  const isEmpty = (await store.list(request.prefix, 1)).length === 0
  if (request.allowOverwrite || isEmpty) return
  if (request.cleanPath) {
    if (request.partitionBy === undefined) await removeAll(request.prefix, store)
    return
  }
  throw new RedshiftFault(
    'XX000',
    'Specified unload destination on S3 is not empty. Consider using a different bucket / prefix, manually removing the target files in S3, or using the ALLOWOVERWRITE option.',
  )
}

export async function removeAll(prefix: string, store: S3Writer): Promise<void> {
  for (;;) {
    const keys = await store.list(prefix, 1000)
    if (keys.length === 0) return
    for (const key of keys) await store.remove(key)
  }
}
