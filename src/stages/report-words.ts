import type { JobCounts } from '../model/manifest.js'
import type { Unmigrated } from '../model/plan.js'
import type { ReportHeader, ReportRelation } from './report.js'

/** The mode, and whether what it promised held. */
export function consistencyText({ consistency, moved }: Pick<ReportHeader, 'consistency' | 'moved'>): string {
  if (moved === undefined) return consistency
  const names = [...new Set(moved.map((one) => one.relation))]
  return names.length === 0 ? `${consistency}, stable` : `${consistency}, but moved: ${names.join(', ')}`
}

/** What the config left behind of a relation: nobody may take a part for the whole. */
export function partTexts({ where, leftOut, crossing }: ReportRelation): readonly string[] {
  return [
    ...(where === undefined ? [] : [`only rows where ${where}`]),
    ...(leftOut === undefined ? [] : [`without the columns ${leftOut.join(', ')}`]),
    ...(crossing === undefined ? [] : crossingTexts(crossing)),
  ]
}

const proofTexts: Readonly<Record<string, string>> = {
  'source+target': 'proven alike at both sides',
  'target-only': 'target-only (stored as they were read; nothing at the source told what to read)',
  'size-only': 'size-only (compared by size and ends)',
}

/** Streamed parts that are proven need no words; what a job carried, or nothing at the source vouches for, does. */
function crossingTexts(crossing: NonNullable<ReportRelation['crossing']>): readonly string[] {
  const { job, proofs, rerouted, resent = [] } = crossing
  const instead = rerouted === undefined ? [] : [`streamed instead of by job: ${rerouted}`]
  const proven = Object.entries(proofs).map(([proof, count]) => `${count} ${proofTexts[proof] ?? proof}`)
  if (job === undefined) {
    const isProven = Object.keys(proofs).every((proof) => proof === 'source+target')
    return [...(isProven ? [] : [`parts: ${proven.join(', ')}`]), ...instead, ...resent.map(resentText)]
  }
  return [
    `carried by job ${job.name} (${job.how}), parts: ${proven.join(', ') || 'none'}`,
    ...(job.told === undefined ? [] : [`the job tells of ${toldText(job.told)} objects in all`]),
    ...(job.differences ?? []).map((difference) => `the job does not tell what was found: ${difference}`),
    ...instead,
    ...resent.map(resentText),
  ]
}

function resentText({ key, reason }: { readonly key: string; readonly reason: string }): string {
  return `sent again: ${key.slice(key.lastIndexOf('/') + 1)} (${reason})`
}

function toldText(told: JobCounts): string {
  return Object.entries(told)
    .map(([word, count]) => `${count} ${word}`)
    .join(', ')
}

/** Objects that become no table, with their fate. */
export function leftOf({
  skipped,
  manual,
}: ReportHeader): readonly { readonly fate: string; readonly unmigrated: Unmigrated }[] {
  return [
    ...skipped.map((unmigrated) => ({ fate: 'skipped', unmigrated })),
    ...manual.map((unmigrated) => ({ fate: 'manual', unmigrated })),
  ]
}
