import { z } from 'zod'

/** The sections of the config that name the five services. */

const secret = (what: string): z.ZodString =>
  z.string().min(1).describe(`${what}; by reference only: \${env:NAME} or \${file:path}`)

const roleArn = z.string().regex(/^acs:ram::\d+:role\/.+$/, 'reads acs:ram::<account id>:role/<name>')

export const redshift = z
  .strictObject({
    reach: z
      .enum(['direct', 'data-api'])
      .default('direct')
      .describe('over the network; or through the Redshift Data API, where no network path leads to the cluster'),
    host: z.string().min(1).optional().describe('absent only with a workgroup, which tells it, and with data-api'),
    port: z.int().min(1).max(65535).default(5439),
    database: z.string().min(1),
    login: z
      .enum(['password', 'iam'])
      .default('password')
      .describe('user and password; or iam: temporary logins for an AWS identity, at a cluster or a workgroup'),
    user: z.string().min(1).optional().describe('for login password'),
    password: secret('the database password').optional(),
    cluster: z.string().min(1).optional().describe('for login iam and data-api: identifier of the provisioned cluster'),
    workgroup: z.string().min(1).optional().describe('for login iam and data-api: name of the Serverless workgroup'),
    dbUser: z
      .string()
      .min(1)
      .optional()
      .describe("for a cluster: the database user to log in as; absent: the AWS identity's own user"),
    secretArn: z
      .string()
      .min(1)
      .optional()
      .describe('for data-api: a secret of Secrets Manager to log in with; absent: the AWS identity'),
    endpoint: z.string().optional().describe("of Redshift's API, for private links; the region's own when absent"),
    accessKeyId: z.string().optional().describe("for login iam and data-api; without keys AWS's own chain is used"),
    secretAccessKey: secret('the secret access key').optional(),
    sessionToken: secret('the session token of temporary keys').optional(),
    tls: z.enum(['verify', 'off']).default('verify').describe('off only on a network that you trust; never with iam'),
    caFile: z
      .string()
      .optional()
      .describe('certificates to trust for Redshift; Amazon publishes a bundle. Absent: those of ca'),
    queryGroup: z
      .string()
      .min(1)
      .optional()
      .describe('routes every statement to a queue; absent: the name of an UNLOAD is its query group'),
    unloadWith: z
      .enum(['role', 'keys'])
      .default('role')
      .describe(
        'UNLOAD writes with iamRole; or with the AWS keys of s3, else of the AWS chain, which query history shows masked',
      ),
    unloadMegabytesPerSecond: z
      .number()
      .positive()
      .default(100)
      .describe('what one UNLOAD moves, for estimates: of single-transaction, and of how long keys must hold'),
    iamRole: z
      .string()
      .min(1)
      .optional()
      .describe('ARN of the role that UNLOAD writes to S3 with; attached to the cluster, or a chain a,b; or default'),
    region: z
      .string()
      .optional()
      .describe("the cluster's region; when the bucket is in another one UNLOAD must name the bucket's"),
  })
  .describe('the source')

export const s3 = z
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

export const oss = z
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
    loadWith: z
      .enum(['role', 'default-role', 'keys'])
      .optional()
      .describe(
        'as whom LOAD reads OSS: as roleArn; as AliyunODPSDefaultRole; or with the keys below, which then stand in the text of every LOAD. role where there is a roleArn, default-role otherwise',
      ),
    accessKeyId: z.string().min(1),
    accessKeySecret: secret('the AccessKey secret'),
    securityToken: secret('the STS token of temporary keys').optional(),
    assumeRole: roleArn.optional().describe('work as this RAM role, with keys of STS that are fetched as needed'),
  })
  .describe('where the parts cross to')

export const maxcompute = z
  .strictObject({
    endpoint: z.string().min(1).describe('http(s)://service.<region>.maxcompute.aliyun.com/api'),
    project: z.string().min(1),
    schema: z.string().optional().describe('the same as naming.schema, for configs that have it here'),
    region: z.string().optional().describe('signs with V4; taken from the endpoint when absent'),
    accessId: z.string().min(1),
    accessKey: secret('the AccessKey secret'),
    securityToken: secret('the STS token of temporary keys').optional(),
    assumeRole: roleArn.optional().describe('work as this RAM role, with keys of STS that are fetched as needed'),
    quota: z
      .string()
      .min(1)
      .optional()
      .describe("odps.task.wlm.quota of every statement; the project's own when absent"),
    priority: z.int().min(0).max(9).optional().describe('of every statement: 0 first, 9 last, which is the default'),
    tunnelEndpoint: z.string().min(1).optional().describe('of long results; what the project tells when absent'),
    hiveCompatibleLoad: z
      .boolean()
      .default(false)
      .describe('send odps.sql.hive.compatible with every LOAD; some projects find the Parquet reader only then'),
  })
  .describe('the target')

export const access = z
  .strictObject({
    accessKeyId: z.string().min(1),
    accessKeySecret: secret('the AccessKey secret'),
    stsEndpoint: z.string().optional(),
    ramEndpoint: z.string().optional(),
  })
  .describe('STS and RAM, for doctor')

const minutes = (fallback: number, what: string): z.ZodDefault<z.ZodNumber> =>
  z.number().positive().default(fallback).describe(what)

export const onlineMigration = z
  .strictObject({
    endpoint: z.string().min(1).describe('https://<region>.mgw.aliyuncs.com; the account is put in front of the host'),
    region: z.string().min(1).describe("the OSS bucket's: cn-hangzhou, without oss-"),
    accountId: z.string().min(1).describe('UID of the main account'),
    roleName: z.string().min(1).describe('RAM role that the service writes OSS with (trusts mgw.aliyuncs.com); no ARN'),
    accessKeyId: z.string().min(1),
    accessKeySecret: secret('the AccessKey secret'),
    securityToken: secret('the STS token of temporary keys').optional(),
    assumeRole: roleArn.optional().describe('work as this RAM role, with keys of STS that are fetched as needed'),
    s3AccessKeyId: z
      .string()
      .min(1)
      .optional()
      .describe('long-term key of the IAM user that the service reads S3 with; those of s3 when absent'),
    s3SecretAccessKey: secret('the secret access key').optional(),
    s3Domain: z
      .string()
      .min(1)
      .optional()
      .describe("https://s3.<region>.amazonaws.com; that of s3's region when absent"),
    ossDomain: z
      .string()
      .min(1)
      .optional()
      .describe("endpoint of OSS that the service writes to; the region's when absent"),
    fromMegabytes: z
      .number()
      .nonnegative()
      .default(1024)
      .describe(
        'with carrier auto: relations of this size at the source and more go by job, smaller ones are streamed',
      ),
    runningJobs: z
      .int()
      .min(1)
      .max(100)
      .optional()
      .describe('jobs that run at once; 10 in mainland China and Hong Kong, 5 elsewhere when absent'),
    jobs: z.int().min(1).max(500).default(500).describe('jobs that one run makes at most; a region has 500'),
    megabitsPerSecond: z
      .number()
      .positive()
      .optional()
      .describe(
        'limit of each job; the 2,000 (elsewhere than in China and Hong Kong 1,000) of the service when absent',
      ),
    filesPerSecond: z.int().min(1).max(2000).optional().describe("limit of each job; the service's 2,000 when absent"),
    waitMinutes: minutes(120, 'longest that a job waits for the last relations of its consignment to be unloaded'),
    jobMinutes: minutes(
      1440,
      'longest that a job may take; then it is closed, and with carrier auto what is missing is streamed',
    ),
    stallMinutes: minutes(60, 'longest that a job may stand still; then the same'),
    pollSeconds: z.number().min(0.05).max(600).default(10).describe('between two looks at a job'),
    report: z
      .boolean()
      .default(false)
      .describe('let the service write its report, below the destination prefix and beside the parts'),
  })
  .describe("Alibaba's Data Online Migration, for the carriers online and auto")
