import { MigrationError } from '../model/errors.js'
import type { Concern, Consistency } from '../model/plan.js'
import { concernOf } from '../translate/concern-codes.js'

/** How the source is read, as far as the plan tells of it. */
export interface SourceWay {
  readonly consistency: Consistency
  readonly unloadWith: 'role' | 'keys'
  /** As whom LOAD reads; absent: as a role. */
  readonly loadWith?: 'role' | 'default-role' | 'keys'
  /** What one UNLOAD moves, in MB a second; an estimate of the user's. */
  readonly unloadMegabytesPerSecond: number
}

/** Bytes at the source, of all relations together and of the largest. */
export interface SourceSizes {
  readonly byteCount: number
  readonly largestByteCount: number
}

/** Redshift ends an open transaction after six hours, and a query after a day (redshift.md 1.13). */
const transactionSecondsMax = 21_600
const querySecondsMax = 86_399

/** What the way of reading means for the whole plan. */
export function wayConcerns(way: SourceWay, sizes: SourceSizes): readonly Concern[] {
  const concerns: Concern[] = []
  if (way.consistency === 'single-transaction') {
    const about = durationOf(sizes.byteCount, way.unloadMegabytesPerSecond)
    const message = `one transaction holds all relations for about ${about}; TRUNCATE and DDL on them wait meanwhile`
    concerns.push(concernOf('RS0220', message))
    const problem = transactionProblem(sizes, way.unloadMegabytesPerSecond)
    if (problem !== undefined) concerns.push(concernOf('RS0221', problem))
  }
  if (way.unloadWith === 'keys') {
    concerns.push(
      concernOf('RS0222', 'UNLOAD carries AWS keys in its text; query history shows the statement, keys masked'),
    )
  }
  if (way.loadWith === 'keys') {
    const message =
      'every LOAD carries an AccessKey in its text; whoever may look at the instances of the project can read it'
    concerns.push(concernOf('RS0260', message))
  }
  return concerns
}

/** Why one transaction cannot take so long; undefined when it can. Figures of both sides are in it. */
export function transactionProblem(sizes: SourceSizes, megabytesPerSecond: number): string | undefined {
  const speed = `at ${megabytesPerSecond} MB/s (redshift.unloadMegabytesPerSecond)`
  const whole = secondsOf(sizes.byteCount, megabytesPerSecond)
  const longest = secondsOf(sizes.largestByteCount, megabytesPerSecond)
  if (longest > querySecondsMax) {
    return `the largest relation, ${megabytes(sizes.largestByteCount)}, takes ${longest} s ${speed}; Redshift ends a query after ${querySecondsMax} s`
  }
  if (whole > transactionSecondsMax) {
    return `${megabytes(sizes.byteCount)} take ${whole} s ${speed}; Redshift ends an open transaction after ${transactionSecondsMax} s`
  }
  return undefined
}

/** Throws `blocked` before anything is unloaded in a transaction that would not live to its end. */
export function refuseLongTransaction(byteCounts: readonly number[], megabytesPerSecond: number): void {
  const byteCount = byteCounts.reduce((sum, one) => sum + one, 0)
  const largestByteCount = byteCounts.reduce((most, one) => Math.max(most, one), 0)
  const problem = transactionProblem({ byteCount, largestByteCount }, megabytesPerSecond)
  if (problem === undefined) return
  throw new MigrationError('blocked', `single-transaction: ${problem} (RS0221)`, {
    hint: 'choose consistency each-relation, frozen or restored, or fewer relations with --select',
  })
}

function secondsOf(byteCount: number, megabytesPerSecond: number): number {
  return Math.ceil(byteCount / (megabytesPerSecond * 1024 * 1024))
}

function megabytes(byteCount: number): string {
  return `${Math.ceil(byteCount / (1024 * 1024))} MB`
}

function durationOf(byteCount: number, megabytesPerSecond: number): string {
  const minutes = Math.ceil(secondsOf(byteCount, megabytesPerSecond) / 60)
  return minutes < 120 ? `${minutes} minutes` : `${Math.ceil(minutes / 60)} hours`
}
