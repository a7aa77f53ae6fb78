import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { decodeChunks } from '../../src/emulators/object-store/aws-chunked.js'
import { digest, hexToDecimal, openDigests } from '../../src/emulators/object-store/digests.js'
import {
  v1Signature,
  v1StringToSign,
  v4CanonicalRequest,
  v4Signature,
  v4StringToSign,
} from '../../src/emulators/object-store/oss-signature.js'
import { canonicalRequest, sha256, sign, signingKey, stringToSign } from '../../src/emulators/object-store/sigv4.js'

/** The key pair of Amazon's documentation. */
const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'
const claim = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  day: '20130524',
  region: 'us-east-1',
  service: 's3',
  signedHeaders: [] as string[],
  signature: '',
  timestamp: '20130524T000000Z',
}
const emptyHash = sha256('')

function sigv4(
  method: string,
  path: string,
  query: [string, string][],
  headers: Record<string, string>,
  payloadHash: string,
): string {
  const request = { method, path, query: new Map(query), headers: new Map(Object.entries(headers)) }
  const canonical = canonicalRequest(request, Object.keys(headers).sort(), payloadHash)
  return sign(signingKey(secret, claim), stringToSign(claim, canonical))
}

describe("SigV4, the examples of Amazon's documentation", () => {
  const host = 'examplebucket.s3.amazonaws.com'
  const date = { 'x-amz-date': claim.timestamp }

  test('GET Object', () => {
    const headers = { host, range: 'bytes=0-9', 'x-amz-content-sha256': emptyHash, ...date }
    const expected = 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41'
    expect(sigv4('GET', '/test.txt', [], headers, emptyHash)).toBe(expected)
  })

  test('PUT Object', () => {
    const hash = '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072'
    const headers = {
      host,
      date: 'Fri, 24 May 2013 00:00:00 GMT',
      'x-amz-content-sha256': hash,
      'x-amz-storage-class': 'REDUCED_REDUNDANCY',
      ...date,
    }
    const expected = '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd'
    expect(sigv4('PUT', '/test$file.text', [], headers, hash)).toBe(expected)
  })

  test('GET Bucket with queries', () => {
    const headers = { host, 'x-amz-content-sha256': emptyHash, ...date }
    const lifecycle = 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543'
    expect(sigv4('GET', '/', [['lifecycle', '']], headers, emptyHash)).toBe(lifecycle)
    const list = '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7'
    const query: [string, string][] = [
      ['max-keys', '2'],
      ['prefix', 'J'],
    ]
    expect(sigv4('GET', '/', query, headers, emptyHash)).toBe(list)
  })

  test('a presigned GET', () => {
    const query: [string, string][] = [
      ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
      ['X-Amz-Credential', 'AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request'],
      ['X-Amz-Date', claim.timestamp],
      ['X-Amz-Expires', '86400'],
      ['X-Amz-SignedHeaders', 'host'],
    ]
    const expected = 'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404'
    expect(sigv4('GET', '/test.txt', query, { host }, 'UNSIGNED-PAYLOAD')).toBe(expected)
  })

  const seedSignature = '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9'
  const seal = {
    signingKey: signingKey(secret, claim),
    timestamp: claim.timestamp,
    scope: '20130524/us-east-1/s3/aws4_request',
    seedSignature,
  }
  const chunks = [
    ['10000', 'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648', 'a'.repeat(65536)],
    ['400', '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497', 'a'.repeat(1024)],
    ['0', 'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9', ''],
  ]
  const signed = chunks.map(([size, signature, data]) => `${size};chunk-signature=${signature}\r\n${data}\r\n`).join('')

  async function decode(text: string, pieceByteCount: number, sealed = true): Promise<string> {
    const pieces = text.match(new RegExp(`[^]{1,${pieceByteCount}}`, 'g')) ?? []
    const source = Readable.from(pieces.map((piece) => Buffer.from(piece)))
    return Buffer.concat(
      await Readable.from(decodeChunks(source, sealed ? seal : undefined, new Map())).toArray(),
    ).toString()
  }

  test('the seed of signed chunks', () => {
    const hash = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD'
    const headers = {
      'content-encoding': 'aws-chunked',
      'content-length': '66824',
      host: 's3.amazonaws.com',
      'x-amz-content-sha256': hash,
      'x-amz-decoded-content-length': '66560',
      'x-amz-storage-class': 'REDUCED_REDUNDANCY',
      ...date,
    }
    expect(sigv4('PUT', '/examplebucket/chunkObject.txt', [], headers, hash)).toBe(seedSignature)
  })

  test.each([64, 1000, 100_000])('signed chunks, arriving in pieces of %d bytes', async (pieceByteCount) => {
    expect(await decode(signed, pieceByteCount)).toBe('a'.repeat(66560))
  })

  test.each([1, 2, 5])('unsigned chunks, arriving in pieces of %d bytes', async (pieceByteCount) => {
    expect(await decode('3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n', pieceByteCount, false)).toBe('abcde')
  })

  test('a changed byte, a changed signature and a cut body are refused', async () => {
    await expect(decode(signed.replace('aaaa', 'aaba'), 100_000)).rejects.toMatchObject({
      code: 'SignatureDoesNotMatch',
    })
    await expect(decode(signed.replace('b6c6', 'b6c7'), 100_000)).rejects.toMatchObject({
      code: 'SignatureDoesNotMatch',
    })
    await expect(decode(signed.slice(0, 66_000), 100_000)).rejects.toMatchObject({ code: 'IncompleteBody' })
    await expect(decode('5\r\nabc', 100_000, false)).rejects.toMatchObject({ code: 'IncompleteBody' })
  })
})

describe('signed chunks with a trailer', () => {
  test("the example of Amazon's documentation", async () => {
    const seal = {
      signingKey: signingKey(secret, claim),
      timestamp: claim.timestamp,
      scope: '20130524/us-east-1/s3/aws4_request',
      seedSignature: '106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e',
    }
    const chunks = [
      ['10000', 'b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2', 'a'.repeat(65536) + '\r\n'],
      ['400', '1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7', 'a'.repeat(1024) + '\r\n'],
      ['0', '2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992', ''],
    ]
    const body = chunks.map(([size, signature, data]) => `${size};chunk-signature=${signature}\r\n${data}`).join('')
    const trailer = 'x-amz-checksum-crc32c:sOO8/Q==\r\nx-amz-trailer-signature:'
    const decode = async (signature: string): Promise<Map<string, string>> => {
      const trailers = new Map<string, string>()
      const source = Readable.from([Buffer.from(`${body}${trailer}${signature}\r\n\r\n`)])
      const data = Buffer.concat(await Readable.from(decodeChunks(source, seal, trailers)).toArray())
      expect(data.toString()).toBe('a'.repeat(66560))
      expect(Buffer.from(await digest('crc32c', data), 'hex').toString('base64')).toBe('sOO8/Q==')
      return trailers
    }
    const right = 'd81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435'
    expect(await decode(right)).toEqual(new Map([['x-amz-checksum-crc32c', 'sOO8/Q==']]))
    await expect(decode(right.replace('d8', 'd9'))).rejects.toMatchObject({ code: 'SignatureDoesNotMatch' })
  })
})

describe('OSS V1', () => {
  test('the example of the documentation', () => {
    const request = {
      method: 'PUT',
      query: new Map(),
      headers: new Map([
        ['content-md5', 'ODBGOERFMDMzQTczRUY3NUE3NzA5QzdFNUYzMDQxNEM='],
        ['content-type', 'text/html'],
        ['x-oss-meta-author', 'foo@bar.com'],
        ['x-oss-magic', 'abracadabra'],
      ]),
    }
    const text = v1StringToSign(request, '/oss-example/nelson', 'Thu, 17 Nov 2005 18:49:58 GMT')
    expect(v1Signature('OtxrzxIsfpFjA7SwPzILwy8Bw21TLhquhboDYROV', text)).toBe('26NBxoKdsyly4EDv6inkoDft/yA=')
  })

  test('only sub-resources are signed, in order', () => {
    const query = new Map([
      ['uploadId', 'X'],
      ['prefix', 'p'],
      ['partNumber', '1'],
      ['acl', ''],
    ])
    const text = v1StringToSign({ method: 'GET', query, headers: new Map() }, '/b/k', 'D')
    expect(text).toBe('GET\n\n\nD\n/b/k?acl&partNumber=1&uploadId=X')
  })
})

describe('OSS V4, the vectors of the Go SDK', () => {
  const query = new Map([
    ['param1', 'value1'],
    ['+param1', 'value3'],
    ['|param1', 'value4'],
    ['+param2', ''],
    ['|param2', ''],
    ['param2', ''],
  ])
  const common = { 'x-oss-head1': 'value', 'content-type': 'text/plain', 'x-oss-content-sha256': 'UNSIGNED-PAYLOAD' }
  const others = { abc: 'value', zabc: 'value', xyz: 'value' }

  test.each([
    ['20231216T162057Z', {}, [], 'e21d18daa82167720f9b1047ae7e7f1ce7cb77a31e8203a7d5f4624fa0284afe'],
    [
      '20231217T034736Z',
      { 'x-oss-security-token': 'token' },
      [],
      'b94a3f999cf85bcdc00d332fbd3734ba03e48382c36fa4d5af5df817395bd9ea',
    ],
    ['20231216T172512Z', {}, ['abc', 'zabc'], '4a4183c187c07c8947db7620deb0a6b38d9fbdd34187b6dbaccb316fa251212f'],
  ])('%s', (timestamp, more, additional, expected) => {
    const headers = new Map(Object.entries({ ...common, ...others, ...more, 'x-oss-date': timestamp }))
    const canonical = v4CanonicalRequest(
      { method: 'PUT', query, headers },
      '/bucket/1234+-/123/1.txt',
      additional,
      'UNSIGNED-PAYLOAD',
    )
    const day = timestamp.slice(0, 8)
    const made = {
      accessKeyId: 'ak',
      day,
      region: 'cn-hangzhou',
      product: 'oss',
      additionalHeaders: additional,
      signature: '',
      timestamp,
    }
    expect(v4Signature('sk', made, v4StringToSign(made, canonical))).toBe(expected)
  })
})

describe('digests', () => {
  test.each([
    ['', '0'],
    ['a', '3675645893302102789'],
    ['123456789', '11051210869376104954'],
    ['1234', '14865968487149912872'],
    ['56789', '7598038797645275211'],
  ])('CRC-64 of %j as OSS prints it', async (text, expected) => {
    expect(hexToDecimal(await digest('crc64xz', Buffer.from(text)))).toBe(expected)
  })

  test('check values of the others', async () => {
    const check = Buffer.from('123456789')
    expect(await digest('crc64nvme', check)).toBe('ae8b14860a799888')
    expect(await digest('crc32', check)).toBe('cbf43926')
    expect(await digest('crc32c', check)).toBe('e3069283')
  })

  test('a stream in pieces is the same as the whole', async () => {
    const names = ['md5', 'sha1', 'sha256', 'crc32', 'crc32c', 'crc64xz', 'crc64nvme'] as const
    const digests = await openDigests(names)
    for (const piece of ['1', '', '2345', '6789']) digests.update(Buffer.from(piece))
    const values = digests.finish()
    for (const name of names) expect(values[name]).toBe(await digest(name, Buffer.from('123456789')))
  })
})
