/**
 * What exists in the emulated clouds: accounts, keys, buckets, roles. Static; both emulator processes read the same
 * `world.json`, so that each service can check what the real one would (signature, role attached, role trusted, region).
 */
export interface World {
  readonly aws: {
    readonly accountId: string
    readonly region: string
    readonly keys: readonly AwsKey[]
    readonly buckets: readonly AwsBucket[]
    readonly roles: readonly AwsRole[]
    /** Of KMS: ARNs. Absent: none. */
    readonly kmsKeys?: readonly string[]
    /** False: objects that come without a checksum have none, as before December 2024 (transfer.md 4). */
    readonly addsChecksum?: boolean
  }
  readonly alibaba: {
    /** Main account UID: digits. */
    readonly accountId: string
    /** `cn-hangzhou`, without `oss-`. */
    readonly region: string
    readonly keys: readonly AlibabaKey[]
    readonly buckets: readonly { readonly name: string; readonly region: string }[]
    readonly roles: readonly RamRole[]
  }
  readonly redshift: {
    readonly database: string
    readonly user: string
    readonly password: string
    /** Serverless: STL and STV views are denied (redshift.md 1.10). */
    readonly serverless: boolean
    /** Of a cluster; absent: `ra3.4xlarge`. */
    readonly nodeType?: string
  }
  readonly maxcompute: {
    readonly project: string
    readonly region: string
    /** Data type edition of the project (maxcompute.md 5.1). */
    readonly edition: '1.0' | '2.0' | 'hive'
    readonly timeZone: string
    /** Tables lie in schemas: names of three levels. False when absent. */
    readonly schemaModel?: boolean
    /** The project's READ_TABLE_MAX_ROW; absent, and at most: 10,000. */
    readonly resultRowCountMax?: number
  }
}

export interface AwsKey {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Set for temporary keys; requests must carry it. */
  readonly sessionToken?: string
  /** Milliseconds since 1970, for temporary keys; absent: never. */
  readonly expiresAt?: number
  /** ARNs of the KMS keys that it may use; absent: all. */
  readonly kmsKeys?: readonly string[]
}

export interface AwsBucket {
  readonly name: string
  readonly region: string
  /** ARN of the KMS key that new objects are encrypted with; absent: S3's own keys. */
  readonly kmsKey?: string
}

export interface AwsRole {
  readonly arn: string
  /** Attached to the Redshift cluster: only then UNLOAD may use it (redshift.md 1.8). */
  readonly attached: boolean
  /** Buckets that the role may write. */
  readonly buckets: readonly string[]
  /** What IAM_ROLE default means. */
  readonly isDefault?: boolean
  /** Roles that may assume it, as links of a chain; absent: every role. */
  readonly trusts?: readonly string[]
}

export interface AlibabaKey {
  readonly accessKeyId: string
  readonly accessKeySecret: string
  readonly securityToken?: string
  /** Milliseconds since 1970, for temporary keys. */
  readonly expiresAt?: number
}

export interface RamRole {
  readonly name: string
  /** `acs:ram::<account>:role/<name>` */
  readonly arn: string
  /** `odps.aliyuncs.com`, `mgw.aliyuncs.com`; account principals as `acs:ram::<account>:root`. */
  readonly trusts: readonly string[]
  readonly policies: readonly { readonly name: string; readonly document: string }[]
  /** Buckets that the role may read and list (and write, for the migration service). */
  readonly buckets: readonly string[]
}

/** Keys that the emulators use among themselves (UNLOAD writing to S3, LOAD reading from OSS); never printed. */
export const servicePrincipal = { accessKeyId: 'EMULATORSERVICE', secret: 'emulator-to-emulator' } as const

export function defaultWorld(): World {
  const aws = { accountId: '111122223333', region: 'us-east-1' }
  const alibaba = { accountId: '1234567890123456', region: 'cn-hangzhou' }
  const roleArn = (name: string): string => `acs:ram::${alibaba.accountId}:role/${name}`
  const bucketPolicy = JSON.stringify({
    Version: '1',
    Statement: [{ Effect: 'Allow', Action: ['oss:List*', 'oss:Get*', 'oss:Put*'], Resource: ['*'] }],
  })
  return {
    aws: {
      ...aws,
      keys: [{ accessKeyId: 'AKIAEMULATEDKEY00001', secretAccessKey: 'emulated/aws/secret/access/key/0000001' }],
      buckets: [{ name: 'redshift-stage', region: aws.region }],
      kmsKeys: [`arn:aws:kms:${aws.region}:${aws.accountId}:key/1234abcd-12ab-34cd-56ef-1234567890ab`],
      roles: [
        { arn: `arn:aws:iam::${aws.accountId}:role/RedshiftUnload`, attached: true, buckets: ['redshift-stage'] },
        { arn: `arn:aws:iam::${aws.accountId}:role/NotAttached`, attached: false, buckets: ['redshift-stage'] },
      ],
    },
    alibaba: {
      ...alibaba,
      keys: [{ accessKeyId: 'LTAIEmulatedKey00001', accessKeySecret: 'emulatedAlibabaSecret0000001' }],
      buckets: [{ name: 'maxcompute-stage', region: alibaba.region }],
      roles: [
        {
          name: 'MaxComputeLoad',
          arn: roleArn('MaxComputeLoad'),
          trusts: ['odps.aliyuncs.com'],
          policies: [{ name: 'MaxComputeLoadPolicy', document: bucketPolicy }],
          buckets: ['maxcompute-stage'],
        },
        {
          name: 'OnlineMigration',
          arn: roleArn('OnlineMigration'),
          trusts: ['mgw.aliyuncs.com'],
          policies: [{ name: 'OnlineMigrationPolicy', document: bucketPolicy }],
          buckets: ['maxcompute-stage'],
        },
        { name: 'NotTrusting', arn: roleArn('NotTrusting'), trusts: [], policies: [], buckets: [] },
      ],
    },
    redshift: { database: 'dev', user: 'migrator', password: 'Emulated-Passw0rd', serverless: false },
    maxcompute: {
      project: 'tpch_target',
      region: alibaba.region,
      edition: '2.0',
      timeZone: 'Asia/Shanghai',
    },
  }
}
