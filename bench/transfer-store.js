// A synthetic S3 to read from, or a synthetic OSS and S3 to write to, for bench/transfer.js: one process each, as cheap
// as a server can be, so that the client is what is measured. `node bench/transfer-store.js source|sink OPTIONS-AS-JSON`.
//
// What the objects hold is known to both by rule, so the sink compares what arrives with what ought to arrive (a memcmp)
// and tells the CRC-64 and MD5 that belong to it, computed once; bytes that differ are answered with a CRC of 0.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { createCRC64 } from 'hash-wasm'

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

/** Digests of the first bytes of any object: of a whole one, or of a chunk that begins on a mebibyte. */
async function digests(byteCount) {
  if (!known.has(byteCount)) known.set(byteCount, await computeDigests(byteCount))
  return known.get(byteCount)
}

async function computeDigests(byteCount) {
  const xz = (await createCRC64()).init()
  const nvme = (await createCRC64(nvmePolynomial)).init()
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
async function etagOf(byteCount) {
  const { md5 } = await digests(byteCount)
  return byteCount > 8 * mebibyte ? `${md5}-${Math.ceil(byteCount / (8 * mebibyte))}` : md5
}

async function serveSource(req, res, url) {
  const { byteCount, count } = options
  if (url.searchParams.has('list-type')) return list(res, url, byteCount, count)
  const etag = await etagOf(byteCount)
  const headers = {
    etag: `"${etag}"`,
    'last-modified': 'Mon, 01 Jul 2024 08:00:00 GMT',
    'accept-ranges': 'bytes',
    'content-type': 'application/octet-stream',
  }
  if (req.headers['x-amz-checksum-mode'] !== undefined && req.headers.range === undefined && options.checksums) {
    headers['x-amz-checksum-crc64nvme'] = (await digests(byteCount)).nvme
    headers['x-amz-checksum-type'] = 'FULL_OBJECT'
  }
  const range = /^bytes=(\d+)-(\d*)$/.exec(req.headers.range ?? '')
  const first = range ? Number(range[1]) : 0
  const last = range && range[2] !== '' ? Math.min(Number(range[2]), byteCount - 1) : byteCount - 1
  headers['content-length'] = String(last - first + 1)
  if (range) headers['content-range'] = `bytes ${first}-${last}/${byteCount}`
  res.writeHead(range ? 206 : 200, headers)
  if (req.method === 'HEAD') return res.end()
  send(res, first, last + 1)
}

/** Slices of the block, as fast as the connection takes them. */
function send(res, from, end) {
  let offset = from
  const more = () => {
    while (offset < end) {
      const start = offset % mebibyte
      const slice = block.subarray(start, Math.min(start + sliceByteCount, mebibyte, start + end - offset))
      offset += slice.length
      if (!res.write(slice)) return void res.once('drain', more)
    }
    res.end()
  }
  more()
}

async function list(res, url, byteCount, count) {
  const start = Number(url.searchParams.get('continuation-token') ?? 0)
  const end = Math.min(start + 1000, count)
  const etag = await etagOf(byteCount)
  const prefix = url.searchParams.get('prefix') ?? ''
  const contents = []
  for (let index = start; index < end; index += 1) {
    contents.push(
      `<Contents><Key>${keyOf(index)}</Key><LastModified>2024-07-01T08:00:00.000Z</LastModified><ETag>&quot;${etag}&quot;</ETag><Size>${byteCount}</Size><StorageClass>STANDARD</StorageClass></Contents>`,
    )
  }
  const next = end < count ? `<NextContinuationToken>${end}</NextContinuationToken>` : ''
  xml(
    res,
    `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>source</Name><Prefix>${prefix}</Prefix><KeyCount>${end - start}</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>${end < count}</IsTruncated>${contents.join('')}${next}</ListBucketResult>`,
  )
}

function xml(res, text, headers = {}) {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n${text}`
  res.writeHead(200, { 'content-type': 'application/xml', 'content-length': Buffer.byteLength(body), ...headers })
  res.end(body)
}

/** What was written, by path: its length. Uploads by id: the length of each part. */
const objects = new Map()
const uploads = new Map()
let uploadCount = 0
let receivedByteCount = 0

async function serveSink(req, res, url) {
  const { searchParams, pathname } = url
  if (req.method === 'HEAD') return answerHead(req, res, pathname)
  if (req.method === 'GET') return answerGet(req, res, url)
  if (req.method === 'POST' && searchParams.has('uploads')) {
    req.resume()
    const uploadId = `U${(uploadCount += 1)}`
    uploads.set(uploadId, { parts: new Map(), meta: metaOf(req.headers) })
    return xml(
      res,
      `<InitiateMultipartUploadResult><Bucket>sink</Bucket><Key>${pathname.slice(6)}</Key><UploadId>${uploadId}</UploadId></InitiateMultipartUploadResult>`,
    )
  }
  if (req.method === 'POST') return complete(req, res, pathname, searchParams.get('uploadId'))
  if (req.method === 'DELETE') return res.writeHead(204).end()
  return take(req, res, url)
}

function metaOf(headers) {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => /^x-(oss|amz)-meta-/.test(name)))
}

async function answerHead(req, res, pathname) {
  const found = objects.get(pathname)
  if (found === undefined)
    return res.writeHead(pathname.split('/').length > 2 ? 404 : 200, { 'content-length': '0' }).end()
  res.writeHead(200, {
    ...(await receipt(found)),
    ...found.meta,
    'content-length': String(found.byteCount),
    'last-modified': 'Mon, 01 Jul 2024 08:00:00 GMT',
  })
  res.end()
}

function answerGet(req, res, { searchParams }) {
  const upload = uploads.get(searchParams.get('uploadId'))
  if (upload !== undefined) return xml(res, '<ListPartsResult><IsTruncated>false</IsTruncated></ListPartsResult>')
  xml(
    res,
    '<ListBucketResult><Name>sink</Name><KeyCount>0</KeyCount><IsTruncated>false</IsTruncated></ListBucketResult>',
  )
}

async function complete(req, res, pathname, uploadId) {
  for await (const piece of req) void piece
  const { parts, meta } = uploads.get(uploadId)
  const byteCount = [...parts.values()].reduce((sum, part) => sum + part.byteCount, 0)
  const found = { byteCount, right: [...parts.values()].every(({ right }) => right), meta, partCount: parts.size }
  objects.set(pathname, found)
  uploads.delete(uploadId)
  const told = await receipt(found)
  xml(
    res,
    `<CompleteMultipartUploadResult><Bucket>sink</Bucket><Key>${pathname.slice(6)}</Key><ETag>${told.etag}</ETag></CompleteMultipartUploadResult>`,
    told,
  )
}

async function take(req, res, { searchParams, pathname }) {
  const { byteCount, right } = await compare(req)
  const upload = uploads.get(searchParams.get('uploadId'))
  const found = { byteCount, right, meta: metaOf(req.headers), partCount: 0 }
  if (upload === undefined) objects.set(pathname, found)
  else upload.parts.set(searchParams.get('partNumber'), found)
  res.writeHead(200, { ...(await receipt(found)), 'content-length': '0' })
  res.end()
}

function compare(req) {
  return new Promise((resolve, reject) => {
    let byteCount = 0
    let right = true
    req.on('data', (bytes) => {
      receivedByteCount += bytes.length
      for (let start = 0; start < bytes.length;) {
        const at = byteCount % mebibyte
        const length = Math.min(bytes.length - start, mebibyte - at)
        right &&= block.compare(bytes, start, start + length, at, at + length) === 0
        byteCount += length
        start += length
      }
    })
    req.on('end', () => resolve({ byteCount, right }))
    req.on('error', reject)
  })
}

async function receipt({ byteCount, right, partCount }) {
  const { crc64, md5 } = await digests(byteCount)
  const etag = partCount > 0 ? `"${md5.toUpperCase()}-${partCount}"` : `"${right ? md5 : '0'.repeat(32)}"`
  return { etag, 'x-oss-hash-crc64ecma': right ? crc64 : '0', 'x-oss-request-id': '5'.repeat(24) }
}

const serve = role === 'source' ? serveSource : serveSink
const tls = options.cert && { cert: readFileSync(options.cert), key: readFileSync(options.key) }
const listen = (req, res) => {
  serve(req, res, new URL(req.url, 'http://localhost')).catch((error) => {
    console.error(error)
    res.destroy()
  })
}
const server = tls ? createSecureServer(tls, listen) : createServer(listen)
server.keepAliveTimeout = 120_000
await digests(options.byteCount)
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
process.stdin.resume().once('end', () => {
  console.log(receivedByteCount)
  process.exit(0)
})
