import type { RpcValue } from './rpc-answer.js'
import type { RpcCaller } from './rpc-authentication.js'
import { RpcRefusal, missingParameter } from './rpc-refusal.js'
import type { World } from '../world.js'
import { mintToken } from './token.js'

/** One verified call. */
export interface RpcCall {
  readonly world: World
  readonly caller: RpcCaller
  readonly parameters: ReadonlyMap<string, string>
}

export type RpcOperation = (call: RpcCall) => Record<string, RpcValue>

/** The RAM user that every long-term key of the world belongs to: an account's root may not assume roles. */
const userName = 'emulated'

const durationSecondsMin = 900
const durationSecondsMax = 3600

export const stsOperations: Readonly<Record<string, RpcOperation>> = {
  GetCallerIdentity: getCallerIdentity,
  AssumeRole: assumeRole,
}

function getCallerIdentity({ world, caller }: RpcCall): Record<string, RpcValue> {
  const { accountId } = world.alibaba
  if (caller.roleArn !== undefined) {
    const session = caller.roleSessionName ?? ''
    const [roleName, roleId] = [nameOf(caller.roleArn), roleIdOf(caller.roleArn)]
    return {
      IdentityType: 'AssumedRoleUser',
      AccountId: accountId,
      RoleId: roleId,
      PrincipalId: `${roleId}:${session}`,
      Arn: `acs:ram::${accountId}:assumed-role/${roleName}/${session}`,
    }
  }
  const userId = `2${accountId.slice(1)}`
  const arn = `acs:ram::${accountId}:user/${userName}`
  return { IdentityType: 'RAMUser', AccountId: accountId, UserId: userId, PrincipalId: userId, Arn: arn }
}

function assumeRole({ world, caller, parameters }: RpcCall): Record<string, RpcValue> {
  const arn = parameters.get('RoleArn') ?? ''
  const session = parameters.get('RoleSessionName') ?? ''
  if (arn === '') throw missingParameter('RoleArn')
  if (session === '') throw missingParameter('RoleSessionName')
  if (!/^[\w.@-]{2,64}$/.test(session)) {
    throw new RpcRefusal(400, 'InvalidParameter.RoleSessionName', 'The parameter RoleSessionName is wrongly formed.')
  }
  if (!/^acs:ram::\d+:role\/[^/]+$/i.test(arn)) {
    throw new RpcRefusal(400, 'InvalidParameter.RoleArn', 'The parameter RoleArn is wrongly formed.')
  }
  if (parameters.has('Policy'))
    throw new RpcRefusal(501, 'NotImplemented', 'AssumeRole with Policy is not implemented by this emulator')
  const seconds = readDuration(parameters.get('DurationSeconds'))
  const role = world.alibaba.roles.find((one) => one.arn.toLowerCase() === arn.toLowerCase())
  if (role === undefined) throw new RpcRefusal(404, 'EntityNotExist.Role', `The specified Role not exists .`)
  const principal = `acs:ram::${world.alibaba.accountId}:root`
  if (!role.trusts.includes(principal) || caller.roleArn === role.arn) {
    const message = 'You are not authorized to do this action. You should be authorized by RAM.'
    throw new RpcRefusal(403, 'NoPermission', message)
  }
  return assumed(world, role.arn, session, seconds)
}

function assumed(world: World, arn: string, session: string, seconds: number): Record<string, RpcValue> {
  const expiresAt = Math.floor(Date.now() / 1000 + seconds) * 1000
  const key = mintToken({ roleArn: arn, roleSessionName: session, expiresAt })
  return {
    AssumedRoleUser: {
      Arn: `acs:ram::${world.alibaba.accountId}:assumed-role/${nameOf(arn)}/${session}`,
      AssumedRoleId: `${roleIdOf(arn)}:${session}`,
    },
    Credentials: {
      AccessKeyId: key.accessKeyId,
      AccessKeySecret: key.accessKeySecret,
      SecurityToken: key.securityToken ?? '',
      Expiration: new Date(expiresAt).toISOString().replace(/\.\d+/, ''),
    },
  }
}

function readDuration(text: string | undefined): number {
  const seconds = text === undefined ? durationSecondsMax : Number(text)
  if (Number.isInteger(seconds) && seconds >= durationSecondsMin && seconds <= durationSecondsMax) return seconds
  const message = 'The Min/Max value of DurationSeconds is 15min/1hr.'
  throw new RpcRefusal(400, 'InvalidParameter.DurationSeconds', message)
}

/** Ids are digits; derived from the name, so that they are the same in every process. */
export function roleIdOf(arn: string): string {
  let id = 300_000_000_000_000_000n
  for (const byte of Buffer.from(arn)) id = (id * 31n + BigInt(byte)) % 100_000_000_000_000_000n
  return String(300_000_000_000_000_000n + id)
}

function nameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1).toLowerCase()
}
