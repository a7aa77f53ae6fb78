import type { RamRole } from '../world.js'
import type { RpcValue } from './rpc-answer.js'
import { RpcRefusal, missingParameter } from './rpc-refusal.js'
import { roleIdOf, type RpcCall, type RpcOperation } from './sts-calls.js'

const createdAt = '2026-01-01T00:00:00Z'

export const ramOperations: Readonly<Record<string, RpcOperation>> = {
  GetRole: (call) => ({ Role: describeRole(findRole(call)) }),
  ListPoliciesForRole: listPoliciesForRole,
  GetPolicy: getPolicy,
  GetPolicyVersion: getPolicyVersion,
}

function describeRole(role: RamRole): Record<string, RpcValue> {
  return {
    RoleId: roleIdOf(role.arn),
    RoleName: role.name,
    Arn: role.arn,
    Description: '',
    AssumeRolePolicyDocument: trustDocument(role),
    CreateDate: createdAt,
    UpdateDate: createdAt,
    MaxSessionDuration: 3600,
  }
}

/** Services and accounts are different kinds of principals in the trust policy. */
function trustDocument(role: RamRole): string {
  const services = role.trusts.filter((one) => !one.startsWith('acs:'))
  const accounts = role.trusts.filter((one) => one.startsWith('acs:'))
  const statement = (principal: object): object => ({ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: principal })
  const statements = [
    ...(services.length > 0 ? [statement({ Service: services })] : []),
    ...(accounts.length > 0 ? [statement({ RAM: accounts })] : []),
  ]
  return JSON.stringify({ Statement: statements, Version: '1' })
}

function listPoliciesForRole(call: RpcCall): Record<string, RpcValue> {
  const policies = findRole(call).policies.map((policy) => ({
    PolicyName: policy.name,
    PolicyType: 'Custom',
    Description: '',
    DefaultVersion: 'v1',
    AttachDate: createdAt,
  }))
  return { Policies: { Policy: policies } }
}

function getPolicy(call: RpcCall): Record<string, RpcValue> {
  const policy = findPolicy(call)
  const attachmentCount = call.world.alibaba.roles.filter((role) =>
    role.policies.some((one) => one.name === policy.name),
  )
  return {
    Policy: {
      PolicyName: policy.name,
      PolicyType: 'Custom',
      Description: '',
      DefaultVersion: 'v1',
      CreateDate: createdAt,
      UpdateDate: createdAt,
      AttachmentCount: attachmentCount.length,
    },
    DefaultPolicyVersion: versionOf(policy.document),
  }
}

function getPolicyVersion(call: RpcCall): Record<string, RpcValue> {
  const policy = findPolicy(call)
  const version = call.parameters.get('VersionId') ?? ''
  if (version === '') throw missingParameter('VersionId')
  if (version !== 'v1') {
    throw new RpcRefusal(404, 'EntityNotExist.Policy.Version', `The policy version does not exist: ${version}.`)
  }
  return { PolicyVersion: versionOf(policy.document) }
}

function versionOf(document: string): Record<string, RpcValue> {
  return { VersionId: 'v1', IsDefaultVersion: true, CreateDate: createdAt, PolicyDocument: document }
}

function findRole(call: RpcCall): RamRole {
  const name = call.parameters.get('RoleName') ?? ''
  if (name === '') throw missingParameter('RoleName')
  const role = call.world.alibaba.roles.find((one) => one.name === name)
  if (role === undefined) throw new RpcRefusal(404, 'EntityNotExist.Role', `The role not exists: ${name} .`)
  return role
}

function findPolicy(call: RpcCall): RamRole['policies'][number] {
  const name = call.parameters.get('PolicyName') ?? ''
  const type = call.parameters.get('PolicyType') ?? ''
  if (name === '') throw missingParameter('PolicyName')
  if (type === '') throw missingParameter('PolicyType')
  const all = call.world.alibaba.roles.flatMap((role) => role.policies)
  const policy = type === 'Custom' ? all.find((one) => one.name === name) : undefined
  if (policy === undefined) throw new RpcRefusal(404, 'EntityNotExist.Policy', `The policy not exists: ${name} .`)
  return policy
}
