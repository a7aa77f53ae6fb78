import { RamAccess } from '../access/ram-access.js'
import { assumedRoleCredentials, staticCredentials } from '../access/credentials.js'
import type { Access } from '../access/access.js'
import type { Carrier, ChecksumReader, Checksums, TransferProof } from '../carrier/carrier.js'
import { OnlineCarrier } from '../carrier/online-carrier.js'
import { OnlineMigrationClient } from '../carrier/online-migration-client.js'
import { PartReader } from '../carrier/part-reader.js'
import { RoutingCarrier } from '../carrier/routing-carrier.js'
import { StreamingCarrier } from '../carrier/streaming-carrier.js'
import type { AccessKeys, Credentials } from '../model/credentials.js'
import type { Location } from '../model/names.js'
import type { Call } from '../model/work.js'
import type { StatementWitness } from '../model/statement.js'
import { iamLogin, type IamLoginOptions } from '../source/redshift/iam-login.js'
import { RedshiftSource } from '../source/redshift/redshift-source.js'
import type { DataApiOptions } from '../source/redshift/data-api-session.js'
import type { DirectOptions } from '../source/redshift/direct-session.js'
import type { SessionOptions } from '../source/redshift/open-session.js'
import { unloadKeys, type UnloadKeys } from '../source/redshift/unload-keys.js'
import type { Places } from '../stages/stage.js'
import { OssStore } from '../store/oss-store.js'
import { RetryingStore } from '../store/retrying-store.js'
import { S3Store } from '../store/s3-store.js'
import type { ObjectStore } from '../store/store.js'
import { MaxComputeClient } from '../target/maxcompute/client.js'
import { MaxComputeTarget } from '../target/maxcompute/maxcompute-target.js'
import type { LoadedConfig } from './config.js'
import type { Config } from './config-schema.js'
import { onlineEnds, onlineLimits, qosOf } from './online-settings.js'
import { resolve } from 'node:path'

/** How what jobs carried is proven, where a command says otherwise than the config. */
export interface ProofChoice {
  readonly proof: TransferProof
  readonly checksums?: Checksums
}

/** The composition root: the only place of the command that knows which adapter stands behind a port. */
export function assemble(loaded: LoadedConfig, run: string, witness?: StatementWitness, proof?: ProofChoice): Places {
  const sourceStore = s3Store(loaded)
  const targetStore = ossStore(loaded)
  return {
    source: redshiftSource(loaded, run, sourceStore),
    sourceStore,
    targetStore,
    carrier: carrierOf(loaded, sourceStore, targetStore, proof ?? { proof: loaded.config.transfer.proof }),
    target: maxComputeTarget(loaded, witness),
  }
}

function carrierOf(loaded: LoadedConfig, from: ObjectStore, to: ObjectStore, proof: ProofChoice): Carrier {
  const { carrier, limits, onlineMigration: online, s3, oss } = loaded.config
  const { chunksInFlight, chunkMegabytes } = limits
  const streaming = new StreamingCarrier({
    from,
    to,
    limits: {
      chunksInFlight,
      chunkByteCount: chunkMegabytes * 1024 * 1024,
      smallObjectByteCountMax: chunkMegabytes * 1024 * 1024,
      chunkAttemptCountMax: 3,
    },
  })
  const client = onlineClient(loaded)
  if (carrier === 'streaming' || client === undefined || online === undefined) return streaming
  const jobs = new OnlineCarrier({
    client,
    accountId: online.accountId,
    ...onlineEnds(online, s3, oss),
    from,
    to,
    streaming,
    ...proof,
    limits: { ...onlineLimits(online), judgedAtOnce: chunksInFlight },
    qos: qosOf(online),
    createReport: online.report,
  })
  return new RoutingCarrier(streaming, jobs)
}

function onlineClient(loaded: LoadedConfig): OnlineMigrationClient | undefined {
  const { onlineMigration: online } = loaded.config
  if (online === undefined) return undefined
  const { endpoint, accountId, region, accessKeyId, accessKeySecret, securityToken, assumeRole } = online
  const keys = keysOf(accessKeyId, accessKeySecret, securityToken) as AccessKeys
  const credentials = alibabaCredentials(loaded, keys, assumeRole)
  return new OnlineMigrationClient({ endpoint, accountId, region, credentials, route: loaded.route })
}

/** What reads parts at the source for their checksums; needs nothing but S3. */
export function assembleChecksumReader(loaded: LoadedConfig): ChecksumReader {
  return new PartReader(s3Store(loaded), loaded.config.limits.chunksInFlight)
}

/** Asks Data Online Migration how many jobs the region holds; undefined where the config does not have it. */
export function assembleJobCount(loaded: LoadedConfig): ((call: Call) => Promise<number>) | undefined {
  const client = onlineClient(loaded)
  if (client === undefined) return undefined
  return async (call) => {
    let count = 0
    for await (const _job of client.listJobs(call)) count += 1
    return count
  }
}

export function sourceRoot(config: Config): Location {
  return { store: 's3', bucket: config.s3.bucket, key: config.s3.prefix }
}

export function targetRoot(config: Config): Location {
  return { store: 'oss', bucket: config.oss.bucket, key: config.oss.prefix }
}

/** Every chunk in flight holds one socket a side; listings and heads come on top. */
function socketCountMax(config: Config): number {
  return config.limits.chunksInFlight + 8
}

function s3Store({ config, route }: LoadedConfig): ObjectStore {
  const { bucket, region, endpoint, pathStyle, accessKeyId, secretAccessKey, sessionToken } = config.s3
  const keys = keysOf(accessKeyId, secretAccessKey, sessionToken)
  return new RetryingStore(
    new S3Store({
      bucket,
      region,
      pathStyle,
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(keys === undefined ? {} : { credentials: staticCredentials(keys) }),
      socketCountMax: socketCountMax(config),
      route,
    }),
  )
}

function ossStore(loaded: LoadedConfig): ObjectStore {
  const { config, route } = loaded
  const { bucket, region, endpoint, pathStyle, accessKeyId, accessKeySecret, securityToken, assumeRole } = config.oss
  const keys = keysOf(accessKeyId, accessKeySecret, securityToken) as AccessKeys
  return new RetryingStore(
    new OssStore({
      bucket,
      region,
      pathStyle,
      ...(endpoint === undefined ? {} : { endpoint }),
      credentials: alibabaCredentials(loaded, keys, assumeRole),
      socketCountMax: socketCountMax(config),
      route,
    }),
  )
}

function keysOf(id: string | undefined, secret: string | undefined, token: string | undefined): AccessKeys | undefined {
  if (id === undefined || secret === undefined) return undefined
  return { accessKeyId: id, accessKeySecret: secret, ...(token === undefined ? {} : { securityToken: token }) }
}

/** The keys themselves or, with a role, what STS gives for it, again and again. */
function alibabaCredentials(
  { config, route, hush }: LoadedConfig,
  keys: AccessKeys,
  roleArn: string | undefined,
): Credentials {
  const own = staticCredentials(keys)
  if (roleArn === undefined) return own
  const stsEndpoint = config.access?.stsEndpoint
  const access = new RamAccess({ credentials: own, route, ...(stsEndpoint === undefined ? {} : { stsEndpoint }) })
  const onKeys = ({ accessKeySecret, securityToken }: AccessKeys): void => {
    hush?.(accessKeySecret)
    if (securityToken !== undefined) hush?.(securityToken)
  }
  return assumedRoleCredentials(access, roleArn, { onKeys })
}

function redshiftSource(loaded: LoadedConfig, run: string, store: ObjectStore): RedshiftSource {
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

function maxComputeTarget(loaded: LoadedConfig, witness: StatementWitness | undefined): MaxComputeTarget {
  const { config, route } = loaded
  const { endpoint, project, region, accessId, accessKey, securityToken, assumeRole } = config.maxcompute
  const { quota, priority, tunnelEndpoint } = config.maxcompute
  const keys = keysOf(accessId, accessKey, securityToken) as AccessKeys
  return new MaxComputeTarget(
    new MaxComputeClient({
      endpoint,
      project,
      route,
      ...(region === undefined ? {} : { region }),
      ...(quota === undefined ? {} : { settings: { 'odps.task.wlm.quota': quota } }),
      ...(priority === undefined ? {} : { priority }),
      ...(tunnelEndpoint === undefined ? {} : { tunnelEndpoint }),
      ...(witness === undefined ? {} : { witness }),
      credentials: alibabaCredentials(loaded, keys, assumeRole),
    }),
  )
}

/** Undefined when the config has no `access`. */
export function assembleAccess({ config, route }: LoadedConfig): Access | undefined {
  if (config.access === undefined) return undefined
  const { accessKeyId, accessKeySecret, stsEndpoint, ramEndpoint } = config.access
  return new RamAccess({
    credentials: staticCredentials({ accessKeyId, accessKeySecret }),
    route,
    ...(stsEndpoint === undefined ? {} : { stsEndpoint }),
    ...(ramEndpoint === undefined ? {} : { ramEndpoint }),
  })
}
