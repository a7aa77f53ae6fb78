import type { UnloadRequest } from './unload-request.js'

const compressed = { GZIP: '.gz', ZSTD: '.zst', BZIP2: '.bz2' } as const

/** The object's name below prefix and folder (redshift.md 1.4). EXTENSION replaces the automatic ending. */
export function partName(request: UnloadRequest, slice: number, part: number): string {
  const { parallel, extension, format, compression } = request
  const automatic = format === 'PARQUET' ? '.parquet' : compression === undefined ? '' : compressed[compression]
  const ending = extension === undefined ? automatic : `.${extension.replace(/^\./, '')}`
  const number = String(part)
  if (!parallel) return number.padStart(3, '0') + ending
  return `${String(slice).padStart(4, '0')}_part_${number.padStart(2, '0')}${ending}`
}
