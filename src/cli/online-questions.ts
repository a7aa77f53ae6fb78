import type { Access } from '../access/access.js'
import { MigrationError } from '../model/errors.js'
import type { Call } from '../model/work.js'
import type { Config } from './config-schema.js'
import { quotasOf } from './online-settings.js'

type Question = readonly [string, (call: Call) => Promise<string>]

/** Jobs that an account may have in a region (transfer.md 1.9). */
const regionJobCountMax = 500

/** What doctor asks of Data Online Migration where parts are to cross by it. */
export function onlineQuestions(
  { carrier, onlineMigration: online }: Config,
  jobCount: ((call: Call) => Promise<number>) | undefined,
  access: Access | undefined,
): readonly Question[] {
  if (carrier === 'streaming' || online === undefined || jobCount === undefined) return []
  const { accountId, roleName, region } = online
  const jobs: Question = [
    'online migration',
    async (call) => {
      const count = await jobCount(call)
      if (count < regionJobCountMax) {
        return `${region}: ${count} of ${regionJobCountMax} jobs, ${quotasOf(online).runningJobCountMax} at once`
      }
      throw new MigrationError('transfer-failed', `${region}: the account has ${count} jobs already`, {
        hint: 'remove finished jobs in the console',
      })
    },
  ]
  if (access === undefined) return [jobs]
  const account: Question = [
    'online migration account',
    async (call) => {
      const caller = await access.callerIdentity(call)
      if (caller.accountId === accountId) return accountId
      throw new MigrationError('access-refused', `the keys belong to account ${caller.accountId}, not ${accountId}`, {
        hint: `set onlineMigration.accountId to ${caller.accountId}, or use keys of account ${accountId}`,
      })
    },
  ]
  const trust: Question = [
    'online migration role',
    async (call) => {
      const role = await access.role(`acs:ram::${accountId}:role/${roleName}`, call)
      if (role.trustedServices.includes('mgw.aliyuncs.com'))
        return `${role.arn}, policies ${role.policies.join(', ') || 'none'}`
      throw new MigrationError('access-refused', `role ${role.name}: it does not trust mgw.aliyuncs.com`, {
        hint: 'migrate policies prints the trust policy that Data Online Migration needs',
      })
    },
  ]
  return [jobs, account, trust]
}
