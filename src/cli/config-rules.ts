import { roleChainProblem } from '../dialect/redshift/role-chain.js'
import { rowFilterProblem } from '../dialect/redshift/row-filter.js'
import { MigrationError } from '../model/errors.js'
import { arrangementProblem } from '../translate/relation-choice.js'
import { relationChoices } from './comparable-queries.js'
import { fileRules } from './file-rules.js'
import type { Config } from './config-schema.js'
import { verify as verifySchema } from './verify-schema.js'
import { loadRules } from './load-authority.js'
import { onlineRules } from './online-rules.js'

type Redshift = Config['redshift']

/** What one setting demands of another; the schema, which is published, cannot say it. Throws `config`. */
export function checkRules(path: string, config: Config): Config {
  const broken = [
    ...prefixRules(config),
    ...loginRules(config.redshift),
    ...unloadRules(config),
    ...fileRules(config),
    ...filterRules(config),
    ...arrangementRules(config),
    ...namingRules(config),
    ...windowRules(config),
    ...verifyRules(config),
    ...onlineRules(config),
    ...loadRules(config),
  ][0]
  if (broken === undefined) return config
  throw new MigrationError('config', `${path}: ${broken.text}`, broken.hint === undefined ? {} : { hint: broken.hint })
}

/** Any name may stand beside the settings of `verify`, where it is a pattern: one that looks like none is a slip. */
function* verifyRules({ verify }: Config): Generator<Broken> {
  const slip = Object.keys(verify).find((key) => !/[*.]/.test(key) && !verifySettings.includes(key))
  if (slip === undefined) return
  const hint = 'patterns of relations have a dot or a *: sales.orders, tmp_*'
  yield { text: `verify.${slip}: there is no such setting`, hint }
}

const verifySettings = Object.keys(verifySchema.unwrap().shape)

export interface Broken {
  /** `s3.prefix: …` */
  readonly text: string
  readonly hint?: string
}

function* prefixRules(config: Config): Generator<Broken> {
  for (const [section, prefix] of [
    ['s3', config.s3.prefix],
    ['oss', config.oss.prefix],
  ] as const) {
    if (prefix !== '' && (!prefix.endsWith('/') || prefix.startsWith('/'))) {
      yield { text: `${section}.prefix: ${prefix} must end, and must not begin, with /` }
    }
  }
}

/** Combinations that Redshift refuses in UNLOAD, by the names that they have in dialect/redshift/unload-rules.ts. */
function* unloadRules({ redshift, s3, limits }: Config): Generator<Broken> {
  yield* authorizationRules(redshift)
  const problem = redshift.iamRole === undefined ? undefined : roleChainProblem(redshift.iamRole)
  if (problem !== undefined) {
    const hint = 'an ARN, ARNs joined by commas without blanks, or default'
    yield { text: `redshift.iamRole: ${problem} (role-chain)`, hint }
  }
  if (s3.encryption === 'auto' && s3.kmsKeyId !== undefined) {
    const hint = 'keep one: kmsKeyId names a key, encryption auto takes the default of the bucket'
    yield { text: 's3.encryption: auto does not go with s3.kmsKeyId (auto-with-kms)', hint }
  }
  const { partMegabytes, rowGroupMegabytes = 0 } = limits
  if (rowGroupMegabytes > partMegabytes) {
    yield { text: `limits.rowGroupMegabytes: ${rowGroupMegabytes} is more than limits.partMegabytes ${partMegabytes}` }
  }
}

function* authorizationRules({ unloadWith, iamRole }: Redshift): Generator<Broken> {
  if (unloadWith === 'role' && iamRole === undefined) {
    yield {
      text: 'redshift.iamRole: is needed with redshift.unloadWith role',
      hint: 'name a role attached to the cluster',
    }
  }
  if (unloadWith === 'keys' && iamRole !== undefined) {
    const hint = 'remove iamRole, or set unloadWith to role, which shows no key anywhere'
    yield { text: 'redshift.iamRole: does not go with redshift.unloadWith keys (one-authorization)', hint }
  }
}

function* windowRules({ windows }: Config): Generator<Broken> {
  const { zone, ...legs } = windows
  if (zone !== undefined && !isZone(zone)) {
    yield {
      text: `windows.zone: ${zone} is no time zone that this machine knows`,
      hint: 'Europe/Berlin, Asia/Shanghai, UTC',
    }
  }
  for (const [leg, hours] of Object.entries(legs)) {
    const [from, to] = (hours ?? '').split('-')
    if (hours === undefined || from !== to) continue
    yield { text: `windows.${leg}: ${hours} has no length`, hint: 'leave it out for the whole day' }
  }
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}

function* filterRules({ relations }: Config): Generator<Broken> {
  for (const [pattern, { where }] of Object.entries(relations)) {
    const problem = where === undefined ? undefined : rowFilterProblem(where)
    if (problem === undefined) continue
    yield {
      text: `relations.${pattern}.where: ${problem}`,
      hint: 'it is one condition, as it would stand behind WHERE',
    }
  }
}

/** What MaxCompute does not have together (maxcompute.md 5.5). */
function* arrangementRules(config: Config): Generator<Broken> {
  for (const choice of relationChoices(config)) {
    const subject = `relations.${choice.match}`
    const problem = arrangementProblem(choice)
    if (problem !== undefined) yield { text: `${subject}: ${problem}`, hint: 'choose one of them' }
    const { clustering } = choice
    if (typeof clustering === 'object' && clustering.kind === 'range' && clustering.buckets !== undefined) {
      yield { text: `${subject}.clustering.buckets: only for kind hash`, hint: 'range clustering chooses them itself' }
    }
  }
}

/** naming.schema is the place; maxcompute.schema says the same and is kept for configs that have it. */
function* namingRules({ naming, maxcompute }: Config): Generator<Broken> {
  if (naming.schema === undefined || maxcompute.schema === undefined || naming.schema === maxcompute.schema) return
  yield {
    text: `naming.schema: ${naming.schema} is not maxcompute.schema ${maxcompute.schema}`,
    hint: 'remove maxcompute.schema: naming.schema says the same',
  }
}

function* loginRules(redshift: Redshift): Generator<Broken> {
  if (redshift.reach === 'data-api') {
    yield* dataApiRules(redshift)
    return
  }
  if (redshift.secretArn !== undefined) yield { text: 'redshift.secretArn: only for redshift.reach data-api' }
  yield* redshift.login === 'iam' ? iamRules(redshift) : passwordRules(redshift)
}

function* dataApiRules(redshift: Redshift): Generator<Broken> {
  const { cluster, workgroup, dbUser, secretArn } = redshift
  if ((cluster === undefined) === (workgroup === undefined)) {
    yield { text: 'redshift.reach: data-api needs either redshift.cluster or redshift.workgroup' }
  }
  for (const name of ['host', 'user', 'password', 'caFile'] as const) {
    if (redshift[name] === undefined) continue
    yield {
      text: `redshift.${name}: only for redshift.reach direct`,
      hint: 'remove it: the Data API logs in by itself',
    }
  }
  if (dbUser !== undefined && (workgroup !== undefined || secretArn !== undefined)) {
    yield { text: 'redshift.dbUser: only for a cluster, and not with redshift.secretArn' }
  }
  yield* keyRules(redshift)
}

const iamOnly = [
  'cluster',
  'workgroup',
  'dbUser',
  'endpoint',
  'accessKeyId',
  'secretAccessKey',
  'sessionToken',
] as const

function* passwordRules(redshift: Redshift): Generator<Broken> {
  // Told first: whoever names a cluster forgot the login, not the password.
  for (const name of iamOnly) {
    if (redshift[name] === undefined) continue
    yield { text: `redshift.${name}: only for redshift.login iam`, hint: 'set redshift.login to iam, or remove it' }
  }
  for (const name of ['host', 'user', 'password'] as const) {
    if (redshift[name] !== undefined) continue
    yield {
      text: `redshift.${name}: is needed with redshift.login password`,
      hint: 'set it, or redshift.login to iam with a cluster or workgroup',
    }
  }
}

function* iamRules(redshift: Redshift): Generator<Broken> {
  const { cluster, workgroup, host, dbUser, tls } = redshift
  if (tls === 'off') {
    const hint = 'IAM logins send the password in clear inside TLS; remove tls, or log in with a password'
    yield { text: 'redshift.tls: off is not possible with redshift.login iam', hint }
  }
  if ((cluster === undefined) === (workgroup === undefined)) {
    yield { text: 'redshift.login: iam needs either redshift.cluster or redshift.workgroup' }
  }
  if (cluster !== undefined && host === undefined) {
    yield { text: 'redshift.host: is needed with redshift.cluster', hint: 'only a workgroup tells its own endpoint' }
  }
  if (workgroup !== undefined && dbUser !== undefined) {
    yield { text: 'redshift.dbUser: only for a cluster', hint: 'in a workgroup the IAM identity is the user' }
  }
  for (const name of ['user', 'password'] as const) {
    if (redshift[name] === undefined) continue
    const hint = 'remove it; redshift.dbUser names the user of a cluster'
    yield { text: `redshift.${name}: only for redshift.login password`, hint }
  }
  yield* keyRules(redshift)
}

function* keyRules({ accessKeyId, secretAccessKey, sessionToken }: Redshift): Generator<Broken> {
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined)) {
    yield { text: 'redshift.accessKeyId: goes with redshift.secretAccessKey, both or neither' }
  }
  if (sessionToken !== undefined && accessKeyId === undefined) {
    yield { text: 'redshift.sessionToken: needs redshift.accessKeyId and redshift.secretAccessKey' }
  }
}
