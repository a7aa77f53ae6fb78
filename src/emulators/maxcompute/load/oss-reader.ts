import { createHash, createHmac } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { XMLParser } from 'fast-xml-parser'
import { readerError } from '../odps-error.js'

export interface OssKeys {
  readonly accessKeyId: string
  readonly accessKeySecret: string
}

export interface OssPlace {
  /** `http://127.0.0.1:port` */
  readonly endpoint: string
  readonly region: string
  readonly bucket: string
  readonly keys: OssKeys
}

export interface OssObject {
  readonly key: string
  readonly byteCount: number
}

const requestMillisecondsMax = 600_000
const listPageCountMax = 10_000
const parser = new XMLParser({ parseTagValue: false, isArray: (name) => name === 'Contents' })

interface ListPage {
  readonly Contents?: readonly { readonly Key: string; readonly Size: string }[]
  readonly IsTruncated?: string
  readonly NextContinuationToken?: string
}

/** Every object below a prefix, in order of key. */
export async function listObjects(place: OssPlace, prefix: string): Promise<readonly OssObject[]> {
  const objects: OssObject[] = []
  let token: string | undefined
  for (let page = 0; page < listPageCountMax; page += 1) {
    const query = new Map([
      ['list-type', '2'],
      ['max-keys', '1000'],
      ['prefix', prefix],
      ...(token === undefined ? [] : [['continuation-token', token] as const]),
    ])
    const response = await request(place, '', query)
    const document = parser.parse(await response.text()) as { readonly ListBucketResult?: ListPage }
    const list = document.ListBucketResult ?? {}
    for (const one of list.Contents ?? []) objects.push({ key: one.Key, byteCount: Number(one.Size) })
    if (list.IsTruncated !== 'true') return objects
    token = list.NextContinuationToken
  }
  throw readerError(`OSS listing of ${prefix} has more than ${listPageCountMax} pages`)
}

export async function downloadObject(place: OssPlace, key: string, file: string): Promise<void> {
  const response = await request(place, key, new Map())
  if (response.body === null) throw readerError(`OSS gave no body for ${key}`)
  await pipeline(Readable.fromWeb(response.body), createWriteStream(file))
}

async function request(place: OssPlace, key: string, query: ReadonlyMap<string, string>): Promise<Response> {
  const resource = `/${place.bucket}/${key}`
  const text = [...query].map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&')
  const url = `${place.endpoint}${encodePath(resource)}${text === '' ? '' : `?${text}`}`
  const headers = signedHeaders(place, resource, query, new Date())
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(requestMillisecondsMax) }).catch(
    (cause: unknown) => {
      throw readerError(`OSS cannot be reached: ${cause instanceof Error ? cause.message : String(cause)}`)
    },
  )
  if (response.ok) return response
  const body = await response.text()
  const code = /<Code>([^<]*)<\/Code>/.exec(body)?.[1] ?? String(response.status)
  throw readerError(`com.aliyun.oss.OSSException: ${code}, status ${response.status}, resource ${resource}`)
}

/** OSS V4 (transfer.md 3.2): the emulators' own few lines. */
export function signedHeaders(
  place: Pick<OssPlace, 'region' | 'keys'>,
  resource: string,
  query: ReadonlyMap<string, string>,
  now: Date,
): Record<string, string> {
  const timestamp = now.toISOString().replace(/[-:]|\.\d{3}/g, '')
  const day = timestamp.slice(0, 8)
  const headers = { 'x-oss-content-sha256': 'UNSIGNED-PAYLOAD', 'x-oss-date': timestamp }
  const canonicalQuery = [...query]
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`))
    .join('&')
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`)
  const canonical = ['GET', encodePath(resource), canonicalQuery, lines.join(''), '', 'UNSIGNED-PAYLOAD'].join('\n')
  const scope = `${day}/${place.region}/oss/aliyun_v4_request`
  const text = ['OSS4-HMAC-SHA256', timestamp, scope, createHash('sha256').update(canonical).digest('hex')].join('\n')
  const parts = [day, place.region, 'oss', 'aliyun_v4_request']
  const key = parts.reduce<Buffer>(hmac, Buffer.from(`aliyun_v4${place.keys.accessKeySecret}`))
  const signature = hmac(key, text).toString('hex')
  const authorization = `OSS4-HMAC-SHA256 Credential=${place.keys.accessKeyId}/${scope},Signature=${signature}`
  return { ...headers, authorization }
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
}

function encodePath(path: string): string {
  return path.split('/').map(encode).join('/')
}
