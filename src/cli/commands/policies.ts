import type { Context } from '../context.js'
import type { Config } from '../config-schema.js'
import { loadWithOf } from '../load-authority.js'
import { onlinePolicies } from '../online-policies.js'
import { targetGrants } from '../target-grants.js'

export interface Policy {
  readonly for: string
  readonly document: object
}

/** The least that each system must be allowed, with this config's buckets and names filled in. */
export async function policies(context: Context): Promise<number> {
  const { config } = await context.config()
  for (const policy of policiesOf(config)) {
    context.talk.data(policy, () => `# ${policy.for}\n${JSON.stringify(policy.document, undefined, 2)}\n`)
  }
  for (const grant of grants(config)) context.talk.data({ for: 'Redshift', grant }, () => grant)
  for (const one of targetGrants(config)) context.talk.data(one, () => `${one.grant} -- ${one.why}`)
  return 0
}

function policiesOf(config: Config): readonly Policy[] {
  return [
    { for: unloader(config), document: unloadPolicy(config) },
    { for: 'AWS identity of this machine: reads what UNLOAD wrote', document: readPolicy(config) },
    ...loginPolicies(config),
    ...loaderPolicies(config),
    { for: 'RAM identity of this machine: writes to OSS', document: writePolicy(config) },
    ...cleanPolicies(config),
    ...onlinePolicies(config, readPolicy(config), (actions) => ossPolicy(config, actions)),
  ]
}

function loaderPolicies(config: Config): readonly Policy[] {
  const document = loadPolicy(config)
  const loadWith = loadWithOf(config)
  if (loadWith === 'keys') return [{ for: 'RAM user of the keys that LOAD reads with: permissions', document }]
  const role = (loadWith === 'role' ? config.oss.roleArn : undefined) ?? 'AliyunODPSDefaultRole'
  return [
    { for: `RAM role ${role}: trust policy`, document: odpsTrust },
    { for: `RAM role ${role}: permissions`, document },
  ]
}

/** Objects and uploads below the prefixes of a run; needed at no other time. */
function cleanPolicies(config: Config): readonly Policy[] {
  const { s3 } = config
  const arn = `arn:${partition(s3.region)}:s3:::${s3.bucket}`
  const Statement = [
    allow(['s3:DeleteObject', 's3:AbortMultipartUpload'], `${arn}/${s3.prefix}*`),
    allow(['s3:ListBucket', 's3:ListBucketMultipartUploads'], arn),
  ]
  const actions = ['oss:ListObjects', 'oss:GetObject', 'oss:DeleteObject']
  const uploads = ['oss:ListMultipartUploads', 'oss:AbortMultipartUpload']
  return [
    {
      for: 'AWS identity of this machine: migrate clean removes parts',
      document: { Version: '2012-10-17', Statement },
    },
    {
      for: 'RAM identity of this machine: migrate clean removes parts and open uploads',
      document: ossPolicy(config, [...actions, ...uploads]),
    },
  ]
}

/** With keys it is the identity that they belong to, which may be another than this machine's. */
function unloader({ redshift }: Config): string {
  if (redshift.iamRole === undefined) return 'AWS identity of the keys that UNLOAD writes with: permissions'
  return `AWS role ${redshift.iamRole}: attach it to the cluster; trust redshift.amazonaws.com; permissions`
}

/**
 * A temporary password is asked for by cluster, user and database; a workgroup's id is in nobody's config, so its
 * statement names all of the region. Account ids are not known here: narrow the stars where you know them.
 */
function loginPolicies(config: Config): readonly Policy[] {
  const { reach, login, secretArn, cluster, dbUser, database, region = config.s3.region } = config.redshift
  if (reach === 'data-api' && secretArn !== undefined)
    return [dataApiPolicy(config, [allow(['secretsmanager:GetSecretValue'], secretArn)])]
  if (login !== 'iam' && reach === 'direct') return []
  const arn = (service: string, rest: string): string => `arn:${partition(region)}:${service}:${region}:*:${rest}`
  const statement =
    cluster === undefined
      ? {
          Action: ['redshift-serverless:GetCredentials', 'redshift-serverless:GetWorkgroup'],
          Resource: arn('redshift-serverless', 'workgroup/*'),
        }
      : {
          Action: [dbUser === undefined ? 'redshift:GetClusterCredentialsWithIAM' : 'redshift:GetClusterCredentials'],
          Resource: [
            ...(dbUser === undefined ? [] : [arn('redshift', `dbuser:${cluster}/${dbUser}`)]),
            arn('redshift', `dbname:${cluster}/${database}`),
          ],
        }
  if (reach === 'data-api') return [dataApiPolicy(config, [{ Effect: 'Allow', ...statement }])]
  const document = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...statement }] }
  return [{ for: 'AWS identity of this machine: logs in to Redshift', document }]
}

/** Of statements one sees only one's own, so all but the first take no resource (redshift.md 6.3). */
function dataApiPolicy({ redshift, s3 }: Config, more: readonly object[]): Policy {
  const { cluster, region = s3.region } = redshift
  const of =
    cluster === undefined ? `redshift-serverless:${region}:*:workgroup/*` : `redshift:${region}:*:cluster:${cluster}`
  const look = ['DescribeStatement', 'GetStatementResult', 'CancelStatement'].map((action) => `redshift-data:${action}`)
  const Statement = [
    allow(['redshift-data:ExecuteStatement'], `arn:${partition(region)}:${of}`),
    allow(look, '*'),
    ...more,
  ]
  const document = { Version: '2012-10-17', Statement }
  return { for: 'AWS identity of this machine: sends statements by the Redshift Data API', document }
}

function allow(action: readonly string[], resource: string): object {
  return { Effect: 'Allow', Action: action, Resource: resource }
}

function partition(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn'
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws'
}

/** redshift.md 1.8 */
function unloadPolicy(config: Config): object {
  const actions = ['s3:PutObject', 's3:GetObject', 's3:AbortMultipartUpload']
  return awsPolicy(
    config,
    actions,
    ['s3:ListBucket', 's3:GetBucketLocation', 's3:ListBucketMultipartUploads'],
    ['kms:GenerateDataKey', 'kms:Decrypt'],
  )
}

function readPolicy(config: Config): object {
  return awsPolicy(config, ['s3:GetObject'], ['s3:ListBucket', 's3:GetBucketLocation'], ['kms:Decrypt'])
}

function awsPolicy(
  config: Config,
  objects: readonly string[],
  bucket: readonly string[],
  kms: readonly string[],
): object {
  const { s3 } = config
  const arn = `arn:${partition(s3.region)}:s3:::${s3.bucket}`
  const statements = [
    allow(objects, `${arn}/${s3.prefix}*`),
    allow(bucket, arn),
    ...(s3.kmsKeyId === undefined ? [] : [allow(kms, s3.kmsKeyId)]),
  ]
  return { Version: '2012-10-17', Statement: statements }
}

const odpsTrust = {
  Version: '1',
  Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: ['odps.aliyuncs.com'] } }],
}

/** LOAD reads and lists (maxcompute.md 4.2). */
function loadPolicy(config: Config): object {
  return ossPolicy(config, ['oss:GetObject', 'oss:ListObjects', 'oss:ListParts'])
}

function writePolicy(config: Config): object {
  const actions = ['oss:PutObject', 'oss:GetObject', 'oss:ListObjects', 'oss:ListParts', 'oss:AbortMultipartUpload']
  // What a job left wrong is removed before it is sent again.
  return ossPolicy(config, config.carrier === 'streaming' ? actions : [...actions, 'oss:DeleteObject'])
}

function ossPolicy(config: Config, actions: readonly string[]): object {
  const resource = [`acs:oss:*:*:${config.oss.bucket}`, `acs:oss:*:*:${config.oss.bucket}/${config.oss.prefix}*`]
  return { Version: '1', Statement: [{ Effect: 'Allow', Action: actions, Resource: resource }] }
}

/** Without a name of its own an IAM identity is the user of its name, as Redshift shows it after the first login. */
function databaseUser({ redshift }: Config): string {
  return redshift.user ?? redshift.dbUser ?? 'IAMR:<role>'
}

function grants(config: Config): readonly string[] {
  const user = `"${databaseUser(config).replaceAll('"', '""')}"`
  const schemas = [
    ...new Set(
      config.select
        .map((pattern) => pattern.split('.')[0] ?? '')
        .filter((name) => name !== '' && !name.includes('*') && !name.startsWith('!')),
    ),
  ]
  return schemas.flatMap((schema) => [
    `GRANT USAGE ON SCHEMA "${schema}" TO ${user};`,
    `GRANT SELECT ON ALL TABLES IN SCHEMA "${schema}" TO ${user};`,
  ])
}
