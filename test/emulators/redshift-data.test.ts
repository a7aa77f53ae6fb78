import {
  CancelStatementCommand,
  DescribeStatementCommand,
  ExecuteStatementCommand,
  GetStatementResultCommand,
  ListStatementsCommand,
  RedshiftDataClient,
  type DescribeStatementCommandOutput,
} from '@aws-sdk/client-redshift-data'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Faults } from '../../src/emulators/faults.js'
import { startRedshiftApi } from '../../src/emulators/redshift-api/redshift-api-server.js'
import { redshiftNames } from '../../src/emulators/redshift-api/redshift-names.js'
import type { Service } from '../../src/emulators/service.js'
import type { AwsKey, World } from '../../src/emulators/world.js'
import { startTown } from './redshift-town.js'

const temporary: AwsKey = { accessKeyId: 'ASIAEMULATED', secretAccessKey: 'of-a-role', sessionToken: 'session/token==' }
let town: Awaited<ReturnType<typeof startTown>>
let service: Service
let world: World

beforeAll(async () => {
  town = await startTown()
  world = { ...town.world, aws: { ...town.world.aws, keys: [...town.world.aws.keys, temporary] } }
  const redshift = { host: 'localhost', port: town.redshift.port }
  service = await startRedshiftApi({ world, faults: new Faults(), dir: '', redshift })
})

afterAll(async () => {
  await service.close()
  await town.close()
})

function client(change: object = {}): RedshiftDataClient {
  return new RedshiftDataClient({
    endpoint: `http://127.0.0.1:${service.port}`,
    region: world.aws.region,
    credentials: world.aws.keys[0] as AwsKey,
    maxAttempts: 1,
    ...change,
  })
}

const place = { ClusterIdentifier: redshiftNames.cluster, Database: 'dev', DbUser: 'migrator' }

async function ended(Id: string | undefined): Promise<DescribeStatementCommandOutput> {
  for (;;) {
    const found = await client().send(new DescribeStatementCommand({ Id }))
    if (/FINISHED|FAILED|ABORTED/.test(found.Status ?? '')) return found
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

async function run(Sql: string, more: object = place): Promise<DescribeStatementCommandOutput> {
  return ended((await client().send(new ExecuteStatementCommand({ Sql, ...more }))).Id)
}

describe('the Data API, asked by the AWS SDK', () => {
  it('runs a statement and gives typed values', async () => {
    const { Id, ResultRows, HasResultSet } = await run(
      "SELECT 1::int a, 'x' b, true c, NULL::int d, 1.5::decimal(4,2) e",
    )
    expect({ ResultRows, HasResultSet }).toEqual({ ResultRows: 1, HasResultSet: true })
    const { Records, ColumnMetadata, TotalNumRows } = await client().send(new GetStatementResultCommand({ Id }))
    expect(ColumnMetadata?.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(Records).toEqual([
      [{ longValue: 1 }, { stringValue: 'x' }, { booleanValue: true }, { isNull: true }, { stringValue: '1.50' }],
    ])
    expect(TotalNumRows).toBe(1)
  })

  it('keeps a transaction in a session, apart from others', async () => {
    const opened = await client().send(
      new ExecuteStatementCommand({ Sql: 'BEGIN', ...place, SessionKeepAliveSeconds: 30 }),
    )
    await ended(opened.Id)
    const { SessionId } = opened
    await run('CREATE TABLE public.inside (a integer)', { SessionId })
    expect(await run('SELECT COUNT(*) FROM public.inside', { SessionId })).toMatchObject({ Status: 'FINISHED' })
    expect(await run('SELECT COUNT(*) FROM public.inside')).toMatchObject({
      Status: 'FAILED',
      Error: expect.stringContaining('does not exist') as string,
    })
    await run('ROLLBACK', { SessionId })
  })

  it('runs the same client token once', async () => {
    await run('CREATE TABLE public.once (a integer)')
    const command = { ...place, Sql: 'INSERT INTO public.once VALUES (1)', ClientToken: 'the-same-token' }
    const first = await client().send(new ExecuteStatementCommand(command))
    const second = await client().send(new ExecuteStatementCommand(command))
    expect(second.Id).toBe(first.Id)
    await ended(first.Id)
    const { Id } = await run('SELECT COUNT(*) FROM public.once')
    const { Records } = await client().send(new GetStatementResultCommand({ Id }))
    expect(Records).toEqual([[{ longValue: 1 }]])
  })

  it('gives long results in pages', async () => {
    const tens = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => `SELECT ${n} AS n`).join(' UNION ALL ')
    const { Id } = await run(`SELECT a.n FROM (${tens}) a, (${tens}) b, (${tens}) c`)
    const first = await client().send(new GetStatementResultCommand({ Id }))
    expect(first.TotalNumRows).toBe(1000)
    expect(first.NextToken).toBeDefined()
    const { NextToken } = first
    const second = await client().send(new GetStatementResultCommand({ Id, NextToken }))
    expect((first.Records?.length ?? 0) + (second.Records?.length ?? 0)).toBe(1000)
  })

  const sql = { Sql: 'SELECT 1' }
  it.each([
    ['another cluster', { ...sql, ...place, ClusterIdentifier: 'nowhere' }, 'ValidationException'],
    ['a workgroup where there is a cluster', { ...sql, WorkgroupName: 'w', Database: 'dev' }, 'ValidationException'],
    ['both', { ...sql, ...place, WorkgroupName: 'w' }, 'ValidationException'],
    ['no database', { ...sql, ...place, Database: undefined }, 'ValidationException'],
    ['two statements', { ...place, Sql: 'SELECT 1; SELECT 2' }, 'ValidationException'],
    ['over 100,000 characters', { ...place, Sql: `SELECT '${'x'.repeat(100_000)}'` }, 'ValidationException'],
    ['over a day', { ...sql, ...place, SessionKeepAliveSeconds: 86_401 }, 'ValidationException'],
    [
      'a session that is not there',
      { ...sql, SessionId: '00000000-0000-0000-0000-000000000000' },
      'ValidationException',
    ],
    ['a secret', { ...sql, ...place, SecretArn: 'arn:aws:secretsmanager:us-east-1:1:secret:x' }, 'NotImplemented'],
    ['events', { ...sql, ...place, WithEvent: true }, 'NotImplemented'],
  ])('refuses %s', async (_, input, name) => {
    await expect(client().send(new ExecuteStatementCommand(input))).rejects.toMatchObject({ name })
  })

  it.each([
    ['a wrong secret', { accessKeyId: 'AKIAEMULATEDKEY00001', secretAccessKey: 'wrong' }, 'InvalidSignatureException'],
    ['an unknown key', { accessKeyId: 'AKIAUNKNOWN', secretAccessKey: 'x' }, 'UnrecognizedClientException'],
  ])('refuses %s', async (_, credentials, name) => {
    const asked = client({ credentials }).send(new ExecuteStatementCommand({ ...sql, ...place }))
    await expect(asked).rejects.toMatchObject({ name })
  })

  it('shows statements to those who sent them only', async () => {
    const { Id } = await run('SELECT 1')
    const asked = client({ credentials: temporary }).send(new DescribeStatementCommand({ Id }))
    await expect(asked).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  })

  it('cancels what runs, and nothing that has ended', async () => {
    const tens = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => `SELECT ${n} AS n`).join(' UNION ALL ')
    const nine = 'abcdefghi'.split('').map((name) => `(${tens}) ${name}`)
    const Sql = `SELECT COUNT(*) FROM ${nine.join(', ')}, (${tens}) j, (${tens}) k WHERE a.n + b.n * c.n + d.n < e.n * f.n - g.n + h.n * i.n + j.n * k.n`
    const { Id } = await client().send(new ExecuteStatementCommand({ Sql, ...place }))
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(await client().send(new CancelStatementCommand({ Id }))).toMatchObject({ Status: true })
    expect(await ended(Id)).toMatchObject({ Status: 'ABORTED' })
    const again = client().send(new CancelStatementCommand({ Id }))
    await expect(again).rejects.toMatchObject({ name: 'ValidationException' })
  })

  it('refuses other operations by their name', async () => {
    await expect(client().send(new ListStatementsCommand({}))).rejects.toThrow(/ListStatements.*not implemented/)
  })
})
