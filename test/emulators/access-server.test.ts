import { createHmac } from 'node:crypto'
import RPCClient from '@alicloud/pop-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rpcSignature, rpcStringToSign } from '../../src/emulators/access/rpc-authentication.js'
import { startAccess } from '../../src/emulators/access/access-server.js'
import { findAlibabaKey, mintToken, readToken } from '../../src/emulators/access/token.js'
import { Faults } from '../../src/emulators/faults.js'
import type { Service } from '../../src/emulators/service.js'
import { defaultWorld, type RamRole } from '../../src/emulators/world.js'

const base = defaultWorld()
const account = base.alibaba.accountId
const assumable: RamRole = {
  name: 'Assumable',
  arn: `acs:ram::${account}:role/assumable`,
  trusts: [`acs:ram::${account}:root`, 'odps.aliyuncs.com'],
  policies: [],
  buckets: ['maxcompute-stage'],
}
const world = { ...base, alibaba: { ...base.alibaba, roles: [...base.alibaba.roles, assumable] } }
const key = world.alibaba.keys[0] ?? expect.unreachable('the world has keys')
const faults = new Faults()
const versions = { sts: '2015-04-01', ram: '2015-05-01' } as const

let service: Service

interface Keys {
  accessKeyId: string
  accessKeySecret: string
  securityToken?: string
}

async function ask(
  of: keyof typeof versions,
  action: string,
  parameters: object = {},
  keys: Keys = key,
  method = 'POST',
) {
  const client = new RPCClient({
    accessKeyId: keys.accessKeyId,
    accessKeySecret: keys.accessKeySecret,
    ...(keys.securityToken !== undefined && { securityToken: keys.securityToken }),
    endpoint: `http://127.0.0.1:${service.port}`,
    apiVersion: versions[of],
  })
  return client.request<Record<string, unknown>>(action, parameters, { method })
}

async function refusal(promise: Promise<unknown>): Promise<string | undefined> {
  return promise.then(
    () => expect.unreachable('the request should have been refused'),
    (e: unknown) => (e as { code?: string }).code,
  )
}

/** A request signed by hand, so that clock and nonce can be chosen. */
function signed(parameters: Record<string, string>, secret = key.accessKeySecret): string {
  const all: Record<string, string> = {
    Action: 'GetCallerIdentity',
    Version: versions.sts,
    AccessKeyId: key.accessKeyId,
    SignatureMethod: 'HMAC-SHA1',
    SignatureVersion: '1.0',
    SignatureNonce: String(Math.random()),
    Timestamp: new Date().toISOString().replace(/\.\d+/, ''),
    ...parameters,
  }
  const query = Object.keys(all)
    .sort()
    .map((name) => `${encodeURIComponent(name)}=${encodeURIComponent(all[name] ?? '')}`)
    .join('&')
  const text = `GET&%2F&${encodeURIComponent(query)}`
  const signature = createHmac('sha1', `${secret}&`).update(text).digest('base64')
  return `http://127.0.0.1:${service.port}/?${query}&Signature=${encodeURIComponent(signature)}`
}

beforeAll(async () => {
  service = await startAccess({ world, faults, dir: '' })
})

afterAll(async () => {
  await service.close()
})

describe.each(['GET', 'POST'])('the vendor client by %s', (method) => {
  test('who we are', async () => {
    const identity = await ask('sts', 'GetCallerIdentity', {}, key, method)
    expect(identity).toMatchObject({ AccountId: account, IdentityType: 'RAMUser' })
    expect(identity.Arn).toBe(`acs:ram::${account}:user/emulated`)
  })

  test('a role that trusts the account is assumed, and its keys work', async () => {
    const parameters = { RoleArn: assumable.arn, RoleSessionName: "it's@me".replace("'", '.'), DurationSeconds: 900 }
    const answer = await ask('sts', 'AssumeRole', parameters, key, method)
    const { AccessKeyId, AccessKeySecret, SecurityToken, Expiration } = answer.Credentials as Record<string, string>
    expect(Date.parse(Expiration ?? '') - Date.now()).toBeGreaterThan(898_000 - 2_000)
    const keys = {
      accessKeyId: AccessKeyId ?? '',
      accessKeySecret: AccessKeySecret ?? '',
      securityToken: SecurityToken ?? '',
    }
    const identity = await ask('sts', 'GetCallerIdentity', {}, keys, method)
    expect(identity.Arn).toBe(`acs:ram::${account}:assumed-role/assumable/it.s@me`)
    expect(readToken(SecurityToken ?? '')).toMatchObject({ roleArn: assumable.arn })
  })

  test('a role, its trust and its policies', async () => {
    const { Role } = await ask('ram', 'GetRole', { RoleName: 'MaxComputeLoad' }, key, method)
    const role = Role as Record<string, string>
    expect(role.Arn).toBe(`acs:ram::${account}:role/MaxComputeLoad`)
    expect(JSON.parse(role.AssumeRolePolicyDocument ?? '')).toMatchObject({
      Statement: [{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: ['odps.aliyuncs.com'] } }],
    })
    const listed = await ask('ram', 'ListPoliciesForRole', { RoleName: 'MaxComputeLoad' }, key, method)
    expect(listed.Policies).toMatchObject({ Policy: [{ PolicyName: 'MaxComputeLoadPolicy', PolicyType: 'Custom' }] })
    const of = { PolicyName: 'MaxComputeLoadPolicy', PolicyType: 'Custom' }
    const policy = await ask('ram', 'GetPolicy', of, key, method)
    expect(policy.Policy).toMatchObject({ DefaultVersion: 'v1', AttachmentCount: 1 })
    const version = await ask('ram', 'GetPolicyVersion', { ...of, VersionId: 'v1' }, key, method)
    const document = (version.PolicyVersion as Record<string, string>).PolicyDocument ?? ''
    expect(JSON.parse(document)).toMatchObject({ Statement: [{ Effect: 'Allow' }] })
  })
})

describe('refusals', () => {
  test('keys', async () => {
    expect(await refusal(ask('sts', 'GetCallerIdentity', {}, { ...key, accessKeySecret: 'wrong' }))).toBe(
      'SignatureDoesNotMatch',
    )
    expect(await refusal(ask('ram', 'GetRole', {}, { ...key, accessKeyId: 'LTAIother' }))).toBe(
      'InvalidAccessKeyId.NotFound',
    )
    const minted = mintToken({ roleArn: assumable.arn, expiresAt: Date.now() - 1 })
    const keys = { ...minted, securityToken: minted.securityToken ?? '' }
    expect(await refusal(ask('sts', 'GetCallerIdentity', {}, keys))).toBe('InvalidSecurityToken.Expired')
    expect(await refusal(ask('sts', 'GetCallerIdentity', {}, { ...keys, securityToken: 'x.y' }))).toBe(
      'InvalidSecurityToken.Malformed',
    )
  })

  test('roles that do not trust the account, do not exist, or are asked for wrongly', async () => {
    const assume = (more: object): Promise<unknown> =>
      ask('sts', 'AssumeRole', { RoleArn: assumable.arn, RoleSessionName: 'me', ...more })
    const arn = (name: string): string => `acs:ram::${account}:role/${name}`
    expect(await refusal(assume({ RoleArn: arn('MaxComputeLoad') }))).toBe('NoPermission')
    expect(await refusal(assume({ RoleArn: arn('Nobody') }))).toBe('EntityNotExist.Role')
    expect(await refusal(assume({ RoleArn: 'Nobody' }))).toBe('InvalidParameter.RoleArn')
    expect(await refusal(assume({ DurationSeconds: 60 }))).toBe('InvalidParameter.DurationSeconds')
    expect(await refusal(ask('sts', 'AssumeRole', { RoleArn: assumable.arn }))).toBe('MissingRoleSessionName')
    expect(await refusal(ask('ram', 'GetRole', { RoleName: 'Nobody' }))).toBe('EntityNotExist.Role')
    const policy = { PolicyName: 'None', PolicyType: 'Custom' }
    expect(await refusal(ask('ram', 'GetPolicy', policy))).toBe('EntityNotExist.Policy')
  })

  test('what is not emulated, by name', async () => {
    expect(await refusal(ask('ram', 'ListUsers'))).toBe('NotImplemented')
    expect(await refusal(ask('sts', 'GetRole'))).toBe('NotImplemented')
  })

  test('a nonce that was used, and a clock that is wrong', async () => {
    const url = signed({ SignatureNonce: 'once' })
    expect((await fetch(url)).status).toBe(200)
    expect(await (await fetch(url)).text()).toContain('<Code>SignatureNonceUsed</Code>')
    const old = new Date(Date.now() - 16 * 60_000).toISOString().replace(/\.\d+/, '')
    expect(await (await fetch(signed({ Timestamp: old }))).text()).toContain('<Code>InvalidTimeStamp.Expired</Code>')
  })

  test('ordered failures', async () => {
    faults.add([
      { service: 'sts', operation: 'AssumeRole', action: { do: 'fail', status: 503, code: 'ServiceUnavailable' } },
    ])
    const assume = (): Promise<unknown> => ask('sts', 'AssumeRole', { RoleArn: assumable.arn, RoleSessionName: 'me' })
    expect(await refusal(assume())).toBe('ServiceUnavailable')
    await assume()
  })
})

test('XML is the default format', async () => {
  const response = await fetch(signed({}))
  expect(response.headers.get('content-type')).toContain('text/xml')
  expect(await response.text()).toContain(`<AccountId>${account}</AccountId>`)
})

test('the signature of the vendor’s documentation', () => {
  // The example of the RPC signature guide: AccessKeyId testid, secret testsecret.
  const parameters = new Map([
    ['Timestamp', '2016-02-23T12:46:24Z'],
    ['Format', 'XML'],
    ['AccessKeyId', 'testid'],
    ['Action', 'DescribeRegions'],
    ['SignatureMethod', 'HMAC-SHA1'],
    ['SignatureNonce', '3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf'],
    ['Version', '2014-05-26'],
    ['SignatureVersion', '1.0'],
  ])
  const text = rpcStringToSign({ method: 'GET', parameters })
  expect(rpcSignature('testsecret', text)).toBe('OLeaidS1JvxuMvnyHOwuJ+uX5qY=')
})

describe('temporary keys', () => {
  test('carry their own proof', () => {
    const minted = mintToken({ roleArn: assumable.arn, expiresAt: Date.now() + 60_000 })
    const found = findAlibabaKey(world, minted.accessKeyId, minted.securityToken)
    expect(found).toMatchObject({ key: minted, roleArn: assumable.arn })
    expect(findAlibabaKey(world, minted.accessKeyId)).toEqual({ refused: 'unknown-key' })
    expect(findAlibabaKey(world, minted.accessKeyId, 'AAAA.BBBB')).toEqual({ refused: 'invalid-token' })
    expect(findAlibabaKey(world, key.accessKeyId, minted.securityToken)).toEqual({ refused: 'invalid-token' })
    const late = Date.now() + 60_001
    expect(findAlibabaKey(world, minted.accessKeyId, minted.securityToken, late)).toEqual({ refused: 'expired-token' })
  })

  test('cannot be extended by editing their token', () => {
    const { securityToken = '' } = mintToken({ roleArn: assumable.arn, expiresAt: 1 })
    const [payload = '', seal = ''] = securityToken.split('.')
    const claims = JSON.parse(Buffer.from(payload, 'base64').toString()) as object
    const edited = Buffer.from(JSON.stringify({ ...claims, until: 9e15 })).toString('base64')
    expect(readToken(`${edited}.${seal}`)).toBeUndefined()
    expect(readToken(securityToken)).toMatchObject({ expiresAt: 1 })
  })
})
