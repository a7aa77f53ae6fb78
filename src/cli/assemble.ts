import { RamAccess } from '../access/ram-access.js'
import { assumedRoleCredentials, staticCredentials } from '../access/credentials.js'
import type { Access } from '../access/access.js'
import type { Carrier, ChecksumReader, Checksums, TransferProof } from '../carrier/carrier.js'
import { wholesPerSlot } from '../carrier/crossing.js'
import { EgressBudget } from '../carrier/egress-budget.js'
import { OnlineCarrier } from '../carrier/online-carrier.js'
import { OnlineMigrationClient } from '../carrier/online-migration-client.js'
import { PartReader } from '../carrier/part-reader.js'
import { RoutingCarrier } from '../carrier/routing-carrier.js'
import { StreamingCarrier, type StreamingCarrierOptions } from '../carrier/streaming-carrier.js'
import type { WorkerCopierOptions } from '../carrier/worker-copier.js'
import { parseByteCount } from '../model/bandwidth.js'
import type { AccessKeys, Credentials } from '../model/credentials.js'
import type { Call } from '../model/work.js'
import type { Ledger } from '../model/ledger.js'
import type { StatementWitness } from '../model/statement.js'
import { redshiftSource } from './assemble-source.js'
import type { Places } from '../stages/stage.js'
import { OssStore, type OssStoreOptions } from '../store/oss-store.js'
import { RetryingStore } from '../store/retrying-store.js'
import { S3Store, type S3StoreOptions } from '../store/s3-store.js'
import { MaxComputeClient } from '../target/maxcompute/client.js'
import { MaxComputeTarget } from '../target/maxcompute/maxcompute-target.js'
import type { LoadedConfig } from './config.js'
import type { Config } from './config-schema.js'
import { keysOf, paceOf } from './config-values.js'
import { onlineEnds, onlineLimits, qosOf } from './online-settings.js'

export { sourceRoot, targetRoot } from './config-values.js'

/** How what jobs carried is proven, where a command says otherwise than the config. */
export interface ProofChoice {
  readonly proof: TransferProof
  readonly checksums?: Checksums
}

/** The composition root: the only place of the command that knows which adapter stands behind a port. */
export function assemble(
  loaded: LoadedConfig,
  run: string,
  witness?: StatementWitness,
  proof?: ProofChoice,
  egress?: Ledger,
): Places {
  const s3 = new S3Store(s3Options(loaded))
  const oss = ossOptions(loaded)
  const sourceStore = new RetryingStore(s3)
  const targetStore = new RetryingStore(new OssStore(oss))
  const streaming = { ...paceOf(loaded.config), ...egressOf(loaded.config, egress), ...workersOf(loaded, s3, oss) }
  return {
    source: redshiftSource(loaded, run, sourceStore),
    sourceStore,
    targetStore,
    carrier: carrierOf(
      loaded,
      { from: sourceStore, to: targetStore, ...streaming },
      proof ?? { proof: loaded.config.transfer.proof },
    ),
    target: maxComputeTarget(loaded, witness),
  }
}

function carrierOf(loaded: LoadedConfig, between: StreamingCarrierOptions, proof: ProofChoice): Carrier {
  const { from, to, egress } = between
  const { carrier, limits, onlineMigration: online, s3, oss } = loaded.config
  const { chunksInFlight, chunkMegabytes } = limits
  const streaming = new StreamingCarrier({
    ...between,
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
    ...(egress && { egress }),
    ...proof,
    limits: { ...onlineLimits(online, carrier), judgedAtOnce: chunksInFlight },
    qos: qosOf(online),
    createReport: online.report,
    mayStreamAll: carrier === 'auto',
  })
  return new RoutingCarrier(streaming, jobs)
}

function egressOf({ transfer }: Config, ledger: Ledger | undefined): { egress?: EgressBudget } {
  const byteCountMax = transfer.maxEgress === undefined ? undefined : parseByteCount(transfer.maxEgress)
  return byteCountMax === undefined || ledger === undefined ? {} : { egress: new EgressBudget(byteCountMax, ledger) }
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
  return new PartReader(new RetryingStore(new S3Store(s3Options(loaded))), loaded.config.limits.chunksInFlight)
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

/** Every chunk, or small object, in flight holds one socket a side; listings and heads come on top. */
function socketCountMax(config: Config): number {
  return config.limits.chunksInFlight * wholesPerSlot + 8
}

function s3Options({ config, route }: LoadedConfig): S3StoreOptions {
  const { bucket, region, endpoint, pathStyle, accessKeyId, secretAccessKey, sessionToken } = config.s3
  const keys = keysOf(accessKeyId, secretAccessKey, sessionToken)
  return {
    bucket,
    region,
    pathStyle,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(keys === undefined ? {} : { credentials: staticCredentials(keys) }),
    socketCountMax: socketCountMax(config),
    route,
  }
}

function ossOptions(loaded: LoadedConfig): OssStoreOptions {
  const { config, route } = loaded
  const { bucket, region, endpoint, pathStyle, accessKeyId, accessKeySecret, securityToken, assumeRole } = config.oss
  const keys = keysOf(accessKeyId, accessKeySecret, securityToken) as AccessKeys
  return {
    bucket,
    region,
    pathStyle,
    ...(endpoint === undefined ? {} : { endpoint }),
    credentials: alibabaCredentials(loaded, keys, assumeRole),
    socketCountMax: socketCountMax(config),
    route,
  }
}

/** The threads that move the bytes; they reach the stores as this one does, and ask it for keys. */
function workersOf({ config }: LoadedConfig, s3: S3Store, oss: OssStoreOptions): { workers?: WorkerCopierOptions } {
  const { workers: count } = config.transfer
  if (count === 0) return {}
  const { credentials: to, ...toPlace } = oss
  const places = { from: s3.place, to: toPlace }
  return { workers: { count, places, credentials: { from: s3.credentials, to } } }
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
