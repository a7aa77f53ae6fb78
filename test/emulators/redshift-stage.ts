import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import type { World } from '../../src/emulators/world.js'

const bucket = 'redshift-stage'
const role = "IAM_ROLE 'arn:aws:iam::111122223333:role/RedshiftUnload'"

/** The bucket that UNLOAD writes to, as Amazon's own client sees it. */
export interface Stage {
  keys(prefix: string): Promise<string[]>
  read(key: string): Promise<Buffer>
  write(key: string, text: string): Promise<void>
  close(): void
}

export function openStage(endpoint: string, world: World): Stage {
  const [key] = world.aws.keys
  const s3 = new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: key?.accessKeyId ?? '', secretAccessKey: key?.secretAccessKey ?? '' },
  })
  return {
    keys: async (prefix) => {
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }))
      return Contents.map((object) => object.Key ?? '')
    },
    read: async (name) => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: name }))
      if (Body === undefined) throw new Error(`no body: ${name}`)
      return Buffer.from(await Body.transformToByteArray())
    },
    write: async (name, text) => {
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: name, Body: text }))
    },
    close: () => {
      s3.destroy()
    },
  }
}

/** An UNLOAD of the select, its quotes and backslashes escaped for the second reading (redshift.md 1.3). */
export function unloadText(select: string, prefix: string, options: string, authorization = role): string {
  const argument = select.replaceAll('\\', '\\\\').replaceAll("'", "''")
  return `UNLOAD ('${argument}') TO 's3://${bucket}/${prefix}' ${authorization} ${options}`
}
