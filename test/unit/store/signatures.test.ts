import { createHash, createHmac } from 'node:crypto'
import { SignatureV4 } from '@smithy/signature-v4'
import { describe, expect, it } from 'vitest'
import { signAwsRequest } from '../../../src/store/aws-signature.js'
import { ossQuery, signOssRequest } from '../../../src/store/oss-signature.js'
import { ossAddress } from '../../../src/store/oss-writer.js'
import { s3Address } from '../../../src/store/s3-reader.js'

/** As the signer of the AWS SDK wants its hash. */
class Sha256 {
  readonly #hash

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as string)
  }

  update(data: string | Uint8Array): void {
    this.#hash.update(data)
  }

  async digest(): Promise<Uint8Array> {
    return new Uint8Array(this.#hash.digest())
  }
}

const at = new Date('2026-11-21T08:00:00.000Z')

describe('reading from S3', () => {
  const keysOf = ['plain/part-0000.parquet', "a b/c+d&e=(f)'!*~/ü/日本.parquet", 'x//y/%41?#[]']

  it.each(keysOf)('signs %s as the SDK does', async (key) => {
    const url = s3Address({ region: 'eu-central-1', socketCountMax: 1 }, { store: 's3', bucket: 'bucket', key })
    const headers = { host: url.host, range: 'bytes=5-9', 'if-match': '"abc"' }
    const keys = { accessKeyId: 'AKID', accessKeySecret: 'secret', securityToken: 'token' }
    const signer = new SignatureV4({
      service: 's3',
      region: 'eu-central-1',
      credentials: { accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: 'token' },
      sha256: Sha256,
      uriEscapePath: false,
      applyChecksum: true,
    })
    const asked = { method: 'GET', protocol: 'https:', hostname: url.hostname, path: url.pathname, headers, query: {} }
    const theirs = await signer.sign(asked, { signingDate: at })
    const ours = signAwsRequest({ method: 'GET', path: url.pathname, headers, region: 'eu-central-1', at }, keys)
    expect(ours['authorization']).toBe(theirs.headers['authorization'])
  })

  it('builds the addresses of both styles', () => {
    const of = (options: object, bucket = 'bucket') =>
      s3Address({ region: 'cn-north-1', socketCountMax: 1, ...options }, { store: 's3', bucket, key: 'a/b c' }).href
    expect(of({})).toBe('https://bucket.s3.cn-north-1.amazonaws.com.cn/a/b%20c')
    expect(of({ region: 'us-east-1' }, 'with.dots')).toBe('https://s3.us-east-1.amazonaws.com/with.dots/a/b%20c')
    expect(of({ endpoint: 'http://127.0.0.1:9000', pathStyle: true })).toBe('http://127.0.0.1:9000/bucket/a/b%20c')
  })
})

describe('writing to OSS', () => {
  // Vectors of the OSS SDK for Go, version 2 (transfer.md 3.2).
  const vector = {
    method: 'PUT',
    bucket: 'bucket',
    key: '1234+-/123/1.txt',
    query: {
      param1: 'value1',
      '+param1': 'value3',
      '|param1': 'value4',
      '+param2': '',
      '|param2': '',
      param2: '',
    },
    headers: { 'x-oss-head1': 'value', 'content-type': 'text/plain', abc: 'value', zabc: 'value', xyz: 'value' },
    region: 'cn-hangzhou',
  }

  it.each([
    ['2023-12-16T16:20:57Z', {}, 'e21d18daa82167720f9b1047ae7e7f1ce7cb77a31e8203a7d5f4624fa0284afe'],
    [
      '2023-12-17T03:47:36Z',
      { securityToken: 'token' },
      'b94a3f999cf85bcdc00d332fbd3734ba03e48382c36fa4d5af5df817395bd9ea',
    ],
  ])('signs the vector of %s', (moment, token, signature) => {
    const keys = { accessKeyId: 'ak', accessKeySecret: 'sk', ...token }
    const signed = signOssRequest({ ...vector, at: new Date(moment) }, keys)
    expect(signed['authorization']).toMatch(new RegExp(`,Signature=${signature}$`))
  })

  it('is https where no scheme is given, and sends what it signs', () => {
    const location = { store: 'oss', bucket: 'bucket', key: 'a/b+c' } as const
    const query = { partNumber: '7', uploadId: 'A+B' }
    expect(ossAddress({ region: 'oss-cn-hangzhou', socketCountMax: 1 }, location, query).href).toBe(
      'https://bucket.oss-cn-hangzhou.aliyuncs.com/a/b%2Bc?partNumber=7&uploadId=A%2BB',
    )
    const own = { region: 'cn-hangzhou', socketCountMax: 1, endpoint: 'http://localhost:1', pathStyle: true }
    expect(ossAddress(own, location, {}).href).toBe('http://localhost:1/bucket/a/b%2Bc')
    expect(ossQuery(query)).toBe('partNumber=7&uploadId=A%2BB')
  })
})
