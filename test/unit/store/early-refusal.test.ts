import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { staticCredentials } from '../../../src/access/credentials.js'
import { OssStore } from '../../../src/store/oss-store.js'
import { S3Store } from '../../../src/store/s3-store.js'
import { failureOf, testCall } from '../../contract/store-contract.js'

/** Refuses every write before it has read any of it, and answers everything else with an empty listing. */
function startRefusing(): Server {
  return createServer((request, response) => {
    if (request.method === 'PUT') {
      response.writeHead(403, { 'content-type': 'application/xml' })
      response.end('<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>no</Message></Error>')
    } else {
      response.setHeader('content-type', 'application/xml')
      response.end('<ListBucketResult><IsTruncated>false</IsTruncated><KeyCount>0</KeyCount></ListBucketResult>')
    }
  })
}

describe.each([
  ['S3', S3Store],
  ['OSS', OssStore],
] as const)('a write that %s refuses early', (_name, Store) => {
  const server = startRefusing()
  let store: S3Store | OssStore
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const endpoint = `http://localhost:${(server.address() as AddressInfo).port}`
    const credentials = staticCredentials({ accessKeyId: 'x', accessKeySecret: 'y' })
    const place = { bucket: 'stage', region: 'us-east-1', endpoint, pathStyle: true, credentials }
    store = new Store({ ...place, socketCountMax: 1 })
  })
  afterAll(async () => {
    store.close()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })

  it('is told as it was refused, closes its body, and does not keep the connection', async () => {
    const location = { store: 's3', bucket: 'stage', key: 'x' } as const
    for (let time = 0; time < 3; time += 1) {
      const body = new Readable({ read: () => setTimeout(() => body.push(Buffer.alloc(65_536)), 5) })
      const writing = store.write(location, body, 2 ** 30, { run: '', source: '', sourceEtag: '' }, testCall(8_000))
      expect(await failureOf(writing)).toMatchObject({ code: 'store-denied' })
      expect(body.destroyed).toBe(true)
    }
    await expect(store.ping(testCall(3_000))).resolves.toBeUndefined()
  })
})
