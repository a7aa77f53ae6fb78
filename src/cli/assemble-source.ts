import { iamLogin, type IamLoginOptions } from '../source/redshift/iam-login.js'
import { RedshiftSource } from '../source/redshift/redshift-source.js'
import type { DataApiOptions } from '../source/redshift/data-api-session.js'
import type { DirectOptions } from '../source/redshift/direct-session.js'
import type { SessionOptions } from '../source/redshift/open-session.js'
import { unloadKeys, type UnloadKeys } from '../source/redshift/unload-keys.js'
import type { ObjectStore } from '../store/store.js'
import type { LoadedConfig } from './config.js'
import { keysOf } from './config-values.js'
import { resolve } from 'node:path'

/** Redshift as the config says that it is reached. */
export function redshiftSource(loaded: LoadedConfig, run: string, store: ObjectStore): RedshiftSource {
  const { redshift, s3, limits } = loaded.config
  const { iamRole, region } = redshift
  return new RedshiftSource({
    session: sessionOptions(loaded),
    ...(iamRole === undefined ? {} : { iamRole }),
    ...(redshift.unloadWith === 'keys' ? { unloadKeys: keysForUnload(loaded) } : {}),
    s3Region: s3.region,
    ...(region === undefined ? {} : { clusterRegion: region }),
    ...(s3.kmsKeyId === undefined ? {} : { kmsKeyId: s3.kmsKeyId }),
    ...(s3.encryption === undefined ? {} : { encryption: s3.encryption }),
    ...(limits.rowGroupMegabytes === undefined ? {} : { rowGroupMegabytes: limits.rowGroupMegabytes }),
    store,
    run,
  })
}

/** The keys of s3, since that is what UNLOAD writes to; without any, the chain of the AWS SDK. */
function keysForUnload({ config, route, hush }: LoadedConfig): UnloadKeys {
  const { accessKeyId, secretAccessKey, sessionToken, region } = config.s3
  const keys = keysOf(accessKeyId, secretAccessKey, sessionToken)
  return unloadKeys({
    region,
    route,
    megabytesPerSecond: config.redshift.unloadMegabytesPerSecond,
    ...(keys === undefined ? {} : { keys }),
    ...(hush === undefined ? {} : { hush }),
  })
}

function sessionOptions(loaded: LoadedConfig): SessionOptions {
  const { redshift } = loaded.config
  return redshift.reach === 'data-api' ? dataApiOptions(loaded) : directOptions(loaded)
}

/** config-rules.ts has seen to it that there is a cluster or a workgroup. */
function dataApiOptions({ config, route }: LoadedConfig): DataApiOptions {
  const { database, cluster, workgroup = '', dbUser, secretArn, endpoint, region, queryGroup } = config.redshift
  const { accessKeyId, secretAccessKey, sessionToken } = config.redshift
  const keys = keysOf(accessKeyId, secretAccessKey, sessionToken)
  const secret = secretArn === undefined ? {} : { secretArn }
  const user = dbUser === undefined ? {} : { dbUser }
  return {
    reach: 'data-api',
    of: cluster === undefined ? { workgroup, ...secret } : { cluster, ...user, ...secret },
    database,
    route,
    region: region ?? config.s3.region,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(keys === undefined ? {} : { keys }),
    ...(queryGroup === undefined ? {} : { queryGroup }),
  }
}

/** No proxy carries Redshift's own protocol; the authorities of all services hold for it where it names none of its own. */
function directOptions(loaded: LoadedConfig): DirectOptions {
  const { host, port, database, login, user, password, tls, queryGroup } = loaded.config.redshift
  const caFile = loaded.config.redshift.caFile ?? loaded.config.ca
  return {
    ...(host === undefined ? {} : { host }),
    port,
    database,
    tls,
    ...(caFile === undefined ? {} : { caFile: resolve(loaded.folder, caFile) }),
    ...(queryGroup === undefined ? {} : { queryGroup }),
    ...(login === 'iam' ? { login: iamLogin(iamOptions(loaded)) } : {}),
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
  }
}

/** config-rules.ts has seen to it that there is a cluster or a workgroup. */
function iamOptions({ config, route, hush }: LoadedConfig): IamLoginOptions {
  const { host, database, cluster, workgroup = '', dbUser, endpoint, region } = config.redshift
  const { accessKeyId, secretAccessKey, sessionToken } = config.redshift
  const keys = keysOf(accessKeyId, secretAccessKey, sessionToken)
  const user = dbUser === undefined ? {} : { dbUser }
  return {
    of: cluster === undefined ? { workgroup } : { cluster, ...user },
    database,
    route,
    hostKnown: host !== undefined,
    // UNLOAD's rule as well: a region that is not named is the bucket's.
    region: region ?? config.s3.region,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(keys === undefined ? {} : { keys }),
    ...(hush === undefined ? {} : { hush }),
  }
}
