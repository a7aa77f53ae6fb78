import { HeadObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { expect, it } from 'vitest'
import { defaultWorld } from '../../src/emulators/world.js'
import { changeConfig, emulate, migrate, type Clouds } from './rehearsal.js'

const { aws } = defaultWorld()
const kmsKey = aws.kmsKeys?.[0] ?? ''

async function keysOfObjects({ s3 }: Pick<Clouds, 's3'>): Promise<Set<string | undefined>> {
  const { endpoint, region, bucket, accessKeyId, secretAccessKey } = s3
  const client = new S3Client({ endpoint, region, forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } })
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }))
  const heads = await Promise.all(
    Contents.map(({ Key }) => client.send(new HeadObjectCommand({ Bucket: bucket, Key: Key ?? '' }))),
  )
  client.destroy()
  return new Set(heads.map((head) => head.SSEKMSKeyId))
}

/** The parts' ETags are then no MD5, and nothing may take them for one. */
it.each([
  ['a key of its own', `  kmsKeyId: ${kmsKey}\n`, {}],
  ["the bucket's key", '  encryption: auto\n', { buckets: aws.buckets.map((bucket) => ({ ...bucket, kmsKey })) }],
])('a run whose parts are encrypted with %s is verified', async (_, setting, changed) => {
  await using emulated = await emulate({ seed: 'tpch', more: { world: { aws: changed } } })
  const { config } = emulated.clouds
  await changeConfig(config, (text) => text.replace(/^s3:\n/m, `s3:\n${setting}`))
  const { code, stderr } = await migrate(['run', '--select', 'tpch.n*', '--config', config])
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
  expect(await keysOfObjects(emulated.clouds)).toEqual(new Set([kmsKey]))
})
