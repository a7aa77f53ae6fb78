import type { CatalogEntry } from '../model/catalog.js'
import { MigrationError } from '../model/errors.js'
import { relationText } from '../model/names.js'
import type { ClusteringPlan, ColumnPlan, Concern } from '../model/plan.js'
import { concernOf } from './concern-codes.js'

/** `auto`: hash clustering by the distribution key, else range clustering by the sort key. Names are the source's. */
export type ClusteringChoice =
  | 'auto'
  | {
      readonly kind?: 'hash' | 'range' | undefined
      readonly by: readonly string[]
      readonly sortedBy?: readonly string[] | undefined
      readonly buckets?: number | undefined
    }

export interface Clustered {
  readonly clustering?: ClusteringPlan
  readonly concerns: readonly Concern[]
}

/** Buckets of a table whose size nobody told. */
const bucketCountDefault = 16
/** Most buckets (maxcompute.md 5.3). */
export const bucketCountMax = 4096
/** A bucket is to hold about this much of the source's bytes. */
const bucketByteCount = 512 * 1024 * 1024

const kinds = ['integer', 'decimal', 'boolean', 'date', 'timestamp', 'timestamptz', 'text']
/** Types that cannot be compared or are too wide to be a key. */
const unordered = ['JSON', 'BINARY']

/** `setting` names the place in the config in errors. */
export function clusteringOf(
  choice: ClusteringChoice,
  of: { readonly entry: CatalogEntry; readonly columns: readonly ColumnPlan[]; readonly setting: string },
): Clustered {
  const wanted = choice === 'auto' ? ofKeys(of.entry) : choice
  const relation = relationText(of.entry)
  if (wanted === undefined) {
    return { concerns: [concernOf('RS0235', `${relation} has no key to cluster by: none is carried`)] }
  }
  const kind = wanted.kind ?? 'hash'
  const by = targets(wanted.by, of)
  const sortedBy = targets(wanted.sortedBy ?? wanted.by, of)
  const bucketCount = kind === 'hash' ? (wanted.buckets ?? bucketsFor(of.entry.byteEstimate)) : undefined
  const clustering: ClusteringPlan = { kind, by, sortedBy, ...(bucketCount === undefined ? {} : { bucketCount }) }
  return { clustering, concerns: [concernOf('RS0234', `${relation} is clustered: ${clusteringText(clustering)}`)] }
}

/** `CLUSTERED BY (a) SORTED BY (b) INTO 16 BUCKETS`, for people. */
export function clusteringText({ kind, by, sortedBy, bucketCount }: ClusteringPlan): string {
  const range = kind === 'range' ? 'RANGE ' : ''
  const buckets = bucketCount === undefined ? '' : ` INTO ${bucketCount} BUCKETS`
  return `${range}CLUSTERED BY (${by.join(', ')}) SORTED BY (${sortedBy.join(', ')})${buckets}`
}

function ofKeys({ columns }: CatalogEntry): Exclude<ClusteringChoice, 'auto'> | undefined {
  const dist = columns.filter((column) => column.distKey).map((column) => column.name)
  const sorted = columns
    .filter((column) => column.sortKeyPosition !== 0)
    .sort((a, b) => Math.abs(a.sortKeyPosition) - Math.abs(b.sortKeyPosition))
    .map((column) => column.name)
  if (dist.length > 0) return { kind: 'hash', by: dist, ...(sorted.length === 0 ? {} : { sortedBy: sorted }) }
  return sorted.length === 0 ? undefined : { kind: 'range', by: sorted }
}

/** A power of two, so that tables of different sizes can still be joined bucket by bucket. */
function bucketsFor(byteEstimate: number | undefined): number {
  if (byteEstimate === undefined) return bucketCountDefault
  let count = 1
  while (count < bucketCountMax && count * bucketByteCount < byteEstimate) count *= 2
  return count
}

function targets(names: readonly string[], of: Parameters<typeof clusteringOf>[1]): readonly string[] {
  return names.map((name) => {
    const column = of.columns.find(({ source }) => source === name)
    const subject = `${of.setting}: ${relationText(of.entry)}`
    if (column === undefined) throw new MigrationError('config', `${subject} has no column ${name} to carry`)
    if (kinds.includes(column.kind) && !unordered.includes(column.targetType)) return column.target
    throw new MigrationError('config', `${subject}: ${name} (${column.targetType}) cannot be clustered by`)
  })
}
