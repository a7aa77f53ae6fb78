import type { IncomingMessage } from 'node:http'
import { readXml } from '../object-store/xml.js'
import { encodePath } from '../object-store/store-request.js'
import { queryText, signRequest } from '../redshift/s3-signature.js'
import type { Address } from './address.js'
import { AddressFault } from './address-fault.js'
import type { Environment } from './environment.js'
import { callStore, readBody } from './store-exchange.js'

/** A bucket of S3, and the keys of the address that open it. */
export interface SourceStore {
  readonly endpoint: string
  readonly region: string
  readonly bucket: string
  readonly prefix: string
  readonly accessKeyId: string
  readonly secret: string
}

export interface SourceObject {
  readonly key: string
  readonly byteCount: number
  readonly modifiedAt: number
}

const pageCountMax = 100_000
const awsDomain = /^s3(?:[.-]([a-z0-9-]+))?\.amazonaws\.com(?:\.cn)?$/

/** Names of S3 lead to the emulated one, as its own address does (transfer.md 1.6). */
export function sourceStore(address: Address, environment: Environment): SourceStore {
  const { Domain = '', Bucket = '', Prefix = '', AccessId = '', AccessSecret = '', AddressType } = address.detail
  if (AddressType === 'oss') throw new AddressFault(0, 'SourceAddrTypeInvalid', 'The source must not be of type oss.')
  const host = Domain.replace(/^https?:\/\//i, '')
    .replace(/\/$/, '')
    .toLowerCase()
  const { port } = new URL(environment.s3Endpoint)
  const isOurs = [`127.0.0.1:${port}`, `localhost:${port}`].includes(host)
  const named = awsDomain.exec(host)
  if (named === null && !isOurs) {
    throw new AddressFault(0, 'SourceAddrEndpointInvalid', `The domain of the source cannot be reached: ${Domain}.`)
  }
  const region = named === null ? environment.world.aws.region : (named[1] ?? 'us-east-1')
  const keys = { accessKeyId: AccessId, secret: AccessSecret }
  return { endpoint: environment.s3Endpoint, region, bucket: Bucket, prefix: Prefix, ...keys }
}

/** Everything below the store's prefix, in order of key. */
export async function* listSource(store: SourceStore, pageSize = 1000): AsyncGenerator<SourceObject> {
  let token: string | undefined
  for (let page = 0; page < pageCountMax; page += 1) {
    const list = await listPage(store, token, pageSize)
    for (const one of (list.Contents ?? []) as readonly Record<string, string>[]) yield readObject(one)
    if (list.IsTruncated !== 'true') return
    token = String(list.NextContinuationToken)
  }
  throw new AddressFault(0, 'ListFailed', `The source has more than ${pageCountMax} pages of objects.`)
}

/** The one page that shows whether the source can be listed at all. */
export async function probeSource(store: SourceStore): Promise<void> {
  await listPage(store, undefined, 1)
}

async function listPage(store: SourceStore, token: string | undefined, pageSize: number) {
  const query: (readonly [string, string])[] = [
    ['list-type', '2'],
    ['max-keys', String(pageSize)],
    ['prefix', store.prefix],
    ['encoding-type', 'url'],
    ...(token === undefined ? [] : [['continuation-token', token] as const]),
  ]
  const text = await readBody(await askSource(store, '', query))
  return readXml(text, 'ListBucketResult', ['Contents'])
}

function readObject({ Key = '', Size = '', LastModified = '' }: Record<string, string>): SourceObject {
  const key = decodeURIComponent(Key.replaceAll('+', ' '))
  return { key, byteCount: Number(Size), modifiedAt: Date.parse(LastModified) }
}

export function openSource(store: SourceStore, key: string): Promise<IncomingMessage> {
  return askSource(store, key, [])
}

function askSource(store: SourceStore, key: string, query: readonly (readonly [string, string])[]) {
  const { endpoint, region, accessKeyId, secret } = store
  const path = key === '' ? `/${store.bucket}` : `/${store.bucket}/${encodePath(key)}`
  const host = new URL(endpoint).host
  const signed = { method: 'GET', path, query, host, region, keys: { accessKeyId, secret } }
  const headers = signRequest({ ...signed, body: new Uint8Array(), now: new Date() })
  const target = query.length === 0 ? path : `${path}?${queryText(query)}`
  return callStore({ method: 'GET', endpoint, target, headers })
}
