import { regionQuotas, type OnlineQuotas } from '../translate/online-quotas.js'
import type { JobSettings } from '../stages/stage.js'
import type { PackingRules } from '../translate/packing.js'
import type { Config } from './config-schema.js'

type OnlineMigration = NonNullable<Config['onlineMigration']>

/** The quotas of the region, and what the config says of them. */
export function quotasOf(online: OnlineMigration): OnlineQuotas {
  const quotas = regionQuotas(online.region)
  const { runningJobs, jobs, megabitsPerSecond, filesPerSecond } = online
  return {
    runningJobCountMax: runningJobs ?? quotas.runningJobCountMax,
    jobCountMax: Math.min(jobs, quotas.jobCountMax),
    bitsPerSecond: megabitsPerSecond === undefined ? quotas.bitsPerSecond : megabitsPerSecond * 1_000_000,
    filesPerSecond: filesPerSecond ?? quotas.filesPerSecond,
  }
}

/** Limits that each job is given; none where the config names none. */
export function qosOf({ megabitsPerSecond, filesPerSecond }: OnlineMigration) {
  return {
    ...(megabitsPerSecond === undefined ? {} : { maxBandWidth: Math.round(megabitsPerSecond * 1_000_000) }),
    ...(filesPerSecond === undefined ? {} : { maxImportTaskQps: filesPerSecond }),
  }
}

/** How the service reaches both ends. */
export function onlineEnds(online: OnlineMigration, s3: Config['s3'], oss: Config['oss']) {
  return {
    source: {
      accessKeyId: online.s3AccessKeyId ?? s3.accessKeyId ?? '',
      secretAccessKey: online.s3SecretAccessKey ?? s3.secretAccessKey ?? '',
      domain: online.s3Domain ?? s3Domain(s3.region),
    },
    target: {
      regionId: `oss-${oss.region}`,
      roleName: online.roleName,
      ...(online.ossDomain === undefined ? {} : { domain: online.ossDomain }),
    },
  }
}

/** China's regions lie in a partition of their own (transfer.md 1.6). */
export function s3Domain(region: string): string {
  return `https://s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`
}

const minute = 60_000

/** `auto` streams what finds no place before it waits longer than a job may stand still. */
export function onlineLimits(online: OnlineMigration, carrier: Config['carrier']) {
  const { jobMinutes, stallMinutes, pollSeconds } = online
  return {
    pollMilliseconds: pollSeconds * 1000,
    jobMilliseconds: jobMinutes * minute,
    stallMilliseconds: stallMinutes * minute,
    placeMilliseconds: (carrier === 'auto' ? stallMinutes : jobMinutes) * minute,
    closeMilliseconds: 15 * minute,
    verifyMilliseconds: 3 * minute,
    runningJobCountMax: quotasOf(online).runningJobCountMax,
  }
}

/** While jobs run, others are unloaded for, and those that came through are loaded. */
export function jobSettings(online: OnlineMigration, carrier: Config['carrier'], unloadAtOnce: number): JobSettings {
  const { runningJobCountMax } = quotasOf(online)
  return {
    atOnce: 2 * runningJobCountMax + unloadAtOnce,
    waitMilliseconds: online.waitMinutes * minute,
    fromByteCount: carrier === 'auto' ? online.fromMegabytes * 1024 * 1024 : 0,
  }
}

/** How the plan packs relations; undefined where all are streamed. */
export function packingOf({ carrier, onlineMigration: online }: Config): PackingRules | undefined {
  if (carrier === 'streaming' || online === undefined) return undefined
  return { carrier, fromByteCount: online.fromMegabytes * 1024 * 1024, quotas: quotasOf(online) }
}
