import { MigrationError } from '../../model/errors.js'
import type { FileColumn } from '../../model/manifest.js'

/** What `MANIFEST VERBOSE` says (redshift.md 1.6). */
export interface UnloadManifest {
  readonly entries: readonly UnloadManifestEntry[]
  readonly byteCount: number
  readonly rowCount: number
  /** Empty where the schema cannot be read. */
  readonly columns: readonly FileColumn[]
}

export interface UnloadManifestEntry {
  /** `s3://bucket/key` */
  readonly url: string
  readonly byteCount: number
  readonly rowCount: number
}

/**
 * Reads the manifest's entries, totals and columns. Redshift does not escape column names there, so a quote in a name
 * makes the whole no JSON; then the two trusted parts are cut out of the text, and no column is told.
 * Throws `source-failed` when anything else is malformed.
 */
export function parseUnloadManifest(text: string, subject: string): UnloadManifest {
  const parsed = parseWhole(text) ?? parseTrustedParts(text)
  const entries = field(parsed, 'entries')
  const read = Array.isArray(entries) ? entries.map(entryOf) : []
  const totals = totalsOf(field(parsed, 'meta'), read)
  if (!Array.isArray(entries) || totals === undefined || read.some((entry) => entry === undefined)) {
    throw new MigrationError('source-failed', `${subject}: the manifest that UNLOAD wrote cannot be read`, {
      hint: 'the unload is repeated under a new prefix when the command is run again',
    })
  }
  return { entries: read.filter((entry) => entry !== undefined), ...totals, columns: columnsOf(parsed) }
}

function columnsOf(parsed: unknown): readonly FileColumn[] {
  const elements = field(field(parsed, 'schema'), 'elements')
  if (!Array.isArray(elements)) return []
  return elements.flatMap((element) => {
    const name = field(element, 'name')
    const base = field(field(element, 'type'), 'base')
    return typeof name === 'string' ? [{ name, physicalType: typeof base === 'string' ? base : 'text' }] : []
  })
}

function parseWhole(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function parseTrustedParts(text: string): unknown {
  const entries = /^\s*\{\s*"entries"\s*:\s*(\[.*?\])\s*,\s*"schema"\s*:/s.exec(text)?.[1]
  const totals = /\}\s*,\s*"meta"\s*:\s*(\{[^{}]*\})\s*,\s*"author"\s*:\s*\{[^{}]*\}\s*\}\s*$/s.exec(text)?.[1]
  if (entries === undefined) return undefined
  return { entries: parseWhole(entries), ...(totals === undefined ? {} : { meta: parseWhole(totals) }) }
}

function entryOf(entry: unknown): UnloadManifestEntry | undefined {
  const url = field(entry, 'url')
  const counts = countsOf(field(entry, 'meta'))
  return typeof url === 'string' && counts !== undefined ? { url, ...counts } : undefined
}

/** Where a server writes no totals (U), the entries are what there is to compare with everything else. */
function totalsOf(meta: unknown, entries: readonly (UnloadManifestEntry | undefined)[]): ReturnType<typeof countsOf> {
  if (meta !== undefined) return countsOf(meta)
  const sum = (figure: 'byteCount' | 'rowCount'): number =>
    entries.reduce((total, entry) => total + (entry?.[figure] ?? 0), 0)
  return { byteCount: sum('byteCount'), rowCount: sum('rowCount') }
}

function countsOf(meta: unknown): { readonly byteCount: number; readonly rowCount: number } | undefined {
  const byteCount = field(meta, 'content_length')
  const rowCount = field(meta, 'record_count')
  return isCount(byteCount) && isCount(rowCount) ? { byteCount, rowCount } : undefined
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}
