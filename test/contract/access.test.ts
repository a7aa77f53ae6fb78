import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { assumedRoleCredentials, staticCredentials } from '../../src/access/credentials.js'
import { RamAccess } from '../../src/access/ram-access.js'
import { startAccess } from '../../src/emulators/access/access-server.js'
import { Faults } from '../../src/emulators/faults.js'
import { startOss } from '../../src/emulators/object-store/oss-server.js'
import type { Service } from '../../src/emulators/service.js'
import { defaultWorld } from '../../src/emulators/world.js'
import type { World } from '../../src/emulators/world.js'
import type { AccessKeys } from '../../src/model/credentials.js'
import { OssStore } from '../../src/store/oss-store.js'
import { MaxComputeClient } from '../../src/target/maxcompute/client.js'
import { emulatedTarget } from './emulated-target.js'
import { failureOf, testCall } from './store-contract.js'
import { ossSetup } from './store-emulators.js'

const { accountId } = defaultWorld().alibaba
const arnOf = (name: string): string => `acs:ram::${accountId}:role/${name}`

/** The emulated cloud, with one more role that the account itself may assume. */
function worldWithWriter(): World {
  const world = defaultWorld()
  const { alibaba } = world
  const writer = { name: 'Writer', arn: arnOf('Writer'), trusts: [`acs:ram::${accountId}:root`], policies: [] }
  const buckets = alibaba.buckets.map(({ name }) => name)
  return { ...world, alibaba: { ...alibaba, roles: [...alibaba.roles, { ...writer, buckets }] } }
}

describe('access', () => {
  const faults = new Faults()
  const { keys } = ossSetup()
  let dir: string
  let service: Service
  let endpoint: string
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'access-'))
    service = await startAccess({ world: worldWithWriter(), faults, dir })
    endpoint = `http://127.0.0.1:${service.port}`
  })
  afterEach(() => faults.clear())
  afterAll(async () => {
    await service.close()
    await rm(dir, { recursive: true, force: true })
  })
  const open = (some: AccessKeys = keys, at = endpoint) =>
    new RamAccess({ credentials: staticCredentials(some), stsEndpoint: at, ramEndpoint: at })

  it('knows the caller', async () => {
    const caller = await open().callerIdentity(testCall())
    expect(caller.accountId).toBe(accountId)
    expect(caller.arn).toContain(`acs:ram::${accountId}:`)
  })

  it('knows a role: who may assume it, and its policies', async () => {
    expect(await open().role(arnOf('MaxComputeLoad'), testCall())).toEqual({
      arn: arnOf('MaxComputeLoad'),
      name: 'MaxComputeLoad',
      trustedServices: ['odps.aliyuncs.com'],
      policies: ['MaxComputeLoadPolicy'],
    })
    expect(await open().role(arnOf('NotTrusting'), testCall())).toMatchObject({ trustedServices: [], policies: [] })
    expect((await open().role(arnOf('Writer'), testCall())).trustedServices).toEqual([])
  })

  it('refuses a role that is none or does not exist, with a hint', async () => {
    for (const arn of [arnOf('Nobody'), 'arn:aws:iam::1:role/x', 'MaxComputeLoad']) {
      const failure = await failureOf(open().role(arn, testCall()))
      expect(failure).toMatchObject({ code: 'access-refused', transient: false })
      expect(failure.message).toContain(arn)
      expect(failure.hint).toBeDefined()
    }
  })

  it('denies wrong keys, and shows neither secret nor address', async () => {
    const unknown = await failureOf(open({ ...keys, accessKeyId: 'LTAInobody' }).callerIdentity(testCall()))
    expect(unknown).toMatchObject({ code: 'access-denied', transient: false })
    const secret = 'not-the-secret-0123456789'
    const wrong = await failureOf(open({ ...keys, accessKeySecret: secret }).callerIdentity(testCall()))
    expect(wrong.code).toBe('access-denied')
    expect(wrong.cause).toBeUndefined()
    expect(wrong.message).not.toContain(secret)
    expect(wrong.message).not.toMatch(/Signature=|SignatureNonce/)
    expect(await failureOf(open().assume(arnOf('MaxComputeLoad'), testCall()))).toMatchObject({ code: 'access-denied' })
  })

  it('tells what may pass by waiting', async () => {
    faults.add([{ service: 'sts', operation: 'GetCallerIdentity', action: { do: 'throttle' } }])
    const throttled = await failureOf(open().callerIdentity(testCall()))
    expect(throttled).toMatchObject({ code: 'access-unreachable', transient: true })
    faults.add([{ service: 'ram', operation: 'GetRole', action: { do: 'cut', when: 'before' } }])
    const cut = await failureOf(open().role(arnOf('MaxComputeLoad'), testCall()))
    expect(cut).toMatchObject({ code: 'access-unreachable', transient: true })
    const nobody = await failureOf(open(keys, 'http://127.0.0.1:1').callerIdentity(testCall()))
    expect(nobody).toMatchObject({ code: 'access-unreachable', transient: true })
  })

  it('ends at the deadline, and at once when interrupted', async () => {
    faults.add([{ service: 'sts', operation: '*', times: 9, action: { do: 'delay', milliseconds: 2000 } }])
    const begun = Date.now()
    expect(await failureOf(open().callerIdentity(testCall(200)))).toMatchObject({ code: 'access-unreachable' })
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 50)
    const interrupted = await failureOf(open().callerIdentity(testCall(10_000, controller.signal)))
    expect(interrupted.code).toBe('interrupted')
    expect(Date.now() - begun).toBeLessThan(1500)
  })

  it('assumes a role whose keys open what the role may open', async () => {
    const oss = await startOss({ world: worldWithWriter(), faults, dir })
    const { bucket, region } = ossSetup()
    const credentials = assumedRoleCredentials(open(), arnOf('Writer'))
    const place = { bucket, region, endpoint: `http://127.0.0.1:${oss.port}`, pathStyle: true, socketCountMax: 2 }
    const store = new OssStore({ ...place, credentials })
    try {
      await expect(store.ping(testCall())).resolves.toBeUndefined()
      const current = await credentials.current()
      expect(current.securityToken).toBeDefined()
      expect((current.expiresAt ?? 0) - Date.now()).toBeGreaterThan(50 * 60 * 1000)
      const forged = staticCredentials({ ...current, accessKeySecret: keys.accessKeySecret })
      const forger = new OssStore({ ...place, credentials: forged })
      expect(await failureOf(forger.ping(testCall()))).toMatchObject({ code: 'store-denied' })
      forger.close()
      // What the keys say of their end is by this machine's clock, so that a slow one does not overstay.
      expect((current.expiresAt ?? 0) - Date.now()).toBeLessThanOrEqual(60 * 60 * 1000)
    } finally {
      store.close()
      await oss.close()
    }
  })

  it('assumes a role whose keys MaxCompute takes, in V4 and V2', async () => {
    const place = await emulatedTarget()
    const credentials = assumedRoleCredentials(open(), arnOf('Writer'))
    try {
      for (const signature of ['v4', 'v2'] as const) {
        const client = new MaxComputeClient({ ...place.options, credentials, signature })
        expect((await client.getProject()).name).toBe(place.options.project)
        client.close()
      }
    } finally {
      await place.close()
    }
  })
})
