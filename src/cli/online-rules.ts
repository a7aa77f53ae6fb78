import type { Broken } from './config-rules.js'
import type { Config } from './config-schema.js'

/** What the carriers online and auto demand of the rest of the config (transfer.md 1.6, 1.9). */
export function* onlineRules({ carrier, onlineMigration: online, s3, oss }: Config): Generator<Broken> {
  if (carrier === 'streaming') return
  if (online === undefined) {
    yield { text: `onlineMigration: is needed with carrier ${carrier}`, hint: 'see config/example.yaml' }
    return
  }
  if ((online.s3AccessKeyId === undefined) !== (online.s3SecretAccessKey === undefined)) {
    yield { text: 'onlineMigration.s3AccessKeyId: goes with onlineMigration.s3SecretAccessKey, both or neither' }
  }
  if (online.s3AccessKeyId === undefined && (s3.accessKeyId === undefined || s3.sessionToken !== undefined)) {
    yield {
      text: `onlineMigration.s3AccessKeyId: is needed with carrier ${carrier}`,
      hint: 'the service reads S3 with long-term keys of an IAM user; it takes no session token and no role of AWS',
    }
  }
  if (online.region !== oss.region) {
    yield {
      text: `onlineMigration.region: ${online.region} is not oss.region ${oss.region}`,
      hint: 'a job lies in the region of the bucket that it writes to',
    }
  }
  if (!/^\d+$/.test(online.accountId)) {
    yield { text: `onlineMigration.accountId: ${online.accountId} is no UID`, hint: 'it is made of digits' }
  }
  if (online.roleName.includes(':')) {
    yield {
      text: `onlineMigration.roleName: ${online.roleName} is an ARN`,
      hint: 'give the name behind role/ alone',
    }
  }
}
