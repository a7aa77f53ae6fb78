import { MigrationError } from '../model/errors.js'
import type { JobEnd } from './online-job.js'
import { OnlineMigrationRefusal } from './online-migration-error.js'

/** Whether what a job needs could not be had from the service; what else fails, such as the source's store, is no reason. */
export function reroutes(error: unknown): error is MigrationError {
  if (!(error instanceof MigrationError)) return false
  return ['transfer-failed', 'access-denied', 'access-unreachable'].includes(error.code)
}

/** Whether the service answered, and said no. */
export function isRefused(error: unknown): error is MigrationError {
  return error instanceof MigrationError && error.cause instanceof OnlineMigrationRefusal
}

/** Where everything is to go by job, one that was closed with parts left is told and not made good by streaming all of them. */
export function unfinished(name: string, end: JobEnd, failedCount: number, partCount: number): MigrationError {
  const left = `${failedCount} of ${partCount} parts have not arrived as they should`
  const how =
    end.how === 'gone' ? 'somebody removed it before it was done' : `${end.reason ?? 'it ended'}; it is closed`
  return new MigrationError('transfer-failed', `job ${name}: ${how}, and ${left}`, {
    hint: 'the same command makes another job; look at onlineMigration.jobMinutes and stallMinutes, or set carrier: auto, which streams what a job leaves',
  })
}
