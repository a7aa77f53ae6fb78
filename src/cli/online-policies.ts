import type { Policy } from './commands/policies.js'
import type { Config } from './config-schema.js'

/** What Data Online Migration needs where parts cross by its jobs (transfer.md 1.5, 1.10). */
export function onlinePolicies(
  { carrier, onlineMigration: online }: Config,
  readS3: object,
  ofOss: (actions: readonly string[]) => object,
): readonly Policy[] {
  if (carrier === 'streaming' || online === undefined) return []
  const role = `RAM role ${online.roleName}`
  return [
    { for: 'AWS user whose long-term keys Data Online Migration reads S3 with', document: readS3 },
    { for: `${role}: trust policy`, document: mgwTrust },
    { for: `${role}: permissions; Data Online Migration writes with it`, document: ofOss(roleActions) },
    { for: 'RAM identity of this machine: drives Data Online Migration', document: driverPolicy(online.accountId) },
  ]
}

const roleActions = [
  'oss:ListObjects',
  'oss:ListObjectVersions',
  'oss:GetBucketInfo',
  'oss:GetBucketLocation',
  'oss:GetObject',
  'oss:PutObject',
  'oss:ListParts',
  'oss:AbortMultipartUpload',
]

const mgwTrust = {
  Version: '1',
  Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: ['mgw.aliyuncs.com'] } }],
}

/** The service knows no region in a resource. */
function driverPolicy(accountId: string): object {
  const on = (thing: 'address' | 'job', verbs: readonly string[]): object => {
    const name = thing === 'address' ? 'Address' : 'Job'
    const Action = verbs.map((verb) => `mgw:${verb.replace('*', `Import${name}`)}`)
    return { Effect: 'Allow', Action, Resource: `acs:mgw:*:${accountId}:${thing}/*` }
  }
  return {
    Version: '1',
    Statement: [
      on('address', ['Create*', 'Get*', 'Verify*', 'List*', 'Delete*']),
      on('job', ['Create*', 'Update*', 'Get*', 'List*', 'Delete*', 'List*History', 'Get*Result']),
    ],
  }
}
