import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Redactor, secretLengthMin } from '../../../src/cli/redactor.js'
import type { Json } from '../../../src/model/work.js'

const xml = (text: string): string =>
  [...text]
    .map((sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' })[sign] ?? sign)
    .join('')
const sql = (text: string): string => text.split("'").join("''")
const inJson = (text: string): string => JSON.stringify(text).slice(1, -1)

const forms: Readonly<Record<string, (secret: string) => string>> = {
  raw: (secret) => secret,
  'percent-encoded': encodeURIComponent,
  'percent-encoded in lower case': (secret) => encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase()),
  'form-encoded': (secret) => new URLSearchParams({ secret }).toString().slice('secret='.length),
  JSON: inJson,
  XML: xml,
  SQL: sql,
  'SQL in XML': (secret) => xml(sql(secret)),
  'XML in JSON': (secret) => inJson(xml(secret)),
  'SQL in JSON': (secret) => inJson(sql(secret)),
  'JSON in JSON': (secret) => inJson(inJson(secret)),
  'percent-encoded twice': (secret) => encodeURIComponent(encodeURIComponent(secret)),
}

const secretText = fc.string({
  unit: fc.constantFrom(...'abcXYZ019+/=%&<>\'"\\ :;@é漢\u{1f600}_-.~!*()\n'),
  minLength: secretLengthMin,
  maxLength: 60,
})
const nearby = fc.string({ unit: fc.constantFrom(...'ab1 =,;:"\'{}\\/\n'), maxLength: 12 })

function redactorOf(...secrets: readonly string[]): Redactor {
  const redactor = new Redactor()
  for (const secret of secrets) redactor.add(secret)
  return redactor
}

describe('a known secret', () => {
  it.each(Object.entries(forms))('is masked when written as %s', (_name, write) => {
    fc.assert(
      fc.property(secretText, nearby, nearby, (secret, before, after) => {
        const masked = redactorOf(secret).text(before + write(secret) + after)
        expect(masked).not.toContain(write(secret))
        expect(masked).not.toContain(secret)
        expect(masked).toContain('***')
      }),
    )
  })

  it('is masked in Base64, alone and between any other bytes, with all of that Base64', () => {
    const bytes = fc.uint8Array({ maxLength: 20 })
    fc.assert(
      fc.property(
        secretText,
        bytes,
        bytes,
        fc.constantFrom('base64', 'base64url'),
        (secret, before, after, encoding) => {
          const text = Buffer.concat([before, Buffer.from(secret), after]).toString(encoding)
          expect(redactorOf(secret).text(`Basic ${text}, next`)).toBe('Basic ***, next')
          expect(redactorOf(secret).text(`u=${encodeURIComponent(text)}&v=1`)).toBe('u=***&v=1')
        },
      ),
    )
    expect(redactorOf('s3cr3t/Key').text(`Authorization header: Basic ${btoa('user:s3cr3t/Key')}`)).toBe(
      'Authorization header: Basic ***',
    )
  })

  it('leaves no tail where secrets overlap', () => {
    expect(redactorOf('abcdefgh', 'efghijkl').text('x abcdefghijkl y')).toBe('x *** y')
    expect(redactorOf('aaaaaa').text('b aaaaaaaaa b')).toBe('b *** b')
    expect(redactorOf('secret-one', 'secret-one-longer').text('secret-one-longer')).toBe('***')
  })

  it('leaves every other text alone', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'abc123 .,/-_{}[]"') }), (text) => {
        expect(redactorOf('CANARY-9Zq!').text(text)).toBe(text)
      }),
    )
  })

  it('leaves a line of JSON a line of JSON with the same shape', () => {
    const shape = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(shape)
      if (typeof value !== 'object' || value === null) return typeof value
      return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shape(one)]))
    }
    fc.assert(
      fc.property(secretText, nearby, nearby, (secret, before, after) => {
        const value = {
          event: 'x',
          n: 1,
          list: [before + secret + after, btoa('a:b') + after, null],
          deep: { ok: true, secret },
        }
        const encoded = Buffer.from(before + secret + after).toString('base64')
        const line = JSON.stringify({ ...value, encoded: `\n${encoded}` })
        const masked = redactorOf(secret).text(line)
        expect(masked).not.toContain(inJson(secret))
        expect(shape(JSON.parse(masked))).toEqual(shape(JSON.parse(line)))
        expect(Object.keys(JSON.parse(masked) as object)).toEqual(Object.keys(JSON.parse(line) as object))
      }),
    )
    // An escape before the secret must not lose half of itself.
    const line = JSON.stringify({ text: '\nabcdef\u0001ffffff', n: 1 })
    expect(JSON.parse(redactorOf('nabcdef', '1ffffff').text(line))).toEqual({ text: '***', n: 1 })
  })

  it('is masked where it holds quotation marks that a text happens to be JSON by', () => {
    expect(redactorOf('"aaaaaa').text('"aaaaaa"')).toBe('"***"')
    expect(redactorOf('aaaaaa"').text('{"k": ["aaaaaa"]}')).toBe('{"k": ["***"]}')
    const quoted = fc.constantFrom('"', '["', '{"k":"', '"\\')
    fc.assert(
      fc.property(quoted, secretText, fc.constantFrom('"', '"]', '"}'), (before, secret, after) => {
        expect(redactorOf(secret).text(before + secret + after)).not.toContain(secret)
        expect(redactorOf(`"${secret}`).text(before + secret + after)).not.toContain(`"${secret}`)
      }),
    )
  })

  it('is taken from six characters on; the reason for the others does not tell them', () => {
    const redactor = redactorOf('abcde', 'abcdef')
    expect(redactor.text('abcde abcdef')).toBe('abcde ***')
    expect(redactor.ignored).toEqual(['a secret of 5 characters is not masked: fewer than 6 occur by chance'])
  })

  it('may be any text, half a surrogate pair too', () => {
    const secret = 'abc\ud83ddef'
    expect(redactorOf(secret).text(`x ${secret} y`)).toBe('x *** y')
    expect(redactorOf(secret).text(JSON.stringify({ secret }))).toBe('{"secret":"***"}')
  })
})

describe('json', () => {
  it('masks what stands under a suspicious key, and keeps yes, no and nothing', () => {
    const value: Json = {
      password: 'p',
      Authorization: ['a', 'b'],
      accessKeySecret: 's',
      access_key_id: 'LTAI1',
      securityToken: 7,
      signature: { v: 4 },
      credentials: { accessKeyId: 'i' },
      privateKey: 'k',
      secretRequired: true,
      token: null,
      user: { name: 'migrator', passwd: 'x' },
      list: [{ apiKey: 'y' }, 'plain', 3],
    }
    expect(new Redactor().json(value)).toEqual({
      password: '***',
      Authorization: '***',
      accessKeySecret: '***',
      access_key_id: 'LTAI1',
      securityToken: '***',
      signature: '***',
      credentials: '***',
      privateKey: '***',
      secretRequired: true,
      token: null,
      user: { name: 'migrator', passwd: '***' },
      list: [{ apiKey: '***' }, 'plain', 3],
    })
  })

  it('masks known secrets at any depth, in keys as well', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 4 }),
        fc.array(fc.constantFrom('a', 'b'), { maxLength: 6 }),
        (value, path) => {
          const secret = 'CANARY-9Zq!'
          const held = path.reduce<Json>((inner, key) => ({ [key]: [inner, value as Json] }), {
            [`k${secret}`]: `v ${secret}`,
          })
          const masked = redactorOf(secret).json(held)
          expect(JSON.stringify(masked)).not.toContain(secret)
          expect(JSON.stringify(masked)).toContain('"k***":"v ***"')
        },
      ),
    )
    let deep: Json = 'CANARY-9Zq!'
    for (let n = 0; n < 500; n += 1) deep = [deep]
    expect(JSON.stringify(redactorOf('CANARY-9Zq!').json(deep))).not.toContain('CANARY')
  })
})

describe('what looks like a secret by its place', () => {
  const redactor = new Redactor()

  it.each([
    [
      "UNLOAD ('select 1') TO 's3://b/p/' ACCESS_KEY_ID 'AKIA1' SECRET_ACCESS_KEY 'a/b''c+d' SESSION_TOKEN 'FwoG==' PARQUET",
      "UNLOAD ('select 1') TO 's3://b/p/' ACCESS_KEY_ID '***' SECRET_ACCESS_KEY '***' SESSION_TOKEN '***' PARQUET",
    ],
    [
      "COPY t FROM 's3://b/p' WITH credentials as 'aws_access_key_id=AKIA1;aws_secret_access_key=xyz' CSV",
      "COPY t FROM 's3://b/p' WITH credentials as '***' CSV",
    ],
    ["near SECRET_ACCESS_KEY 'abcdefgh", "near SECRET_ACCESS_KEY '***"],
    [
      "LOAD OVERWRITE TABLE t FROM LOCATION 'oss://LTAI1:abcDEF@oss-cn-hangzhou.aliyuncs.com/b/p/' STORED AS PARQUET",
      "LOAD OVERWRITE TABLE t FROM LOCATION 'oss://***:***@oss-cn-hangzhou.aliyuncs.com/b/p/' STORED AS PARQUET",
    ],
    ['postgres://migrator:pa%20ss@host:5439/dev', 'postgres://***:***@host:5439/dev'],
    ['{"url":"oss:\\/\\/LTAI1:abc@host\\/b"}', '{"url":"oss:\\/\\/***:***@host\\/b"}'],
    [
      'https://b.s3.amazonaws.com/k?X-Amz-Date=1&X-Amz-Signature=0f3a&x-id=GetObject',
      'https://b.s3.amazonaws.com/k?X-Amz-Date=1&X-Amz-Signature=***&x-id=GetObject',
    ],
    ['authorization: ODPS LTAI1:abc=', 'authorization: ***'],
  ])('%s', (text, masked) => {
    expect(redactor.text(text)).toBe(masked)
    expect(redactor.text(masked)).toBe(masked)
  })

  it.each([
    'oss://bucket/path/a:b@c/part_000.parquet',
    'oss://127.0.0.1:9000/bucket/x@y',
    's3://stage/r7/0000_part_00.parquet',
    'access_key_id and secret_access_key come from ${env:KEY}',
    '{"event":"attempted","token":"r1-load-1","number":1}',
    "STORED AS PARQUET; SELECT 'a:b@c'",
  ])('and leaves %s', (text) => {
    expect(redactor.text(text)).toBe(text)
  })

  it('keeps a line of JSON whole when a clause is cut off in it', () => {
    const line = JSON.stringify({ a: "SECRET_ACCESS_KEY 'abc", b: "it's", c: "CREDENTIALS 'x\"y' z" })
    expect(JSON.parse(redactor.text(line))).toEqual({
      a: "SECRET_ACCESS_KEY '***",
      b: "it's",
      c: "CREDENTIALS '***' z",
    })
  })

  it('takes no long time over any text', () => {
    const began = Date.now()
    for (const text of ['a'.repeat(1e6), "ACCESS_KEY_ID '".repeat(5e4), 'x://'.repeat(2e5), 'oss://a:'.repeat(1e5)]) {
      redactorOf('CANARY-9Zq!').text(text)
    }
    expect(Date.now() - began).toBeLessThan(5_000)
  })
})
