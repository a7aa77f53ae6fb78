// The product's streaming carrier between the stores of bench/transfer.js.
import { readFileSync } from 'node:fs'
import { staticCredentials } from '../dist/access/credentials.js'
import { StreamingCarrier, defaultStreamingCarrierLimits } from '../dist/carrier/streaming-carrier.js'
import { OssStore } from '../dist/store/oss-store.js'
import { RetryingStore } from '../dist/store/retrying-store.js'
import { S3Store } from '../dist/store/s3-store.js'

export function openCarrier(options, onChunk) {
  const credentials = staticCredentials({ accessKeyId: 'bench', accessKeySecret: 'bench-secret' })
  const scheme = options.cert ? 'https' : 'http'
  const route = options.cert ? { ca: readFileSync(options.cert, 'utf8') } : {}
  const chunksInFlight = options.chunksInFlight ?? defaultStreamingCarrierLimits.chunksInFlight
  const place = { credentials, route, pathStyle: true, socketCountMax: 4 * chunksInFlight + 8 }
  const { credentials: _credentials, ...reached } = place
  const s3 = { ...reached, region: 'us-east-1', endpoint: `${scheme}://localhost:${options.sourcePort}` }
  const oss = { ...reached, region: 'cn-hangzhou', endpoint: `${scheme}://localhost:${options.sinkPort}` }
  const from = new S3Store({ ...s3, credentials, bucket: 'source' })
  const to = new OssStore({ ...oss, credentials, bucket: 'sink' })
  const workers = {
    count: options.workers,
    places: { from: s3, to: oss },
    credentials: { from: credentials, to: credentials },
  }
  const carrier = new StreamingCarrier({
    from: new RetryingStore(from),
    to: new RetryingStore(to),
    limits: { ...defaultStreamingCarrierLimits, chunksInFlight },
    onChunk,
    ...(options.workers > 0 && { workers }),
  })
  const close = async () => {
    await carrier.close()
    from.close()
    to.close()
  }
  return { carrier, from, close }
}
