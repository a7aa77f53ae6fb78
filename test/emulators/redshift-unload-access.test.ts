import { createHash } from 'node:crypto'
import { CopyObjectCommand, GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaultWorld, type AwsKey, type World } from '../../src/emulators/world.js'
import { openStage, type Stage, unloadText } from './redshift-stage.js'
import { startTown, type Town } from './redshift-town.js'

const role = (name: string): string => `arn:aws:iam::111122223333:role/${name}`
const kmsKey = 'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab'
const temporary: AwsKey = { accessKeyId: 'ASIAGOOD', secretAccessKey: 'good', sessionToken: 'to+ken/==' }
const expired: AwsKey = { ...temporary, accessKeyId: 'ASIAOLD', expiresAt: Date.now() - 1000 }
/** Ends while the test runs. */
const expiring = { ...temporary, accessKeyId: 'ASIASOON', expiresAt: Number.MAX_SAFE_INTEGER }

function changedWorld(): World {
  const world = defaultWorld()
  const buckets = [
    ...world.aws.buckets,
    { name: 'kms-stage', region: 'us-east-1', kmsKey },
    { name: 'far-stage', region: 'eu-central-1' },
  ]
  const own = ['redshift-stage', 'kms-stage', 'far-stage']
  return {
    ...world,
    aws: {
      ...world.aws,
      keys: [...world.aws.keys, temporary, expired, expiring],
      buckets,
      roles: [
        { arn: role('First'), attached: true, buckets: own, isDefault: true },
        { arn: role('Second'), attached: false, buckets: own, trusts: [role('First')] },
        { arn: role('Third'), attached: false, buckets: own, trusts: [role('Second')] },
        { arn: role('Poor'), attached: true, buckets: [] },
      ],
    },
  }
}

let town: Town
let client: pg.Client
let stage: Stage
let s3: S3Client

beforeAll(async () => {
  town = await startTown({ world: changedWorld() })
  client = await town.connect()
  const endpoint = `http://127.0.0.1:${town.s3.port}`
  stage = openStage(endpoint, town.world)
  const [key] = town.world.aws.keys
  const credentials = { accessKeyId: key?.accessKeyId ?? '', secretAccessKey: key?.secretAccessKey ?? '' }
  s3 = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials })
  await client.query('CREATE TABLE public.few (i INTEGER); INSERT INTO public.few VALUES (1), (2)')
})

afterAll(async () => {
  await client.end()
  stage.close()
  s3.destroy()
  await town.close()
})

let prefixes = 0

/** The key of the one file, without its ending. */
async function run(authorization: string, options = '', bucket = 'redshift-stage'): Promise<string> {
  prefixes += 1
  const prefix = `access/${prefixes}/`
  const text = unloadText('SELECT i FROM public.few ORDER BY i', prefix, `PARALLEL OFF ${options}`, authorization)
  await client.query(text.replace('redshift-stage', bucket))
  return `${prefix}000`
}

const keys = ({ accessKeyId, secretAccessKey, sessionToken = '' }: AwsKey): string =>
  `ACCESS_KEY_ID '${accessKeyId}' SECRET_ACCESS_KEY '${secretAccessKey}' SESSION_TOKEN '${sessionToken}'`
const first = `IAM_ROLE '${role('First')}'`

describe('an UNLOAD is authorized', () => {
  it.each([
    ['the default role', 'IAM_ROLE default'],
    ['a chain of three', `IAM_ROLE '${role('First')},${role('Second')},${role('Third')}'`],
    ['temporary keys', keys(temporary)],
    [
      'temporary keys in CREDENTIALS',
      "CREDENTIALS 'aws_access_key_id=ASIAGOOD;aws_secret_access_key=good;token=to+ken/=='",
    ],
  ])('by %s', async (_, authorization) => {
    expect((await stage.read(await run(authorization))).toString()).toBe('1\n2\n')
  })

  it.each([
    [
      'a chain that skips a link',
      `IAM_ROLE '${role('First')},${role('Third')}'`,
      /not authorized to assume IAM Role .*Third/,
    ],
    ['a role without the bucket', `IAM_ROLE '${role('Poor')}'`, /Access Denied,Status 403,Error AccessDenied/],
    [
      'a secret that does not sign',
      keys({ ...temporary, secretAccessKey: 'bad' }),
      /The request signature we calculated does not match .*,Status 403,Error SignatureDoesNotMatch,Rid \w+,CanRetry 1/,
    ],
    ['an expired token', keys(expired), /The provided token has expired\.,Status 400,Error ExpiredToken/],
    ['another token', keys({ ...temporary, sessionToken: 'x' }), /Status 400,Error InvalidToken/],
    ['temporary keys without token', "ACCESS_KEY_ID 'ASIAGOOD' SECRET_ACCESS_KEY 'good'", /Error InvalidAccessKeyId/],
  ])('not by %s', async (_, authorization, message) => {
    await expect(run(authorization)).rejects.toMatchObject({
      code: 'XX000',
      message: expect.stringMatching(message) as unknown,
    })
  })

  it('not to its end by a token that expires on the way', async () => {
    town.faults.add([
      {
        service: 's3',
        operation: 'PutObject',
        contains: 'access/',
        action: { do: 'delay', milliseconds: 300 },
      },
    ])
    expiring.expiresAt = Date.now() + 150
    const outcome = run(keys(expiring), 'MANIFEST')
    await expect(outcome).rejects.toThrow(/The provided token has expired\./)
    town.faults.clear()
    expect(await stage.keys(`access/${prefixes}/`)).toEqual([`access/${prefixes}/000`])
    const { rows } = await client.query(
      `SELECT status, error_message LIKE '%ExpiredToken%' AS told FROM sys_unload_history WHERE unloaded_location LIKE '%/access/${prefixes}/'`,
    )
    expect(rows).toEqual([{ status: 'aborted', told: true }])
  })
})

describe('a bucket of another region', () => {
  it('needs REGION, and the right one', async () => {
    await expect(run(first, '', 'far-stage')).rejects.toThrow(/in a different region from this cluster/)
    await expect(run(first, "REGION 'us-west-2'", 'far-stage')).rejects.toThrow(/using the specified endpoint/)
    await run(first, "REGION 'eu-central-1'", 'far-stage')
  })
})

describe('ENCRYPTED', () => {
  const head = async (bucket: string, key: string): Promise<unknown[]> => {
    const answer = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }))
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
    const bytes = await Body?.transformToByteArray()
    const md5 = `"${createHash('md5')
      .update(bytes ?? '')
      .digest('hex')}"`
    return [answer.ServerSideEncryption, answer.SSEKMSKeyId, answer.ETag === md5]
  }

  it('with KMS_KEY_ID writes every object with that key, its ETag no MD5', async () => {
    for (const name of [kmsKey, kmsKey.slice(kmsKey.lastIndexOf('/') + 1)]) {
      const key = await run(first, `ENCRYPTED KMS_KEY_ID '${name}' MANIFEST`)
      expect(await head('redshift-stage', key)).toEqual(['aws:kms', kmsKey, false])
      expect(await head('redshift-stage', key.replace('000', 'manifest'))).toEqual(['aws:kms', kmsKey, false])
    }
    expect(await head('redshift-stage', await run(first))).toEqual(['AES256', undefined, true])
  })

  it('AUTO takes the key of the bucket, if it has one', async () => {
    expect(await head('kms-stage', `${await run(first, 'ENCRYPTED AUTO PARQUET', 'kms-stage')}.parquet`)).toEqual([
      'aws:kms',
      kmsKey,
      false,
    ])
    expect(await head('redshift-stage', await run(first, 'ENCRYPTED AUTO'))).toEqual(['AES256', undefined, true])
  })

  it('of files that come in parts makes their ETags opaque too', async () => {
    const other = await startTown({ world: changedWorld(), switches: { unloadUpload: 'parts' } })
    const session = await other.connect()
    const endpoint = `http://127.0.0.1:${other.s3.port}`
    const store = openStage(endpoint, other.world)
    const [{ accessKeyId, secretAccessKey } = temporary] = other.world.aws.keys
    const credentials = { accessKeyId, secretAccessKey }
    const reader = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials })
    const md5 = (data: Uint8Array): Buffer => createHash('md5').update(data).digest()
    for (const [prefix, how, isMd5] of [
      ['parts/plain-', '', true],
      ['parts/kms-', `ENCRYPTED KMS_KEY_ID '${kmsKey}'`, false],
    ] as const) {
      await session.query(unloadText("SELECT 'x'", prefix, `PARALLEL OFF ${how}`, first))
      const [key = ''] = await store.keys(prefix)
      const place = { Bucket: 'redshift-stage', Key: key }
      const { ETag } = await reader.send(new HeadObjectCommand(place))
      const bytes = await store.read(key)
      expect(ETag).toMatch(/^"[0-9a-f]{32}-1"$/)
      expect(ETag === `"${md5(md5(bytes)).toString('hex')}-1"`).toBe(isMd5)
    }
    await session.end()
    store.close()
    reader.destroy()
    await other.close()
  })

  it('fails with a key that is not there', async () => {
    await expect(run(first, "ENCRYPTED KMS_KEY_ID 'nothing'")).rejects.toThrow(
      /Invalid keyId 'nothing',Status 400,Error KMS.NotFoundException/,
    )
  })

  it('leaves a plain copy plain, and is refused by name where it is not emulated', async () => {
    const key = await run(first, `ENCRYPTED KMS_KEY_ID '${kmsKey}'`)
    const source = { Bucket: 'redshift-stage', CopySource: `redshift-stage/${key}` }
    await s3.send(new CopyObjectCommand({ ...source, Key: 'copy' }))
    expect(await head('redshift-stage', 'copy')).toEqual(['AES256', undefined, true])
    const alias = { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: 'alias/mine' } as const
    await expect(s3.send(new CopyObjectCommand({ ...source, ...alias, Key: 'other' }))).rejects.toThrow(
      /a KMS alias, alias\/mine, is not implemented/,
    )
    const wrong = new PutObjectCommand({ Bucket: 'redshift-stage', Key: 'x', SSEKMSKeyId: kmsKey })
    await expect(s3.send(wrong)).rejects.toThrow(/requires HTTP header x-amz-server-side-encryption : aws:kms/)
  })
})

describe('ROWGROUPSIZE', () => {
  const query = unloadText('SELECT i FROM public.few', 'groups/', 'PARQUET ROWGROUPSIZE 64 MB', first)

  it.each([
    ['ra3.16xlarge', false, {}, undefined],
    ['ra3.xlplus', false, {}, /ROWGROUPSIZE is not supported on ra3\.xlplus/],
    [undefined, true, {}, undefined],
    [undefined, true, { serverlessRowGroupSize: 'refused' }, /ROWGROUPSIZE is not supported on Serverless/],
  ])('on %s, serverless %s', async (nodeType, serverless, switches, message) => {
    const world = changedWorld()
    const redshift = { ...world.redshift, serverless, ...(nodeType === undefined ? {} : { nodeType }) }
    const other = await startTown({ world: { ...world, redshift }, switches })
    const session = await other.connect()
    await session.query('CREATE TABLE public.few (i INTEGER); INSERT INTO public.few VALUES (1)')
    if (message === undefined) await session.query(query)
    else await expect(session.query(query)).rejects.toThrow(message)
    await session.end()
    await other.close()
  })
})
