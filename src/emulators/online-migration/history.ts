import type { XmlNode } from '../object-store/xml.js'

/** What a round has done so far. Files that were skipped count as copied, too (transfer.md 1.6). */
export interface Tally {
  totalCount: number
  totalSize: number
  copiedCount: number
  copiedSize: number
  skippedCount: number
  skippedSize: number
  failedCount: number
  isListed: boolean
}

export function emptyTally(): Tally {
  return {
    totalCount: 0,
    totalSize: 0,
    copiedCount: 0,
    copiedSize: 0,
    skippedCount: 0,
    skippedSize: 0,
    failedCount: 0,
    isListed: false,
  }
}

/** One change of a job's status: a row of ListJobHistory. */
export interface Commit {
  readonly id: number
  readonly runtimeId: number
  readonly status: string
  readonly startedAt: number
  endedAt: number | undefined
  /** Undefined where the service keeps no statistic. The open row shares it with its round. */
  tally: Tally | undefined
  readonly operator: 'user' | 'system'
  readonly message: string
}

export interface CommitOwner {
  readonly name: string
  readonly version: string
}

export function commitNodes(of: CommitOwner, commit: Commit, time: (at: number) => string): readonly XmlNode[] {
  const { tally } = commit
  return [
    ['Name', of.name],
    ['JobVersion', of.version],
    ['RuntimeId', commit.runtimeId],
    ['CommitId', commit.id],
    ['StartTime', time(commit.startedAt)],
    ['EndTime', commit.endedAt === undefined ? '' : time(commit.endedAt)],
    ['Status', commit.status],
    ['TotalCount', tally?.totalCount ?? -1],
    ['CopiedCount', tally?.copiedCount ?? -1],
    ['FailedCount', tally?.failedCount ?? -1],
    ['SkippedCount', tally?.skippedCount ?? -1],
    ['TotalSize', tally?.totalSize ?? -1],
    ['CopiedSize', tally?.copiedSize ?? -1],
    ['SkippedSize', tally?.skippedSize ?? -1],
    ['RuntimeState', commit.status === 'IMPORT_JOB_INTERRUPTED' ? 'Interrupt' : 'Normal'],
    ['Message', commit.message],
    ['Operator', commit.operator],
    ['ListStatus', tally?.isListed === true ? 'Finished' : 'Listing'],
  ]
}
