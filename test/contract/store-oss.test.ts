import { staticCredentials } from '../../src/access/credentials.js'
import { OssStore } from '../../src/store/oss-store.js'
import { storeContract } from './store-contract.js'
import { emulateOss, freshKey } from './store-emulators.js'

const chunkByteCountMin = 100 * 1024

storeContract('the emulated OSS', async () => {
  const emulated = await emulateOss()
  return { ...emulated, prefix: emulated.prefix(), chunkByteCountMin, tellsCrc64: true }
})

// A bucket of the real service: TEST_OSS_BUCKET, TEST_OSS_REGION, TEST_OSS_ACCESS_KEY_ID, TEST_OSS_ACCESS_KEY_SECRET
// and, where the public endpoint is not wanted, TEST_OSS_ENDPOINT.
const bucket = process.env['TEST_OSS_BUCKET']
const region = process.env['TEST_OSS_REGION']
const accessKeyId = process.env['TEST_OSS_ACCESS_KEY_ID']
const secret = process.env['TEST_OSS_ACCESS_KEY_SECRET']
const endpoint = process.env['TEST_OSS_ENDPOINT']

if (bucket !== undefined && region !== undefined && accessKeyId !== undefined && secret !== undefined) {
  const place = { bucket, region, ...(endpoint !== undefined && { endpoint }), socketCountMax: 64 }
  const open = (accessKeySecret: string): OssStore =>
    new OssStore({ ...place, credentials: staticCredentials({ accessKeyId, accessKeySecret }) })
  storeContract('the OSS of the environment', async () => {
    const store = open(secret)
    return {
      store,
      stranger: open('not-the-secret'),
      prefix: { store: 'oss', bucket, key: freshKey() },
      chunkByteCountMin,
      tellsCrc64: true,
      close: async () => store.close(),
    }
  })
}
