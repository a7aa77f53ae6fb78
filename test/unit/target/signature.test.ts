import { describe, expect, it } from 'vitest'
import {
  authorization,
  canonicalResource,
  canonicalString,
  signedHeaders,
  signingKeyV4,
  signV2,
  signV4,
  type SignedRequest,
} from '../../../src/target/maxcompute/signature.js'

// Signatures that another client of the service produced for these requests (maxcompute.md 1.4).
const keys = { accessKeyId: 'LTAItestAccessId', accessKeySecret: 'testAccessKeySecret' }
const common = { Date: 'Fri, 02 Jan 2026 03:04:05 GMT', 'x-odps-user-agent': 'x/1' }
const vectors: readonly { method: string; url: string; headers?: Record<string, string>; v2: string; v4: string }[] = [
  {
    method: 'GET',
    url: '/projects/p1/instances/20260102030405123abc?result&curr_project=p1',
    v2: 'WCxrj7MEHA1HiK7TIoDiSFxR8nY=',
    v4: 'CLGbczwChemSGKa6vvh8b4mDUrY=',
  },
  {
    method: 'POST',
    url: '/projects/p1/instances?curr_project=p1',
    headers: { 'Content-Type': 'application/xml' },
    v2: 'dTT8fq67980QrxhCYOGIlGGVq2Y=',
    v4: '/6SLiVcx2vYZ2J3YZ8GKFOBOuUo=',
  },
  {
    method: 'GET',
    url: '/projects/p1/tables?expectmarker=true&name=a+b%25&curr_schema=s1&curr_project=p1',
    v2: 'OouVR5NKC7AS+GatOxOLwBycB8A=',
    v4: 'qUMdfMOVw+2L4um7DyE7IUSklJw=',
  },
]

function requestOf(vector: (typeof vectors)[number]): SignedRequest {
  const url = new URL(vector.url, 'http://host')
  return {
    method: vector.method,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: { ...common, ...vector.headers },
  }
}

describe('signature', () => {
  it.each(vectors)('signs $method $url with V2', (vector) => {
    expect(signV2(canonicalString(requestOf(vector)), keys.accessKeySecret)).toBe(vector.v2)
    expect(authorization(requestOf(vector), keys, { version: 'v2' })).toBe(`ODPS LTAItestAccessId:${vector.v2}`)
  })

  it.each(vectors)('signs $method $url with V4', (vector) => {
    const canonical = canonicalString(requestOf(vector))
    expect(signV4(canonical, keys.accessKeySecret, '20260102', 'cn-hangzhou')).toBe(vector.v4)
    expect(authorization(requestOf(vector), keys, { version: 'v4', region: 'cn-hangzhou' })).toBe(
      `ODPS LTAItestAccessId/20260102/cn-hangzhou/odps/aliyun_v4_request:${vector.v4}`,
    )
  })

  it('derives the V4 key', () => {
    expect(signingKeyV4(keys.accessKeySecret, '20260102', 'cn-hangzhou').toString('hex')).toBe(
      '0fa62a02582233b5f056f855cf0240ec7fcc4c7bff4b81ddf9990ca839f15659',
    )
  })

  it('writes the canonical string line by line', () => {
    expect(canonicalString(requestOf(vectors[0]!))).toBe(
      'GET\n\n\nFri, 02 Jan 2026 03:04:05 GMT\nx-odps-user-agent:x/1\n' +
        '/projects/p1/instances/20260102030405123abc?curr_project=p1&result',
    )
  })

  it('leaves parameters decoded and flags bare', () => {
    expect(canonicalResource('/projects/p 1', { b: 'a b%', a: '', c: '1+1=2' })).toBe('/projects/p 1?a&b=a b%&c=1+1=2')
  })

  it('signs x-odps- headers and parameters, lower-cased and sorted, and nothing that only begins alike', () => {
    const canonical = canonicalString({
      method: 'get',
      path: '/r',
      query: { 'x-odps-param': 'q' },
      headers: { 'X-Odps-Zeta': 'z', 'x-odps-alpha': 'a', 'x-odpsfoo': 'no', Date: 'd', 'Content-MD5': 'm' },
    })
    expect(canonical).toBe('GET\nm\n\nd\nx-odps-alpha:a\nx-odps-param:q\nx-odps-zeta:z\n/r?x-odps-param=q')
  })

  it('adds the token of temporary keys without signing it', () => {
    const request = requestOf(vectors[0]!)
    const plain = signedHeaders(request, keys, { version: 'v2' })
    const temporary = signedHeaders(request, { ...keys, securityToken: 'sts-token' }, { version: 'v2' })
    expect(plain).not.toHaveProperty('authorization-sts-token')
    expect(temporary).toEqual({ ...plain, 'authorization-sts-token': 'sts-token' })
  })
})
