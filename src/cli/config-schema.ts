import { z } from 'zod'

/** What the config file may say. No transforms: the published JSON Schema and this are the same thing. */

const relationPattern = z.string().min(1).describe('schema.relation, with * for any characters')
const atOnce = (fallback: number): z.ZodDefault<z.ZodInt> => z.int().min(1).max(64).default(fallback)
const secret = (what: string): z.ZodString =>
  z.string().min(1).describe(`${what}; by reference only: \${env:NAME} or \${file:path}`)

const redshift = z
  .strictObject({
    host: z.string().min(1).optional().describe('absent only with a workgroup, which tells its endpoint'),
    port: z.int().min(1).max(65535).default(5439),
    database: z.string().min(1),
    login: z
      .enum(['password', 'iam'])
      .default('password')
      .describe('user and password; or iam: temporary logins for an AWS identity, at a cluster or a workgroup'),
    user: z.string().min(1).optional().describe('for login password'),
    password: secret('the database password').optional(),
    cluster: z.string().min(1).optional().describe('for login iam: identifier of the provisioned cluster'),
    workgroup: z.string().min(1).optional().describe('for login iam: name of the Serverless workgroup'),
    dbUser: z
      .string()
      .min(1)
      .optional()
      .describe("for a cluster: the database user to log in as; absent: the AWS identity's own user"),
    endpoint: z.string().optional().describe("of Redshift's API, for private links; the region's own when absent"),
    accessKeyId: z.string().optional().describe("for login iam; without keys AWS's own chain is used"),
    secretAccessKey: secret('the secret access key').optional(),
    sessionToken: secret('the session token of temporary keys').optional(),
    tls: z.enum(['verify', 'off']).default('verify').describe('off only on a network that you trust; never with iam'),
    caFile: z
      .string()
      .optional()
      .describe('certificates to trust besides the system ones; Amazon publishes a bundle for Redshift'),
    iamRole: z
      .string()
      .min(1)
      .describe('ARN of the role that UNLOAD writes to S3 with; attached to the cluster, or a chain a,b; or default'),
    region: z
      .string()
      .optional()
      .describe("the cluster's region; when the bucket is in another one UNLOAD must name the bucket's"),
  })
  .describe('the source')

const s3 = z
  .strictObject({
    bucket: z.string().min(1),
    prefix: z.string().default('').describe('everything is written below it; empty, or ending in /'),
    region: z.string().min(1),
    endpoint: z.string().optional().describe('only for another S3 than Amazon’s'),
    pathStyle: z.boolean().default(false),
    accessKeyId: z.string().optional().describe("without keys AWS's own chain is used: environment, profile, role"),
    secretAccessKey: secret('the secret access key').optional(),
    sessionToken: secret('the session token of temporary keys').optional(),
    kmsKeyId: z.string().min(1).optional().describe('UNLOAD encrypts with this KMS key (SSE-KMS)'),
    encryption: z
      .enum(['auto'])
      .optional()
      .describe("auto: UNLOAD encrypts with the bucket's default KMS key when it has one; not together with kmsKeyId"),
  })
  .describe('where UNLOAD writes')

const oss = z
  .strictObject({
    bucket: z.string().min(1),
    prefix: z.string().default('').describe('everything is written below it; empty, or ending in /'),
    region: z.string().min(1).describe('cn-hangzhou, without oss-'),
    endpoint: z
      .string()
      .optional()
      .describe('the endpoint that this machine writes to; https://oss-<region>.aliyuncs.com when absent'),
    pathStyle: z.boolean().default(false),
    loadEndpoint: z
      .string()
      .optional()
      .describe('the endpoint that MaxCompute reads from; oss-<region>-internal.aliyuncs.com when absent'),
    roleArn: z
      .string()
      .optional()
      .describe(
        'RAM role that LOAD reads OSS with (trusts odps.aliyuncs.com); AliyunODPSDefaultRole of the account when absent',
      ),
    accessKeyId: z.string().min(1),
    accessKeySecret: secret('the AccessKey secret'),
    securityToken: secret('the STS token of temporary keys').optional(),
  })
  .describe('where the parts cross to')

const maxcompute = z
  .strictObject({
    endpoint: z.string().min(1).describe('http(s)://service.<region>.maxcompute.aliyun.com/api'),
    project: z.string().min(1),
    schema: z.string().optional().describe('three-level projects: template of the target schema, e.g. {schema}'),
    region: z.string().optional().describe('signs with V4; taken from the endpoint when absent'),
    accessId: z.string().min(1),
    accessKey: secret('the AccessKey secret'),
    securityToken: secret('the STS token of temporary keys').optional(),
    hiveCompatibleLoad: z
      .boolean()
      .default(false)
      .describe('send odps.sql.hive.compatible with every LOAD; some projects find the Parquet reader only then'),
  })
  .describe('the target')

const access = z
  .strictObject({
    accessKeyId: z.string().min(1),
    accessKeySecret: secret('the AccessKey secret'),
    stsEndpoint: z.string().optional(),
    ramEndpoint: z.string().optional(),
  })
  .describe('STS and RAM, for doctor')

const onlineMigration = z
  .strictObject({
    endpoint: z.string().min(1),
    region: z.string().min(1),
    accountId: z.string().min(1),
    roleName: z.string().min(1),
    accessKeyId: z.string().min(1),
    accessKeySecret: secret('the AccessKey secret'),
  })
  .describe(
    "Alibaba's Data Online Migration, for the carrier that drives its jobs; read, and not used before that carrier is there",
  )

const types = z
  .strictObject({
    timestamps: z
      .enum(['ntz', 'utc'])
      .default('ntz')
      .describe(
        'TIMESTAMP becomes TIMESTAMP_NTZ through a staging table (one more write of the relation), or TIMESTAMP read under UTC',
      ),
    char: z.enum(['varchar', 'char', 'string']).default('varchar'),
    varcharAs: z.enum(['varchar', 'string']).default('varchar'),
    overrides: z
      .array(
        z.strictObject({
          match: z
            .string()
            .min(1)
            .describe('a Redshift type (numeric(12,2), timestamp) or schema.relation.column with *'),
          type: z.string().min(1).describe('the MaxCompute type'),
          expression: z
            .string()
            .optional()
            .describe('Redshift SQL for the value; {column} stands for the quoted column'),
        }),
      )
      .default([]),
  })
  .prefault({})

const naming = z
  .strictObject({
    table: z.string().default('{table}').describe('{schema} and {table} stand for the source names'),
    tables: z.record(z.string(), z.string()).default({}).describe('schema.relation: table'),
    columns: z.record(z.string(), z.string()).default({}).describe('schema.relation.column: column'),
  })
  .prefault({})

const relations = z
  .record(
    relationPattern,
    z.strictObject({
      where: z
        .string()
        .min(1)
        .optional()
        .describe('one condition in Redshift SQL: only rows that satisfy it are carried, measured and verified'),
      columns: z
        .array(z.string().min(1))
        .min(1)
        .optional()
        .describe('only these columns are carried, in their old order'),
    }),
  )
  .default({})
  .describe('rows and columns to carry, by schema.relation with *; the last match wins, alone')

const verify = z
  .strictObject({
    default: z.enum(['count', 'aggregates']).default('aggregates'),
    queries: z.array(z.string()).default([]).describe('files of paired queries (one query in the SQL of each side)'),
  })
  .prefault({})

const limits = z
  .strictObject({
    unload: atOnce(4),
    transfer: atOnce(4),
    load: atOnce(8),
    verify: atOnce(4),
    chunksInFlight: atOnce(8).describe('over all relations'),
    chunkMegabytes: z.int().min(1).max(512).default(8),
    partMegabytes: z
      .int()
      .min(32)
      .max(1024)
      .default(256)
      .describe('UNLOAD MAXFILESIZE; MaxCompute reads files up to 2 GB'),
    rowGroupMegabytes: z
      .int()
      .min(32)
      .max(128)
      .optional()
      .describe('UNLOAD ROWGROUPSIZE; only the largest types of node take it. Redshift writes 32 when absent'),
  })
  .prefault({})

const hours = z
  .strictObject({
    unload: z.number().positive().default(24),
    transfer: z.number().positive().default(72),
    load: z.number().positive().default(24),
    verify: z.number().positive().default(24),
  })
  .describe('longest time for one step, by stage')
  .prefault({})

export const configSchema = z.strictObject({
  version: z.literal(1),
  redshift,
  s3,
  oss,
  maxcompute,
  access: access.optional(),
  onlineMigration: onlineMigration.optional(),
  select: z.array(relationPattern).min(1),
  exclude: z.array(relationPattern).default([]),
  carrier: z.enum(['streaming']).default('streaming'),
  consistency: z
    .enum(['each-relation', 'single-transaction', 'frozen', 'restored'])
    .default('each-relation')
    .describe(
      'the moment the relations are read at: each its own; all in one transaction (serial, holds locks); writes frozen by you and fenced; a restored snapshot',
    ),
  types,
  naming,
  relations,
  verify,
  limits,
  hours,
  lifecycleDays: z.int().min(1).max(37231).optional().describe('LIFECYCLE of the tables'),
  runs: z.string().default('runs').describe('folder of the runs, relative to this file'),
  ddl: z.string().default('ddl/maxcompute').describe('folder for the generated DDL, relative to this file'),
})

export type Config = z.output<typeof configSchema>
