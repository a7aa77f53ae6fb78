import type { ClusteringPlan, RelationPlan } from '../../model/plan.js'

type Planned = Pick<RelationPlan, 'partition' | 'clustering' | 'primaryKey'>

/** What the service tells of a table's optional shape. Columns in any case. */
export interface FoundArrangement {
  readonly clustering?: ClusteringPlan
  readonly primaryKey: readonly string[]
  readonly transactional: boolean
}

export interface ArrangementDifference {
  readonly what: string
  readonly cannot: string
}

/** Partitions are chosen when a table is made. */
export function partitionDifferences(
  { partition }: Planned,
  found: readonly { readonly name: string; readonly type: string }[],
): readonly ArrangementDifference[] {
  const planned = partition === undefined ? '' : `${partition.target} STRING`
  const there = found.map(({ name, type }) => `${name.toLowerCase()} ${type.toUpperCase()}`).join(', ')
  if (planned === there) return []
  const what = there === '' ? 'not partitioned' : `partitioned by ${there}`
  return [
    {
      what: `${what}, planned ${planned === '' ? 'without' : `partitioned by ${planned}`}`,
      cannot: 'partitions are chosen when a table is made',
    },
  ]
}

/** Neither clustering nor a key is given to a table that stands, by this tool. */
export function arrangementDifferences(planned: Planned, found: FoundArrangement): readonly ArrangementDifference[] {
  return [
    ...difference(
      clusteringText(planned.clustering),
      clusteringText(found.clustering),
      'clustering of rows that stand would need them written anew',
    ),
    ...difference(
      keyText(planned.primaryKey),
      keyText(found.primaryKey),
      'a primary key is chosen when a table is made',
    ),
    // A Delta table without a key takes what a plain one takes; one that has a key is told by it.
    ...(found.transactional && found.primaryKey.length === 0 && planned.primaryKey === undefined
      ? [{ what: 'transactional, planned without', cannot: 'that is chosen when a table is made' }]
      : []),
  ]
}

function difference(planned: string, found: string, cannot: string): readonly ArrangementDifference[] {
  return planned === found ? [] : [{ what: `${found}, planned ${planned}`, cannot }]
}

function clusteringText(clustering: ClusteringPlan | undefined): string {
  if (clustering === undefined) return 'not clustered'
  const { kind, by, sortedBy, bucketCount = 0 } = clustering
  // Without a number the service chooses how many buckets a range has.
  const buckets = kind === 'hash' ? ` in ${bucketCount} buckets` : ''
  return `clustered by ${kind} of ${by.join(', ')} sorted by ${sortedBy.join(', ')}${buckets}`
}

function keyText(key: readonly string[] = []): string {
  return key.length === 0 ? 'no primary key' : `primary key (${key.join(', ')})`
}
