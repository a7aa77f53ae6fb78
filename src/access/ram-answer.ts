import type { AccessKeys } from '../model/credentials.js'
import { MigrationError } from '../model/errors.js'
import type { Caller, Role } from './access.js'

interface Statement {
  readonly Effect?: string
  readonly Principal?: { readonly Service?: string | readonly string[] }
}

/** `acs:ram::<account>:role/<name>` */
export function roleNameOf(arn: string): string {
  const name = /^acs:ram::\d+:role\/(.+)$/.exec(arn)?.[1]
  if (name !== undefined) return name
  throw new MigrationError('access-refused', `role ${arn}: this is not the ARN of a role`, {
    hint: 'it reads acs:ram::<account id>:role/<name>',
  })
}

export function readCaller(subject: string, answer: unknown): Caller {
  return { accountId: text(subject, answer, 'AccountId'), arn: text(subject, answer, 'Arn') }
}

export function readRole(subject: string, answer: unknown): Omit<Role, 'policies'> {
  const role = field(answer, 'Role')
  const document = text(subject, role, 'AssumeRolePolicyDocument')
  return {
    arn: text(subject, role, 'Arn'),
    name: text(subject, role, 'RoleName'),
    trustedServices: trustedServices(subject, document),
  }
}

export function readPolicies(answer: unknown): string[] {
  const policies = field(field(answer, 'Policies'), 'Policy')
  return Array.isArray(policies) ? policies.map((policy) => String(field(policy, 'PolicyName'))) : []
}

export function readKeys(subject: string, answer: unknown): AccessKeys {
  const keys = field(answer, 'Credentials')
  return {
    accessKeyId: text(subject, keys, 'AccessKeyId'),
    accessKeySecret: text(subject, keys, 'AccessKeySecret'),
    securityToken: text(subject, keys, 'SecurityToken'),
    expiresAt: Date.parse(text(subject, keys, 'Expiration')),
  }
}

function trustedServices(subject: string, document: string): string[] {
  try {
    const { Statement } = JSON.parse(document) as { readonly Statement?: readonly Statement[] }
    const allowed = (Statement ?? []).filter(({ Effect }) => Effect === 'Allow')
    return allowed.flatMap(({ Principal }) => Principal?.Service ?? [])
  } catch (cause) {
    throw new MigrationError('access-refused', `${subject}: its trust policy is not JSON`, { cause })
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}

/** Never the value itself in a message: it may be a secret. */
function text(subject: string, value: unknown, name: string): string {
  const found = field(value, name)
  if (typeof found === 'string' && found !== '') return found
  throw new MigrationError('access-refused', `${subject}: the answer has no ${name}`)
}
