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
  const place = { credentials, route, pathStyle: true, socketCountMax: chunksInFlight + 8 }
  const from = new S3Store({
    ...place,
    bucket: 'source',
    region: 'us-east-1',
    endpoint: `${scheme}://localhost:${options.sourcePort}`,
  })
  const to = new OssStore({
    ...place,
    bucket: 'sink',
    region: 'cn-hangzhou',
    endpoint: `${scheme}://localhost:${options.sinkPort}`,
  })
  const carrier = new StreamingCarrier({
    from: new RetryingStore(from),
    to: new RetryingStore(to),
    limits: { ...defaultStreamingCarrierLimits, chunksInFlight },
    onChunk,
  })
  const close = async () => {
    from.close()
    to.close()
  }
  return { carrier, from, close }
}
