import { request as httpRequest } from 'node:http'
import { RedshiftFault } from './fault.js'
import { encodeSegment, queryText, type S3Keys, signRequest } from './s3-signature.js'
import { s3Fault } from './s3-fault.js'

interface Reply {
  readonly status: number
  readonly text: string
  readonly requestId: string
  /** Quoted. */
  readonly etag: string
}

/** A request that takes longer has failed. */
const requestMillisecondsMax = 300_000

/** As whom S3 is asked, and how it shall keep the objects. */
export interface S3Access {
  readonly region: string
  readonly keys: S3Keys
  /** Of every PUT: server-side encryption. */
  readonly putHeaders: Readonly<Record<string, string>>
}

/** Of all parts but the last; not documented for UNLOAD, so the least that S3 takes. */
const partByteCount = 5 * 1024 * 1024

/** Writes to the emulated S3 as Redshift's slices do: whole objects or uploads in parts, path style. */
export class S3Writer {
  readonly #endpoint: URL
  readonly #bucket: string
  readonly #access: S3Access
  readonly #upload: 'whole' | 'parts'

  constructor(endpoint: string, bucket: string, access: S3Access, upload: 'whole' | 'parts' = 'whole') {
    this.#endpoint = new URL(endpoint)
    this.#bucket = bucket
    this.#access = access
    this.#upload = upload
  }

  async put(key: string, body: Uint8Array): Promise<void> {
    if (this.#upload === 'whole') await this.#call('PUT', key, [], body)
    else await this.#putParts(key, body)
  }

  async remove(key: string): Promise<void> {
    await this.#call('DELETE', key, [], new Uint8Array())
  }

  /** Keys that start with the prefix, by string; at most `countMax`. */
  async list(prefix: string, countMax: number): Promise<string[]> {
    const query = [
      ['list-type', '2'],
      ['max-keys', String(countMax)],
      ['prefix', prefix],
      ['encoding-type', 'url'],
    ] as const
    const { text } = await this.#call('GET', '', query, new Uint8Array())
    return [...text.matchAll(/<Key>([^<]*)<\/Key>/g)].map((match) =>
      decodeURIComponent((match[1] ?? '').replaceAll('+', ' ')),
    )
  }

  async #putParts(key: string, body: Uint8Array): Promise<void> {
    const begun = await this.#call('POST', key, [['uploads', '']], new Uint8Array())
    const uploadId = /<UploadId>([^<]+)</.exec(begun.text)?.[1] ?? ''
    const parts: string[] = []
    for (let offset = 0; offset < body.length || parts.length === 0; offset += partByteCount) {
      const number = parts.length + 1
      const query = [
        ['partNumber', String(number)],
        ['uploadId', uploadId],
      ] as const
      const { etag } = await this.#call('PUT', key, query, body.subarray(offset, offset + partByteCount))
      parts.push(`<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag></Part>`)
    }
    const list = `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`
    await this.#call('POST', key, [['uploadId', uploadId]], Buffer.from(list))
  }

  async #call(
    method: string,
    key: string,
    query: readonly (readonly [string, string])[],
    body: Uint8Array,
  ): Promise<Reply> {
    const path = `/${this.#bucket}/${encodeSegment(key, true)}`.replace(/\/$/, key === '' ? '' : '/')
    const { host, hostname, port } = this.#endpoint
    const { region, keys, putHeaders } = this.#access
    // An upload's encryption is said when it begins.
    const isNew = query.length === 0 ? method === 'PUT' : query[0]?.[0] === 'uploads'
    const extra = isNew ? putHeaders : {}
    const headers = signRequest({ method, path, query, host, body, region, keys, headers: extra, now: new Date() })
    const target = query.length === 0 ? path : `${path}?${queryText(query)}`
    const reply = await send({ method, hostname, port, path: target, headers }, body)
    if (reply.status >= 200 && reply.status < 300) return reply
    throw refusal(reply)
  }
}

interface Target {
  readonly method: string
  readonly hostname: string
  readonly port: string
  readonly path: string
  readonly headers: Record<string, string>
}

function send(target: Target, body: Uint8Array): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const headers = { ...target.headers, 'content-length': String(body.byteLength) }
    const request = httpRequest({ ...target, headers, timeout: requestMillisecondsMax }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const requestId = String(response.headers['x-amz-request-id'] ?? '')
        const text = Buffer.concat(chunks).toString('utf8')
        resolve({ status: response.statusCode ?? 0, text, requestId, etag: response.headers.etag ?? '' })
      })
    })
    request.on('timeout', () => request.destroy(new Error('timed out')))
    request.on('error', (cause) => {
      reject(new RedshiftFault('XX000', `S3CurlException: ${cause.message}, CanRetry 1`))
    })
    request.end(body)
  })
}

function refusal({ status, text, requestId }: Reply): RedshiftFault {
  const field = (name: string): string => decodeXml(new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1] ?? '')
  return s3Fault(status, field('Code') || 'Unknown', field('Message') || `HTTP ${status}`, requestId)
}

const entities: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&apos;': "'",
  '&amp;': '&',
}

function decodeXml(text: string): string {
  return text.replace(/&(?:lt|gt|quot|apos|amp);/g, (entity) => entities[entity] ?? entity)
}
