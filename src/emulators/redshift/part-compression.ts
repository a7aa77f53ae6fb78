import * as zlib from 'node:zlib'
import type { UnloadRequest } from './unload-request.js'

type Compression = NonNullable<UnloadRequest['compression']>

/** Newer versions of Node alone have it. */
const { zstdCompressSync } = zlib as { zstdCompressSync?: (bytes: Uint8Array) => Buffer }

export function canCompress(compression: Compression): boolean {
  return compression === 'GZIP' || (compression === 'ZSTD' && zstdCompressSync !== undefined)
}

/** What {@link canCompress} denies never comes here. */
export function compressPart(bytes: Uint8Array, compression: Compression | undefined): Uint8Array {
  if (compression === undefined) return bytes
  if (compression === 'GZIP') return zlib.gzipSync(bytes)
  if (zstdCompressSync === undefined || compression !== 'ZSTD') throw new Error(`no ${compression} in this Node`)
  return zstdCompressSync(bytes)
}
