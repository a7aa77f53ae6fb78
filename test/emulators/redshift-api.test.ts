import {
  DescribeClustersCommand,
  GetClusterCredentialsCommand,
  GetClusterCredentialsWithIAMCommand,
  RedshiftClient,
} from '@aws-sdk/client-redshift'
import {
  GetCredentialsCommand,
  GetWorkgroupCommand,
  RedshiftServerlessClient,
} from '@aws-sdk/client-redshift-serverless'
import pg from 'pg'
import { generate } from 'selfsigned'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Faults } from '../../src/emulators/faults.js'
import { startRedshiftApi } from '../../src/emulators/redshift-api/redshift-api-server.js'
import { redshiftNames } from '../../src/emulators/redshift-api/redshift-names.js'
import { isValidPassword, mintPassword } from '../../src/emulators/redshift-api/temporary-password.js'
import type { Service } from '../../src/emulators/service.js'
import { defaultWorld, type AwsKey, type World } from '../../src/emulators/world.js'
import { startTown } from './redshift-town.js'

const plain = defaultWorld()
const temporary: AwsKey = { accessKeyId: 'ASIAEMULATED', secretAccessKey: 'of-a-role', sessionToken: 'session/token==' }
const world: World = { ...plain, aws: { ...plain.aws, keys: [...plain.aws.keys, temporary] } }
const serverlessWorld: World = { ...world, redshift: { ...world.redshift, serverless: true } }
const lasting = world.aws.keys[0] as AwsKey
const faults = new Faults()
const DurationSeconds = 900

let provisioned: Service
let serverless: Service

beforeAll(async () => {
  const redshift = { host: 'localhost', port: 5439 }
  provisioned = await startRedshiftApi({ world, faults, dir: '', redshift })
  serverless = await startRedshiftApi({ world: serverlessWorld, faults, dir: '', redshift })
})

afterAll(async () => {
  await provisioned.close()
  await serverless.close()
})

function settings(service: Service, change: object = {}) {
  return {
    endpoint: `http://127.0.0.1:${service.port}`,
    region: world.aws.region,
    credentials: lasting,
    maxAttempts: 1,
    ...change,
  }
}

const cluster = (change?: object): RedshiftClient => new RedshiftClient(settings(provisioned, change))
const workgroup = (change?: object): RedshiftServerlessClient =>
  new RedshiftServerlessClient(settings(serverless, change))
const ClusterIdentifier = redshiftNames.cluster
const workgroupName = redshiftNames.workgroup
const forMigrator = { ClusterIdentifier, DbUser: 'migrator', DbName: 'dev', AutoCreate: false, DurationSeconds }

describe("the cluster's API, asked by the AWS SDK", () => {
  it('issues a password for a database user, for as long as was asked', async () => {
    const before = Date.now()
    const answer = await cluster().send(new GetClusterCredentialsCommand({ ...forMigrator, DurationSeconds: 1000 }))
    const end = answer.Expiration?.getTime() ?? 0
    expect(answer.DbUser).toBe('IAM:migrator')
    expect([end >= before + 1_000_000, end <= Date.now() + 1_000_000]).toEqual([true, true])
    expect(isValidPassword('IAM:migrator', answer.DbPassword ?? '', end - 1)).toBe(true)
    expect(isValidPassword('IAM:migrator', answer.DbPassword ?? '', end)).toBe(false)
    expect(isValidPassword('IAM:another', answer.DbPassword ?? '')).toBe(false)
  })

  it("issues one for the caller's identity: a user, or a role when the keys are temporary", async () => {
    const command = new GetClusterCredentialsWithIAMCommand({ ClusterIdentifier, DurationSeconds })
    expect((await cluster().send(command)).DbUser).toBe('IAM:migrator')
    const answer = await cluster({ credentials: temporary }).send(command)
    expect(answer.DbUser).toBe('IAMR:migrator')
    expect(answer.NextRefreshTime).toBeInstanceOf(Date)
    expect(isValidPassword('IAMR:migrator', answer.DbPassword ?? '')).toBe(true)
  })

  it.each([
    ['a wrong secret', { credentials: { ...lasting, secretAccessKey: 'wrong' } }, 'SignatureDoesNotMatch', 403],
    ['an unknown key', { credentials: { ...lasting, accessKeyId: 'AKIAUNKNOWN' } }, 'InvalidClientTokenId', 403],
    ['a wrong token', { credentials: { ...temporary, sessionToken: 'other' } }, 'InvalidClientTokenId', 403],
    ['another region', { region: 'eu-west-1' }, 'SignatureDoesNotMatch', 403],
    ['a clock six minutes off', { systemClockOffset: 360_000 }, 'SignatureDoesNotMatch', 403],
  ])('refuses %s', async (_, change, name, httpStatusCode) => {
    const asked = cluster(change).send(new GetClusterCredentialsCommand(forMigrator))
    await expect(asked).rejects.toMatchObject({ name, $metadata: { httpStatusCode } })
  })

  it.each([
    ['a cluster that is not there', { ClusterIdentifier: 'nowhere' }, 'ClusterNotFoundFault'],
    ['less than 900 seconds', { DurationSeconds: 899 }, 'InvalidParameterValue'],
    ['more than an hour', { DurationSeconds: 3601 }, 'InvalidParameterValue'],
    ['AutoCreate', { AutoCreate: true }, 'NotImplemented'],
    ['groups', { DbGroups: ['readers'] }, 'NotImplemented'],
  ])('refuses %s', async (_, change, name) => {
    const asked = cluster().send(new GetClusterCredentialsCommand({ ...forMigrator, ...change }))
    await expect(asked).rejects.toMatchObject({ name })
  })

  it('refuses other actions by their name', async () => {
    const asked = cluster().send(new DescribeClustersCommand())
    await expect(asked).rejects.toThrow(/DescribeClusters.*not implemented by this emulator/)
  })

  it('fails on order', async () => {
    faults.add([{ service: 'redshift-api', operation: 'GetClusterCredentials', action: { do: 'throttle' } }])
    const command = new GetClusterCredentialsCommand(forMigrator)
    await expect(cluster().send(command)).rejects.toMatchObject({ name: 'Throttling' })
    await expect(cluster().send(command)).resolves.toMatchObject({ DbUser: 'IAM:migrator' })
  })
})

describe("the workgroup's API, asked by the AWS SDK", () => {
  it('tells where the workgroup is, and issues passwords for it', async () => {
    const found = await workgroup().send(new GetWorkgroupCommand({ workgroupName }))
    expect(found.workgroup).toMatchObject({ status: 'AVAILABLE', endpoint: { address: 'localhost', port: 5439 } })
    const before = Date.now()
    const answer = await workgroup().send(new GetCredentialsCommand({ workgroupName, dbName: 'dev' }))
    const end = answer.expiration?.getTime() ?? 0
    expect(answer.dbUser).toBe('IAM:migrator')
    expect([end >= before + 900_000, end <= Date.now() + 900_000]).toEqual([true, true])
    expect(isValidPassword('IAM:migrator', answer.dbPassword ?? '')).toBe(true)
  })

  it.each([
    ['a wrong secret', { credentials: { ...lasting, secretAccessKey: 'wrong' } }, {}, 'InvalidSignatureException'],
    ['an unknown key', { credentials: { ...lasting, accessKeyId: 'AKIA' } }, {}, 'UnrecognizedClientException'],
    ['another workgroup', {}, { workgroupName: 'nowhere' }, 'ResourceNotFoundException'],
    ['less than 900 seconds', {}, { durationSeconds: 60 }, 'ValidationException'],
    ['a domain of its own', {}, { customDomainName: 'dwh.example.com' }, 'NotImplemented'],
  ])('refuses %s', async (_, change, input, name) => {
    const asked = workgroup(change).send(new GetCredentialsCommand({ workgroupName, ...input }))
    await expect(asked).rejects.toMatchObject({ name })
  })

  it('is not there beside a cluster, nor a cluster beside it', async () => {
    const beside = new RedshiftServerlessClient(settings(provisioned))
    const asked = beside.send(new GetCredentialsCommand({ workgroupName }))
    await expect(asked).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
    const other = new RedshiftClient(settings(serverless)).send(new GetClusterCredentialsCommand(forMigrator))
    await expect(other).rejects.toMatchObject({ name: 'ClusterNotFoundFault' })
  })
})

describe('the emulated Redshift', () => {
  it('takes an issued password over TLS until it expires, and from its user only', async () => {
    const made = await generate([{ name: 'commonName', value: 'localhost' }], { keySize: 2048, algorithm: 'sha256' })
    const town = await startTown({ world, certificate: { key: made.private, cert: made.cert } })
    const { port } = town.redshift
    const secure = { ca: made.cert, checkServerIdentity: () => undefined }
    const enter = async (user: string, password: string, ssl: pg.ClientConfig['ssl'] = secure): Promise<string> => {
      const client = new pg.Client({ host: '127.0.0.1', port, user, password, database: 'dev', ssl })
      try {
        await client.connect()
        await client.end()
        return 'in'
      } catch (error) {
        return (error as { code?: string }).code ?? String(error)
      }
    }
    const later = Date.now() + 60_000
    const password = mintPassword('IAM:migrator', later)
    expect(await enter('IAM:migrator', password)).toBe('in')
    expect(await enter('IAMR:migrator', mintPassword('IAMR:migrator', later))).toBe('in')
    expect(await enter('IAM:migrator', mintPassword('IAM:migrator', Date.now() - 1))).toBe('28P01')
    expect(await enter('IAM:migrator', mintPassword('IAM:migrator', later).slice(0, -2))).toBe('28P01')
    expect(await enter('IAMR:migrator', password)).toBe('28P01')
    expect(await enter('migrator', password)).toBe('28P01')
    expect(await enter('IAM:nobody', mintPassword('IAM:nobody', later))).toBe('28P01')
    expect(await enter('IAM:migrator', world.redshift.password)).toBe('28P01')
    expect(await enter('IAM:migrator', password, false)).toBe('28P01')
    await town.close()
  })
})
