// A synthetic S3 to read from, or a synthetic OSS and S3 to write to, for bench/transfer.js: one process each, as cheap
// as a server can be, so that the client is what is measured. `node bench/transfer-store.js source|sink OPTIONS-AS-JSON`.
//
// What the objects hold is known to both by rule, so the sink compares what arrives with what ought to arrive (a memcmp)
// and tells the CRC-64 and MD5 that belong to it, computed once; bytes that differ are answered with a CRC of 0.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createCRC64 } from 'hash-wasm'
import { serveRaw } from './raw-http.js'

const [role, json] = process.argv.slice(2)
const options = JSON.parse(json)
const mebibyte = 1024 * 1024
/** Every object repeats this mebibyte. */
const block = makeBlock()
const sliceByteCount = 256 * 1024
const nvmePolynomial = '9a6c9329ac4bc9b5'

function makeBlock() {
  const pieces = []
  for (let index = 0; index < mebibyte / 32; index += 1) pieces.push(createHash('sha256').update(`${index}`).digest())
  return Buffer.concat(pieces)
}

const known = new Map()
const xz = await createCRC64()
const nvme = await createCRC64(nvmePolynomial)

/** Digests of the first bytes of any object: of a whole one, or of a chunk that begins on a mebibyte. */
function digests(byteCount) {
  if (!known.has(byteCount)) known.set(byteCount, computeDigests(byteCount))
  return known.get(byteCount)
}

function computeDigests(byteCount) {
  xz.init()
  nvme.init()
  const md5 = createHash('md5')
  for (let rest = byteCount; rest > 0; rest -= mebibyte) {
    const piece = rest >= mebibyte ? block : block.subarray(0, rest)
    xz.update(piece)
    nvme.update(piece)
    md5.update(piece)
  }
  return {
    crc64: String(BigInt(`0x${xz.digest()}`)),
    nvme: Buffer.from(nvme.digest().padStart(16, '0'), 'hex').toString('base64'),
    md5: md5.digest('hex'),
  }
}

const keyOf = (index) => `part-${String(index).padStart(6, '0')}.parquet`

/** As S3 gives it: an MD5 for what was put in one request, something else for what came in parts. */
function etagOf(byteCount) {
  const { md5 } = digests(byteCount)
  return byteCount > 8 * mebibyte ? `${md5}-${Math.ceil(byteCount / (8 * mebibyte))}` : md5
}

function serveSource(request, answer) {
  const { byteCount, count } = options
  if (request.search.includes('list-type')) return list(request.query, answer, byteCount, count)
  const given = request.header('range')
  const headers = {
    etag: `"${etagOf(byteCount)}"`,
    'last-modified': 'Mon, 01 Jul 2024 08:00:00 GMT',
    'accept-ranges': 'bytes',
    'content-type': 'application/octet-stream',
  }
  if (options.checksums && given === undefined && request.header('x-amz-checksum-mode') !== undefined) {
    headers['x-amz-checksum-crc64nvme'] = digests(byteCount).nvme
    headers['x-amz-checksum-type'] = 'FULL_OBJECT'
  }
  if (request.method === 'HEAD') return answer.send(200, { ...headers, 'content-length': byteCount })
  const range = /^bytes=(\d+)-(\d*)$/.exec(given ?? '')
  const first = range ? Number(range[1]) : 0
  const last = range && range[2] !== '' ? Math.min(Number(range[2]), byteCount - 1) : byteCount - 1
  if (range) headers['content-range'] = `bytes ${first}-${last}/${byteCount}`
  answer.stream(range ? 206 : 200, headers, last - first + 1, (offset) => slice(first + offset, last + 1))
}

/** Of what an object holds from one byte up to another, as much as lies in one piece of the block. */
function slice(from, end) {
  const start = from % mebibyte
  return block.subarray(start, Math.min(start + sliceByteCount, mebibyte, start + end - from))
}

function list(query, answer, byteCount, count) {
  const start = Number(query.get('continuation-token') ?? 0)
  const end = Math.min(start + 1000, count)
  const etag = etagOf(byteCount)
  const contents = []
  for (let index = start; index < end; index += 1) {
    contents.push(
      `<Contents><Key>${keyOf(index)}</Key><LastModified>2024-07-01T08:00:00.000Z</LastModified><ETag>&quot;${etag}&quot;</ETag><Size>${byteCount}</Size><StorageClass>STANDARD</StorageClass></Contents>`,
    )
  }
  const next = end < count ? `<NextContinuationToken>${end}</NextContinuationToken>` : ''
  xml(
    answer,
    `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>source</Name><Prefix>${query.get('prefix') ?? ''}</Prefix><KeyCount>${end - start}</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>${end < count}</IsTruncated>${contents.join('')}${next}</ListBucketResult>`,
  )
}

function xml(answer, text, headers = {}) {
  const body = Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${text}`)
  answer.send(200, { 'content-type': 'application/xml', ...headers }, body)
}

/** What was written, by path: its length. Uploads by id: the length of each part. */
const objects = new Map()
const uploads = new Map()
let uploadCount = 0
let receivedByteCount = 0

function serveSink(request, answer) {
  const { method, pathname, search } = request
  if (method === 'HEAD') return answerHead(answer, pathname)
  if (method === 'GET') return answerGet(answer, request.query)
  if (method === 'DELETE') return answer.send(204, {})
  if (method === 'PUT') return take(request, answer)
  const uploadId = new URLSearchParams(search).get('uploadId')
  return ignoring(() => (uploadId === null ? initiate(request, answer) : complete(answer, pathname, uploadId)))
}

const ignoring = (onEnd) => ({ onPiece: () => undefined, onEnd })

function initiate(request, answer) {
  const uploadId = `U${(uploadCount += 1)}`
  uploads.set(uploadId, { parts: new Map(), meta: metaOf(request) })
  xml(
    answer,
    `<InitiateMultipartUploadResult><Bucket>sink</Bucket><Key>${request.pathname.slice(6)}</Key><UploadId>${uploadId}</UploadId></InitiateMultipartUploadResult>`,
  )
}

const metaOf = (request) => request.headersLike(/^x-(oss|amz)-meta-/)

function answerHead(answer, pathname) {
  const found = objects.get(pathname)
  if (found === undefined) return answer.send(pathname.split('/').length > 2 ? 404 : 200, {})
  answer.send(200, {
    ...receipt(found),
    ...found.meta,
    'content-length': found.byteCount,
    'last-modified': 'Mon, 01 Jul 2024 08:00:00 GMT',
  })
}

function answerGet(answer, query) {
  if (uploads.has(query.get('uploadId')))
    return xml(answer, '<ListPartsResult><IsTruncated>false</IsTruncated></ListPartsResult>')
  xml(
    answer,
    '<ListBucketResult><Name>sink</Name><KeyCount>0</KeyCount><IsTruncated>false</IsTruncated></ListBucketResult>',
  )
}

function complete(answer, pathname, uploadId) {
  const { parts, meta } = uploads.get(uploadId)
  const byteCount = [...parts.values()].reduce((sum, part) => sum + part.byteCount, 0)
  const found = { byteCount, right: [...parts.values()].every(({ right }) => right), meta, partCount: parts.size }
  objects.set(pathname, found)
  uploads.delete(uploadId)
  const told = receipt(found)
  xml(
    answer,
    `<CompleteMultipartUploadResult><Bucket>sink</Bucket><Key>${pathname.slice(6)}</Key><ETag>${told.etag}</ETag></CompleteMultipartUploadResult>`,
    told,
  )
}

/** Compares what comes with what ought to come. */
function take(request, answer) {
  let byteCount = 0
  let right = true
  const onPiece = (bytes) => {
    receivedByteCount += bytes.length
    for (let start = 0; start < bytes.length;) {
      const at = byteCount % mebibyte
      const length = Math.min(bytes.length - start, mebibyte - at)
      right &&= block.compare(bytes, start, start + length, at, at + length) === 0
      byteCount += length
      start += length
    }
  }
  const onEnd = () => {
    const found = { byteCount, right, meta: metaOf(request), partCount: 0 }
    const query = request.search === '' ? undefined : request.query
    const upload = uploads.get(query?.get('uploadId'))
    if (upload === undefined) objects.set(request.pathname, found)
    else upload.parts.set(query.get('partNumber'), found)
    answer.send(200, receipt(found))
  }
  return { onPiece, onEnd }
}

function receipt({ byteCount, right, partCount }) {
  const { crc64, md5 } = digests(byteCount)
  const etag = partCount > 0 ? `"${md5.toUpperCase()}-${partCount}"` : `"${right ? md5 : '0'.repeat(32)}"`
  return { etag, 'x-oss-hash-crc64ecma': right ? crc64 : '0', 'x-oss-request-id': '5'.repeat(24) }
}

const tls = options.cert && { cert: readFileSync(options.cert), key: readFileSync(options.key) }
const server = serveRaw(tls, role === 'source' ? serveSource : serveSink)
digests(options.byteCount)
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
process.stdin.resume().once('end', () => {
  console.log(receivedByteCount)
  process.exit(0)
})
