import { staticCredentials } from '../../src/access/credentials.js'
import { S3Store } from '../../src/store/s3-store.js'
import { storeContract } from './store-contract.js'
import { emulateS3, freshKey } from './store-emulators.js'

const mebibyte = 1024 * 1024

storeContract('the emulated S3', async () => {
  const emulated = await emulateS3()
  return { ...emulated, prefix: emulated.prefix(), chunkByteCountMin: 5 * mebibyte, tellsCrc64: false }
})

// A bucket of the real service, or of another server that speaks its protocol: TEST_S3_BUCKET, TEST_S3_REGION,
// TEST_S3_ACCESS_KEY_ID, TEST_S3_SECRET_ACCESS_KEY and, for other servers, TEST_S3_ENDPOINT.
const bucket = process.env['TEST_S3_BUCKET']
const accessKeyId = process.env['TEST_S3_ACCESS_KEY_ID']
const secret = process.env['TEST_S3_SECRET_ACCESS_KEY']
const endpoint = process.env['TEST_S3_ENDPOINT']

if (bucket !== undefined && accessKeyId !== undefined && secret !== undefined) {
  const place = {
    bucket,
    region: process.env['TEST_S3_REGION'] ?? 'us-east-1',
    ...(endpoint !== undefined && { endpoint, pathStyle: true }),
    socketCountMax: 64,
  }
  const open = (accessKeySecret: string): S3Store =>
    new S3Store({ ...place, credentials: staticCredentials({ accessKeyId, accessKeySecret }) })
  storeContract('the S3 of the environment', async () => {
    const store = open(secret)
    return {
      store,
      stranger: open('not-the-secret'),
      prefix: { store: 's3', bucket, key: freshKey() },
      chunkByteCountMin: 5 * mebibyte,
      tellsCrc64: false,
      close: async () => store.close(),
    }
  })
}
