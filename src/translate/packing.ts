import { createHash } from 'node:crypto'
import type { OnlineQuotas } from './online-quotas.js'

/** A relation as packing sees it: estimates, since it is packed before it is unloaded. */
export interface Freight {
  readonly relationId: string
  /** At the source; absent where the source does not tell: then nobody knows whether a job is worth it. */
  readonly byteCount?: number
  /** Largest part that UNLOAD may write. */
  readonly partByteCountMax: number
}

export interface PackingRules {
  /** `online`: everything goes by job; `auto`: what is large enough. */
  readonly carrier: 'online' | 'auto'
  /** For `auto`. */
  readonly fromByteCount: number
  readonly quotas: OnlineQuotas
}

/** Relations that one job carries. */
export interface PackedConsignment {
  readonly id: string
  readonly relationIds: readonly string[]
  readonly byteCount: number
  readonly fileCount: number
  /** What the service's limits make of it, at least. */
  readonly seconds: number
}

/** Each place of the region gets about so many jobs, so that those which end early do not wait long for the last one. */
const jobsPerPlace = 20
/** Addresses, listing and the service's own pace cost about a minute a job: shorter jobs are packed together. */
const jobSecondsMin = 600
/** What takes no longer than this in all is one job. */
const oneJobSeconds = 30
/** Manifests of one consignment are in memory together. */
const relationCountMax = 500
const fileCountMax = 100_000
/** One part a slice at least; how many slices the source has is not known when it is planned. */
const partCountMin = 16

/**
 * Packs relations into consignments, a job each: never more than the run may make, as even as their sizes allow, largest
 * first. A relation is never cut. What is missing from all of them is streamed. Equal input gives equal output.
 */
export function packConsignments(freights: readonly Freight[], rules: PackingRules): readonly PackedConsignment[] {
  const loads = freights.filter((freight) => goesByJob(freight, rules)).map((freight) => loadOf(freight, rules.quotas))
  loads.sort((one, other) => other.seconds - one.seconds || (one.relationId < other.relationId ? -1 : 1))
  const jobSeconds = jobSecondsOf(loads, rules.quotas)
  const alone = loads.filter(({ seconds }) => seconds >= jobSeconds)
  const bins = spread(loads.slice(alone.length), binCount(loads.slice(alone.length), jobSeconds, alone.length, rules))
  const packed = [...alone.map((load) => [load]), ...bins].map((members) => consignmentOf(members, rules.quotas))
  return inOrder(packed, rules.quotas)
}

/** Bytes that cost an UNLOAD about as much time as its beginning does. */
const unloadStartByteCount = 1024 ** 3

/**
 * Quick ones first, until every place has had one: jobs run while the large are still unloaded. Then largest first, so that
 * the last jobs are short.
 */
function inOrder(packed: readonly PackedConsignment[], quotas: OnlineQuotas): readonly PackedConsignment[] {
  const bySize = [...packed].sort((one, other) => other.seconds - one.seconds || (one.id < other.id ? -1 : 1))
  if (packed.length < jobsPerPlace * quotas.runningJobCountMax * 0.5) return bySize
  const effort = (one: PackedConsignment): number => one.byteCount + one.relationIds.length * unloadStartByteCount
  const quick = [...bySize].sort((one, other) => effort(one) - effort(other)).slice(0, quotas.runningJobCountMax)
  const isQuick = new Set(quick)
  return [...quick, ...bySize.filter((one) => !isQuick.has(one))]
}

interface Load {
  readonly relationId: string
  readonly byteCount: number
  readonly fileCount: number
  readonly seconds: number
}

function goesByJob({ byteCount }: Freight, { carrier, fromByteCount }: PackingRules): boolean {
  return carrier === 'online' || (byteCount !== undefined && byteCount >= fromByteCount)
}

function loadOf({ relationId, byteCount = 0, partByteCountMax }: Freight, quotas: OnlineQuotas): Load {
  const fileCount = Math.max(partCountMin, Math.ceil(byteCount / partByteCountMax))
  return { relationId, byteCount, fileCount, seconds: jobSecondsFor(byteCount, fileCount, quotas) }
}

/** The slower of both limits of a job decides. */
export function jobSecondsFor(byteCount: number, fileCount: number, quotas: OnlineQuotas): number {
  return Math.max((byteCount * 8) / quotas.bitsPerSecond, fileCount / quotas.filesPerSecond)
}

function jobSecondsOf(loads: readonly Load[], { runningJobCountMax, jobCountMax }: OnlineQuotas): number {
  const total = loads.reduce((sum, { seconds }) => sum + seconds, 0)
  // Half of the jobs at most are relations alone, so that the others find a place in the rest.
  const jobCount = Math.max(1, Math.min(runningJobCountMax * jobsPerPlace, Math.floor(jobCountMax / 2)))
  const even = total / jobCount
  // Where all of it is short, every place still gets a job before one is made longer.
  return Math.max(even, Math.min(jobSecondsMin, total / runningJobCountMax), oneJobSeconds)
}

function binCount(loads: readonly Load[], jobSeconds: number, aloneCount: number, { quotas }: PackingRules): number {
  const seconds = loads.reduce((sum, load) => sum + load.seconds, 0)
  const fileCount = loads.reduce((sum, load) => sum + load.fileCount, 0)
  const wanted = Math.max(
    Math.ceil(seconds / jobSeconds),
    Math.ceil(loads.length / relationCountMax),
    Math.ceil(fileCount / fileCountMax),
  )
  // A last round of jobs that leaves places empty is time lost.
  const places = quotas.runningJobCountMax
  const rounds = wanted <= 1 ? 1 : Math.ceil(wanted / places) * places
  return Math.max(1, Math.min(rounds, quotas.jobCountMax - aloneCount, loads.length))
}

/** Largest first, each to the bin that has least: within a third of the best there is (Graham). */
function spread(loads: readonly Load[], count: number): readonly (readonly Load[])[] {
  const bins = Array.from({ length: count }, () => ({ seconds: 0, loads: [] as Load[] }))
  for (const load of loads) {
    const free = bins.filter((bin) => bin.loads.length < relationCountMax)
    const least = (free.length > 0 ? free : bins).reduce((one, other) => (other.seconds < one.seconds ? other : one))
    least.loads.push(load)
    least.seconds += load.seconds
  }
  return bins.map((bin) => bin.loads).filter((bin) => bin.length > 0)
}

/** One relation's consignment bears its id; a pack's ends in a hash of its members, as an id does. */
function consignmentOf(loads: readonly Load[], quotas: OnlineQuotas): PackedConsignment {
  const relationIds = loads.map(({ relationId }) => relationId)
  const byteCount = loads.reduce((sum, load) => sum + load.byteCount, 0)
  const fileCount = loads.reduce((sum, load) => sum + load.fileCount, 0)
  const hash = createHash('sha256')
    .update(JSON.stringify([...relationIds].sort()))
    .digest('hex')
    .slice(0, 8)
  const id = relationIds.length === 1 ? (relationIds[0] ?? '') : `pack_${relationIds.length}-${hash}`
  return { id, relationIds, byteCount, fileCount, seconds: jobSecondsFor(byteCount, fileCount, quotas) }
}
