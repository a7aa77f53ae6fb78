import { parseBandwidth } from '../model/bandwidth.js'
import type { Timetable } from '../model/bandwidth.js'
import type { AccessKeys } from '../model/credentials.js'
import type { Location } from '../model/names.js'
import type { Config } from './config-schema.js'

export function sourceRoot(config: Config): Location {
  return { store: 's3', bucket: config.s3.bucket, key: config.s3.prefix }
}

export function targetRoot(config: Config): Location {
  return { store: 'oss', bucket: config.oss.bucket, key: config.oss.prefix }
}

/** Undefined unless there are both. */
export function keysOf(
  id: string | undefined,
  secret: string | undefined,
  token: string | undefined,
): AccessKeys | undefined {
  if (id === undefined || secret === undefined) return undefined
  return { accessKeyId: id, accessKeySecret: secret, ...(token === undefined ? {} : { securityToken: token }) }
}

export function paceOf({ transfer }: Config): { timetable?: Timetable } {
  const timetable = transfer.bandwidth === undefined ? undefined : parseBandwidth(transfer.bandwidth)
  return timetable === undefined ? {} : { timetable }
}
