import { MigrationError } from '../model/errors.js'
import type { JobCounts } from '../model/manifest.js'
import type { Call } from '../model/work.js'
import type { OnlineMigrationClient } from './online-migration-client.js'
import { pauseFor } from './online-migration-connection.js'
import type { JobHistory } from './online-migration-model.js'

/** Looks at a report that is still being written. */
const reportLookCountMax = 10

/**
 * What the service itself says of a job that has ended: its report where it writes one, its result otherwise, and the
 * newest row of its history where it gives neither. It proves nothing, so a refusal is told and no failure.
 */
export async function toldOf(
  client: OnlineMigrationClient,
  name: string,
  { row, hasReport, pollMilliseconds }: { row: JobHistory; hasReport: boolean; pollMilliseconds: number },
  call: Call,
): Promise<JobCounts> {
  try {
    const told = hasReport ? await reported(client, row, pollMilliseconds, call) : undefined
    return told ?? (await resulting(client, name, row, call)) ?? rowCounts(row)
  } catch (error) {
    if (!(error instanceof MigrationError) || error.code === 'interrupted') throw error
    call.note({ text: `job ${name}: what it tells of itself cannot be read: ${error.message}` })
    return rowCounts(row)
  }
}

async function reported(
  client: OnlineMigrationClient,
  { jobVersion, runtimeId }: JobHistory,
  pollMilliseconds: number,
  call: Call,
): Promise<JobCounts | undefined> {
  if (jobVersion === undefined) return undefined
  for (let look = 1; look <= reportLookCountMax; look += 1) {
    const report = await client.getReport(jobVersion, call, runtimeId)
    const { totalCount, copiedCount, failedCount, skippedCount } = report
    if (report.status === 'Finished') return counts(totalCount, copiedCount, failedCount, skippedCount)
    if (report.status === 'Failed') return undefined
    await pauseFor(`report of ${jobVersion}`, pollMilliseconds, call.signal)
  }
  return undefined
}

async function resulting(
  client: OnlineMigrationClient,
  name: string,
  { runtimeId }: JobHistory,
  call: Call,
): Promise<JobCounts | undefined> {
  if (runtimeId === undefined) return undefined
  const result = await client.getJobResult(name, runtimeId, call)
  const { totalObjectCount, copiedObjectCount, failedObjectCount, skippedObjectCount } = result
  if (totalObjectCount === undefined && copiedObjectCount === undefined) return undefined
  return counts(totalObjectCount, copiedObjectCount, failedObjectCount, skippedObjectCount)
}

function rowCounts({ totalCount, copiedCount, failedCount, skippedCount }: JobHistory): JobCounts {
  return counts(totalCount, copiedCount, failedCount, skippedCount)
}

function counts(total?: number, copied?: number, failed?: number, skipped?: number): JobCounts {
  return {
    ...(total === undefined ? {} : { total }),
    ...(copied === undefined ? {} : { copied }),
    ...(failed === undefined ? {} : { failed }),
    ...(skipped === undefined ? {} : { skipped }),
  }
}

/** What was found in the stores of the parts that a job was to carry. */
export interface FoundParts {
  readonly partCount: number
  readonly missingCount: number
  /** There, but not as they should be. */
  readonly wrongCount: number
}

/**
 * Where the service's account of a finished job is not what the stores show. It may count more objects than there are
 * parts (files beside them), never fewer.
 */
export function differencesOf(told: JobCounts, { partCount, missingCount, wrongCount }: FoundParts): readonly string[] {
  const { total, failed = 0 } = told
  const badCount = missingCount + wrongCount
  const differences: string[] = []
  if (total !== undefined && total < partCount) {
    differences.push(`it tells of ${total} objects, and ${partCount} parts were to travel`)
  }
  if (badCount > failed) {
    const found = `${missingCount} of ${partCount} parts are missing and ${wrongCount} are not as they should be`
    differences.push(`it tells of ${failed === 0 ? 'none' : failed} that failed, but ${found}`)
  }
  if (badCount < failed)
    differences.push(`it tells of ${failed} that failed, but ${badCount} of ${partCount} parts did`)
  return differences
}
