import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { MigrationError } from '../../../src/model/errors.js'
import type { Call } from '../../../src/model/work.js'
import { cachedLogin, type TemporaryLogin } from '../../../src/source/redshift/iam-login-cache.js'
import { endOf } from '../../../src/source/redshift/iam-login-client.js'
import { iamLogin, type IamLoginOptions } from '../../../src/source/redshift/iam-login.js'

function call(milliseconds = 10_000, signal = new AbortController().signal): Call {
  return { signal, deadlineAt: Date.now() + milliseconds, note: () => undefined }
}

async function failure(work: Promise<unknown>): Promise<MigrationError> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof MigrationError)) throw new Error(`no MigrationError, but ${String(error)}`)
  return error
}

describe('a login is kept', () => {
  const minute = 60_000
  /** Logins of fifteen minutes, numbered, under a clock that the test moves. */
  function issuer() {
    const clock = { now: 1_000_000_000_000 }
    let count = 0
    const fetch = async (): Promise<TemporaryLogin> => {
      count += 1
      return { user: 'IAM:migrator', password: `password-${count}`, expiresAt: clock.now + 15 * minute }
    }
    return { clock, login: cachedLogin('login', fetch, () => clock.now) }
  }

  it('until one minute before it expires', async () => {
    const { clock, login } = issuer()
    expect((await login(call())).password).toBe('password-1')
    clock.now += 14 * minute - 1
    expect((await login(call())).password).toBe('password-1')
    clock.now += 1
    expect((await login(call())).password).toBe('password-2')
  })

  it('and fetched once for all who ask meanwhile', async () => {
    let count = 0
    const waiting: (() => void)[] = []
    const login = cachedLogin('login', async () => {
      count += 1
      await new Promise<void>((resolve) => waiting.push(resolve))
      return { user: 'u', password: `password-${count}`, expiresAt: Date.now() + 15 * minute }
    })
    const asked = Array.from({ length: 20 }, () => login(call()))
    await new Promise(setImmediate)
    expect(waiting.length).toBe(1)
    waiting[0]?.()
    expect(new Set((await Promise.all(asked)).map((one) => one.password))).toEqual(new Set(['password-1']))
  })

  it('but a failure is not: the next one asks again', async () => {
    let count = 0
    const login = cachedLogin('login', async () => {
      count += 1
      if (count === 1) throw new MigrationError('source-denied', 'login: no')
      return { user: 'u', password: 'second', expiresAt: Date.now() + 15 * minute }
    })
    expect((await failure(login(call()))).code).toBe('source-denied')
    expect((await login(call())).password).toBe('second')
  })

  it('and one who gives up waiting does not end it for the others', async () => {
    const waiting: (() => void)[] = []
    const login = cachedLogin('login', async () => {
      await new Promise<void>((resolve) => waiting.push(resolve))
      return { user: 'u', password: 'late', expiresAt: Date.now() + 15 * minute }
    })
    const stop = new AbortController()
    const [impatient, patient] = [failure(login(call(10_000, stop.signal))), login(call())]
    stop.abort()
    expect((await impatient).code).toBe('interrupted')
    waiting[0]?.()
    expect((await patient).password).toBe('late')
  })

  it('no longer than was asked for, when this machine’s clock is slow', () => {
    const askedAt = 1_000_000_000_000
    expect(endOf(new Date(askedAt + 1_200_000), askedAt)).toBe(askedAt + 900_000)
    expect(endOf(new Date(askedAt + 600_000), askedAt)).toBe(askedAt + 600_000)
  })
})

/** What AWS answers, as its protocols write it: the SDK reads it, so that names are the SDK's own. */
const queryError = (code: string, message: string): string =>
  `<ErrorResponse xmlns="http://redshift.amazonaws.com/doc/2012-12-01/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r</RequestId></ErrorResponse>`
const jsonError = (code: string, message: string): string => JSON.stringify({ __type: code, message })

let server: Server | undefined
afterEach(() => server?.close())

/** A server that gives these answers one after the other, then the last one for ever; counts them. */
async function answering(
  answers: readonly (readonly [number, string])[],
): Promise<{ readonly endpoint: string; count: number; readonly bodies: string[] }> {
  const seen = { endpoint: '', count: 0, bodies: [] as string[] }
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      seen.bodies.push(body)
      const [status, text] = answers[Math.min(seen.count, answers.length - 1)] ?? [500, '']
      seen.count += 1
      response.writeHead(status, { connection: 'close' }).end(text)
    })
  })
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  seen.endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return seen
}

const keys = { accessKeyId: 'AKIATEST', accessKeySecret: 'the-secret', securityToken: 'the-session-token' }
const common = { database: 'dev', hostKnown: true, region: 'us-east-1', keys }
const atCluster = { ...common, of: { cluster: 'dwh', dbUser: 'migrator' } } satisfies Partial<IamLoginOptions>
const atWorkgroup = { ...common, of: { workgroup: 'dwh' } } satisfies Partial<IamLoginOptions>

const issued = [
  '<GetClusterCredentialsResponse xmlns="http://redshift.amazonaws.com/doc/2012-12-01/"><GetClusterCredentialsResult>',
  '<DbUser>IAM:migrator</DbUser><DbPassword>temporary-password</DbPassword><Expiration>2999-01-01T00:00:00Z</Expiration>',
  '</GetClusterCredentialsResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></GetClusterCredentialsResponse>',
].join('')

describe("what Redshift's API says", () => {
  it('asks for a user that exists, for fifteen minutes, and tells the password to who hides it', async () => {
    const seen = await answering([[200, issued]])
    const hidden: string[] = []
    const login = iamLogin({ ...atCluster, endpoint: seen.endpoint, hush: (secret) => hidden.push(secret) })
    expect(seen.count).toBe(0)
    expect(await login(call())).toMatchObject({ user: 'IAM:migrator', password: 'temporary-password' })
    expect(hidden).toEqual(['temporary-password'])
    expect(Object.fromEntries(new URLSearchParams(seen.bodies[0]))).toEqual({
      Action: 'GetClusterCredentials',
      Version: '2012-12-01',
      ClusterIdentifier: 'dwh',
      DbUser: 'migrator',
      DbName: 'dev',
      AutoCreate: 'false',
      DurationSeconds: '900',
    })
  })

  it('is asked again when it is throttled or broken, and only then', async () => {
    const throttled = [400, queryError('Throttling', 'Rate exceeded')] as const
    const seen = await answering([throttled, [503, 'unavailable'], [200, issued]])
    expect(await iamLogin({ ...atCluster, endpoint: seen.endpoint })(call())).toMatchObject({ user: 'IAM:migrator' })
    expect(seen.count).toBe(3)
  })

  it('is not asked for ever', async () => {
    const seen = await answering([[400, jsonError('ThrottlingException', 'Rate exceeded')]])
    const error = await failure(iamLogin({ ...atWorkgroup, endpoint: seen.endpoint })(call(30_000)))
    expect([error.code, error.transient, seen.count]).toEqual(['source-failed', true, 6])
  })

  const canonical = `does not match.\n\nThe Canonical String for this request should have been\n'x-amz-security-token:${keys.securityToken}'`
  it.each([
    ['AccessDenied', 403, 'source-denied', /allow redshift:GetClusterCredentials to/],
    ['ClusterNotFound', 404, 'source-refused', /redshift\.cluster/],
    ['InvalidClientTokenId', 403, 'source-denied', /keys are wrong/],
    ['SignatureDoesNotMatch', 403, 'source-denied', /keys are wrong/],
    ['ExpiredToken', 403, 'source-denied', /expired/],
    ['SomethingNew', 403, 'source-denied', /allow redshift:GetClusterCredentials/],
    ['SomethingElse', 400, 'source-refused', undefined],
  ])('%s of a cluster means what it means, once, without secrets', async (code, status, ours, hint) => {
    const seen = await answering([[status, queryError(code, canonical)]])
    const error = await failure(iamLogin({ ...atCluster, endpoint: seen.endpoint })(call()))
    expect([error.code, error.transient, seen.count]).toEqual([ours, false, 1])
    expect(error.message).toBe(`login to cluster dwh: redshift:GetClusterCredentials (${code}): does not match.`)
    if (hint === undefined) expect(error.hint).toBeUndefined()
    else expect(error.hint).toMatch(hint)
    expect(error.cause).toBeUndefined()
  })

  it.each([
    ['AccessDeniedException', 'source-denied', /allow redshift-serverless:GetCredentials to/],
    ['ResourceNotFoundException', 'source-refused', /redshift\.workgroup/],
    ['UnrecognizedClientException', 'source-denied', /keys are wrong/],
    ['InvalidSignatureException', 'source-denied', /keys are wrong/],
    ['ValidationException', 'source-refused', undefined],
  ])('%s of a workgroup means what it means', async (code, ours, hint) => {
    const seen = await answering([[400, jsonError(code, canonical)]])
    const error = await failure(iamLogin({ ...atWorkgroup, endpoint: seen.endpoint })(call()))
    expect([error.code, error.transient, seen.count]).toEqual([ours, false, 1])
    expect(error.message).toBe(`login to workgroup dwh: redshift-serverless:GetCredentials (${code}): does not match.`)
    if (hint === undefined) expect(error.hint).toBeUndefined()
    else expect(error.hint).toMatch(hint)
  })

  it('of a workgroup that is still being made', async () => {
    const seen = await answering([[200, JSON.stringify({ workgroup: { status: 'CREATING' } })]])
    const error = await failure(iamLogin({ ...atWorkgroup, hostKnown: false, endpoint: seen.endpoint })(call()))
    expect([error.code, error.message]).toEqual([
      'source-refused',
      'login to workgroup dwh: it has no endpoint (status CREATING)',
    ])
  })

  it('is nothing when nobody is there, and the caller’s deadline holds', async () => {
    const seen = await answering([[200, '']])
    server?.close()
    const error = await failure(iamLogin({ ...atCluster, endpoint: seen.endpoint })(call(300)))
    expect(error.code).toBe('source-unreachable')
  })
})
