import { describe, expect, it } from 'vitest'
import {
  canonicalText,
  sign,
  signingKey,
  verifySignature,
  type SignedRequest,
} from '../../src/emulators/maxcompute/signature.js'
import { mintToken } from '../../src/emulators/access/token.js'
import { defaultWorld, type World } from '../../src/emulators/world.js'

const date = 'Fri, 02 Jan 2026 03:04:05 GMT'
const now = Date.parse(date)
const key = { accessKeyId: 'LTAItestAccessId', accessKeySecret: 'testAccessKeySecret' }
const base = defaultWorld()
const world: World = { ...base, alibaba: { ...base.alibaba, keys: [key] } }

function request(method: string, path: string, query: string, headers: Record<string, string> = {}): SignedRequest {
  return { method, path, query, headers: { date, 'x-odps-user-agent': 'x/1', ...headers } }
}

// Signatures made by PyODPS (maxcompute.md 1.4).
const vectors = [
  {
    request: request('GET', '/projects/p1/instances/20260102030405123abc', 'result&curr_project=p1'),
    v2: 'WCxrj7MEHA1HiK7TIoDiSFxR8nY=',
    v4: 'CLGbczwChemSGKa6vvh8b4mDUrY=',
  },
  {
    request: request('POST', '/projects/p1/instances', 'curr_project=p1', { 'content-type': 'application/xml' }),
    v2: 'dTT8fq67980QrxhCYOGIlGGVq2Y=',
    v4: '/6SLiVcx2vYZ2J3YZ8GKFOBOuUo=',
  },
  {
    request: request('GET', '/projects/p1/tables', 'expectmarker=true&name=a+b%25&curr_schema=s1&curr_project=p1'),
    v2: 'OouVR5NKC7AS+GatOxOLwBycB8A=',
    v4: 'qUMdfMOVw+2L4um7DyE7IUSklJw=',
  },
]

function signedBy(of: SignedRequest, authorization: string, more: Record<string, string> = {}): SignedRequest {
  return { ...of, headers: { ...of.headers, authorization, ...more } }
}

describe('signature', () => {
  it('derives the V4 key of the vector', () => {
    const hex = signingKey(key.accessKeySecret, '20260102', 'cn-hangzhou').toString('hex')
    expect(hex).toBe('0fa62a02582233b5f056f855cf0240ec7fcc4c7bff4b81ddf9990ca839f15659')
  })

  it('writes the canonical text of the vector', () => {
    const text = 'GET\n\n\nFri, 02 Jan 2026 03:04:05 GMT\nx-odps-user-agent:x/1\n'
    const resource = '/projects/p1/instances/20260102030405123abc?curr_project=p1&result'
    expect(canonicalText(vectors[0]!.request, 'once')).toBe(text + resource)
  })

  it('does not sign headers whose name lacks the dash', () => {
    const plain = canonicalText(request('GET', '/projects', ''), 'once')
    expect(canonicalText(request('GET', '/projects', '', { 'x-odpsfoo': '1' }), 'once')).toBe(plain)
  })

  for (const [index, vector] of vectors.entries()) {
    it(`accepts V2 and V4 of vector ${index + 1}`, () => {
      const v2 = signedBy(vector.request, `ODPS ${key.accessKeyId}:${vector.v2}`)
      const scope = `${key.accessKeyId}/20260102/cn-hangzhou/odps/aliyun_v4_request`
      const v4 = signedBy(vector.request, `ODPS ${scope}:${vector.v4}`)
      expect(() => verifySignature(v2, world, now)).not.toThrow()
      expect(() => verifySignature(v4, world, now)).not.toThrow()
    })
  }

  it('accepts a value that was decoded twice before signing', () => {
    const of = request('GET', '/projects/p1/tables', 'name=a%2Bb')
    for (const decoding of ['once', 'twice'] as const) {
      const signature = sign(key.accessKeySecret, canonicalText(of, decoding))
      expect(() => verifySignature(signedBy(of, `ODPS ${key.accessKeyId}:${signature}`), world, now)).not.toThrow()
    }
    expect(canonicalText(of, 'once')).not.toBe(canonicalText(of, 'twice'))
  })

  it('refuses what is missing, unknown, wrong or late', () => {
    const of = vectors[0]!.request
    const good = `ODPS ${key.accessKeyId}:${vectors[0]!.v2}`
    const cases: readonly [SignedRequest, number, string][] = [
      [of, now, 'AuthorizationRequired'],
      [signedBy(of, `ODPS nobody:${vectors[0]!.v2}`), now, 'Unauthorized'],
      [signedBy(of, `ODPS ${key.accessKeyId}:${vectors[1]!.v2}`), now, 'SignatureNotMatch'],
      [signedBy(of, good), now + 900_001, 'RequestTimeTooSkewd'],
    ]
    for (const [one, at, code] of cases) {
      expect(() => verifySignature(one, world, at)).toThrowError(
        expect.objectContaining({ status: 401, code }) as Error,
      )
    }
  })

  it('refuses V4 for another region or day, however well it is signed', () => {
    const of = vectors[0]!.request
    for (const [day, region] of [
      ['20260102', 'cn-shanghai'],
      ['20260101', 'cn-hangzhou'],
    ] as const) {
      const signature = sign(signingKey(key.accessKeySecret, day, region), canonicalText(of, 'once'))
      const scope = `${key.accessKeyId}/${day}/${region}/odps/aliyun_v4_request`
      expect(() => verifySignature(signedBy(of, `ODPS ${scope}:${signature}`), world, now)).toThrow('0410042')
    }
  })

  it('wants the token of a temporary key', () => {
    const temporary = mintToken({ roleArn: 'acs:ram::1:role/r', expiresAt: now + 60_000 })
    const of = vectors[0]!.request
    const authorization = `ODPS ${temporary.accessKeyId}:${sign(temporary.accessKeySecret, canonicalText(of, 'once'))}`
    const withToken = signedBy(of, authorization, { 'authorization-sts-token': temporary.securityToken ?? '' })
    expect(() => verifySignature(withToken, world, now)).not.toThrow()
    expect(() => verifySignature(signedBy(of, authorization), world, now)).toThrow('0410051')
  })
})
