import type { TableArrangement } from '../target.js'
import { childText, parseXml } from './xml.js'

/** Of the document of `?extended`: a JSON text within the JSON of the schema (maxcompute.md 3). */
interface Reserved {
  readonly Transactional?: string
  readonly PrimaryKey?: readonly string[]
  readonly ClusterType?: string
  readonly BucketNum?: string | number
  readonly ClusterCols?: readonly string[]
  readonly SortCols?: readonly { readonly col: string }[]
}

/** Undefined when the text is no such document. */
export function readArrangement(body: string): TableArrangement | undefined {
  const schema = parsed<{ readonly Reserved?: string }>(childText(parseXml(body, 'Table'), 'Schema'))
  if (schema === undefined) return undefined
  const reserved = parsed<Reserved>(schema.Reserved ?? '{}')
  if (reserved === undefined) return undefined
  const clustering = clusteringOf(reserved)
  return {
    primaryKey: lower(reserved.PrimaryKey),
    transactional: reserved.Transactional?.toLowerCase() === 'true',
    ...(clustering === undefined ? {} : { clustering }),
  }
}

/** A range without buckets has 0 of them. */
function clusteringOf(reserved: Reserved): TableArrangement['clustering'] {
  const kind = reserved.ClusterType?.toLowerCase()
  if (kind !== 'hash' && kind !== 'range') return undefined
  const bucketCount = Number(reserved.BucketNum ?? 0)
  return {
    kind,
    by: lower(reserved.ClusterCols),
    sortedBy: lower(reserved.SortCols?.map(({ col }) => col)),
    ...(bucketCount > 0 ? { bucketCount } : {}),
  }
}

function lower(names: readonly string[] = []): readonly string[] {
  return names.map((name) => name.toLowerCase())
}

function parsed<T>(text: string | undefined): T | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '')
    return typeof value === 'object' && value !== null ? (value as T) : undefined
  } catch {
    return undefined
  }
}
