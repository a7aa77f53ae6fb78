import type { ReportRelation } from './report.js'
import { legs, type Leg } from './stage.js'

export type Verdict = ReportRelation['verdict']

/** In the order in which a reader cares. */
export const verdicts: readonly Verdict[] = ['differs', 'failed', 'blocked', 'unverified', 'verified']

/** What the relations of a report add up to. */
export interface ReportTotals {
  readonly verdicts: Readonly<Record<Verdict, number>>
  readonly rowCount: number
  readonly byteCount: number
  readonly partCount: number
  /** Values that were compared, and those that differ. */
  readonly comparedCount: number
  readonly differenceCount: number
  /** Of all relations together; they overlap in time. */
  readonly milliseconds: Readonly<Record<Leg, number>>
  /** The relations that took longest, longest first. */
  readonly longest: readonly RelationFigures[]
}

export interface RelationFigures {
  readonly relation: string
  readonly verdict: Verdict
  readonly byteCount: number
  readonly milliseconds: Readonly<Record<Leg, number>>
}

/** Relations that the charts show; all of them stand in the tables. */
const longestCountMax = 25

export async function totalsOf(relations: AsyncIterable<ReportRelation>): Promise<ReportTotals> {
  const totals = {
    verdicts: { differs: 0, failed: 0, blocked: 0, unverified: 0, verified: 0 },
    rowCount: 0,
    byteCount: 0,
    partCount: 0,
    comparedCount: 0,
    differenceCount: 0,
    milliseconds: noTime(),
  }
  let longest: RelationFigures[] = []
  for await (const relation of relations) {
    const figures = figuresOf(relation)
    totals.verdicts[relation.verdict] += 1
    totals.rowCount += relation.rowCount ?? 0
    totals.byteCount += figures.byteCount
    totals.partCount += relation.partCount ?? 0
    totals.comparedCount += comparedCount(relation)
    totals.differenceCount += differenceCount(relation)
    for (const leg of legs) totals.milliseconds[leg] += figures.milliseconds[leg]
    longest = [...longest, figures].sort((a, b) => timeOf(b) - timeOf(a)).slice(0, longestCountMax)
  }
  return { ...totals, longest }
}

/** Of all legs together, in milliseconds. */
export function timeOf({ milliseconds }: Pick<RelationFigures, 'milliseconds'>): number {
  return legs.reduce((total, leg) => total + milliseconds[leg], 0)
}

export function comparedCount({ checks }: Pick<ReportRelation, 'checks'>): number {
  return checks.reduce((total, check) => total + check.comparedCount, 0)
}

export function differenceCount({ checks }: Pick<ReportRelation, 'checks'>): number {
  return checks.reduce((total, check) => total + check.discrepancies.length, 0)
}

function figuresOf({ relation, verdict, byteCount, milliseconds }: ReportRelation): RelationFigures {
  return { relation, verdict, byteCount: byteCount ?? 0, milliseconds: { ...noTime(), ...milliseconds } }
}

function noTime(): Record<Leg, number> {
  return { unload: 0, transfer: 0, load: 0, verify: 0 }
}
