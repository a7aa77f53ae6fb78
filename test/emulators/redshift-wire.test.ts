import { execFile } from 'node:child_process'
import { connect as connectSocket } from 'node:net'
import { promisify } from 'node:util'
import pg from 'pg'
import Cursor from 'pg-cursor'
import { generate } from 'selfsigned'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runsPsql } from './psql-here.js'
import { startTown, type Town } from './redshift-town.js'

const run = promisify(execFile)

let town: Town
let secure: Town
let client: pg.Client
let certificate: { key: string; cert: string }

beforeAll(async () => {
  const made = await generate([{ name: 'commonName', value: 'localhost' }], { keySize: 2048, algorithm: 'sha256' })
  certificate = { key: made.private, cert: made.cert }
  town = await startTown()
  secure = await startTown({ certificate })
  client = await town.connect()
  await client.query('CREATE TABLE numbers (i INTEGER, t VARCHAR(20))')
  await client.query(
    `INSERT INTO numbers SELECT a * 100 + b, 'n' || a FROM
    (SELECT row_number() OVER () AS a FROM pg_class_seed) x, (SELECT row_number() OVER () AS b FROM pg_class_seed) y`.replaceAll(
      'pg_class_seed',
      '(SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5) s',
    ),
  )
})

afterAll(async () => {
  await client.end()
  await town.close()
  await secure.close()
})

function psql(
  port: number,
  password: string,
  sql: string,
  mode = 'prefer',
): Promise<{ stdout: string; stderr: string }> {
  const env = { ...process.env, PGPASSWORD: password, PGSSLMODE: mode, PGCONNECT_TIMEOUT: '10' }
  return run(
    'psql',
    ['-h', '127.0.0.1', '-p', String(port), '-U', 'migrator', '-d', 'dev', '-X', '-A', '-t', '-c', sql],
    { env },
  )
}

describe('starting', () => {
  it('tells the parameters of an 8.0 server and no protocol version', async () => {
    const told = new Map<string, string>()
    const fresh = new pg.Client({
      host: '127.0.0.1',
      port: town.redshift.port,
      user: 'migrator',
      password: 'Emulated-Passw0rd',
      database: 'dev',
    })
    const inner = fresh as unknown as { connection: NodeJS.EventEmitter }
    inner.connection.on('parameterStatus', (status: { parameterName: string; parameterValue: string }) =>
      told.set(status.parameterName, status.parameterValue),
    )
    await fresh.connect()
    await fresh.end()
    expect(told.get('server_version')).toBe('8.0.2')
    expect(told.get('integer_datetimes')).toBe('on')
    expect(told.has('server_protocol_version')).toBe(false)
  })

  it('refuses a wrong password, an unknown user and an unknown database', async () => {
    await expect(town.connect({ password: 'wrong' })).rejects.toMatchObject({ code: '28P01', severity: 'FATAL' })
    await expect(town.connect({ user: 'nobody' })).rejects.toThrow('password authentication failed for user "nobody"')
    await expect(town.connect({ database: 'other' })).rejects.toMatchObject({ code: '3D000' })
  })

  it('refuses parameters that Redshift does not know', async () => {
    for (const config of [{ lock_timeout: 5 }, { idle_in_transaction_session_timeout: 5 }] as pg.ClientConfig[]) {
      await expect(town.connect(config)).rejects.toThrow('unrecognized configuration parameter')
    }
    const named = await town.connect({ application_name: 'judge', statement_timeout: 0 })
    expect((await named.query('SHOW application_name')).rows).toEqual([{ application_name: 'judge' }])
    await named.end()
  })

  it('closes on a startup packet that is too large', async () => {
    const socket = connectSocket(town.redshift.port, '127.0.0.1')
    const head = Buffer.alloc(8)
    head.writeInt32BE(100_000, 0)
    head.writeInt32BE(196608, 4)
    const reply = await new Promise<Buffer>((resolve, reject) => {
      const chunks: Buffer[] = []
      socket.on('data', (chunk) => chunks.push(chunk))
      socket.on('close', () => {
        resolve(Buffer.concat(chunks))
      })
      socket.on('error', reject)
      socket.write(head)
    })
    expect(reply.toString('latin1')).toContain('invalid length of startup packet')
  })

  it('speaks TLS where it has a certificate, and proves who it is', async () => {
    await expect(town.connect({ ssl: { rejectUnauthorized: false } })).rejects.toThrow('does not support SSL')
    const ssl = { ca: certificate.cert, servername: 'localhost', checkServerIdentity: () => undefined }
    const session = await secure.connect({ ssl })
    expect((await session.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    await session.end()
    await expect(secure.connect({ ssl: { rejectUnauthorized: true } })).rejects.toThrow(/self-signed/)
  })
})

describe.runIf(runsPsql)('psql', () => {
  it('logs in, also over TLS, and reads rows', async () => {
    expect((await psql(town.redshift.port, 'Emulated-Passw0rd', 'SELECT count(*), max(t) FROM numbers')).stdout).toBe(
      '25|n5\n',
    )
    expect((await psql(secure.redshift.port, 'Emulated-Passw0rd', "SELECT 'x'", 'require')).stdout).toBe('x\n')
  })

  it('is told about a wrong password and a wrong statement', async () => {
    await expect(psql(town.redshift.port, 'wrong', 'SELECT 1')).rejects.toThrow(
      /FATAL: {2}password authentication failed for user "migrator"/,
    )
    await expect(psql(town.redshift.port, 'Emulated-Passw0rd', 'SELECT nothing')).rejects.toThrow(
      /column "nothing" does not exist/,
    )
  })
})

describe('queries', () => {
  it('of several statements are one transaction', async () => {
    await expect(
      client.query('CREATE TABLE half (a INTEGER); INSERT INTO half VALUES (1); SELECT 1/0'),
    ).rejects.toMatchObject({ code: '22012' })
    await expect(client.query('SELECT * FROM half')).rejects.toMatchObject({ code: '42P01' })
    const results = (await client.query('SELECT 1 AS a; SELECT 2 AS b')) as unknown as pg.QueryResult[]
    expect(results.map((result) => result.rows as unknown)).toEqual([[{ a: 1 }], [{ b: 2 }]])
  })

  it('take parameters, named and unnamed', async () => {
    const text = 'SELECT i, t FROM numbers WHERE i = $1 OR t = $2 ORDER BY i LIMIT 2'
    const expected = [
      { i: 101, t: 'n1' },
      { i: 302, t: 'n3' },
    ]
    expect((await client.query(text, [302, 'n1'])).rows).toEqual([expected[0], { i: 102, t: 'n1' }])
    const named = await client.query({ name: 'twice', text: 'SELECT $1::integer + 1 AS n', values: ['41'] })
    const again = await client.query({ name: 'twice', text: 'SELECT $1::integer + 1 AS n', values: ['1'] })
    expect([named.rows, again.rows]).toEqual([[{ n: 42 }], [{ n: 2 }]])
    expect((await client.query('SELECT $1 AS t, $2::bigint AS n', ["it's \\ me", null])).rows).toEqual([
      { t: "it's \\ me", n: null },
    ])
  })

  it('give binary values when asked', async () => {
    const { rows } = await client.query({
      text: 'SELECT i, t, i::bigint AS b FROM numbers WHERE i = 101',
      binary: true,
    } as pg.QueryConfig)
    expect(rows).toEqual([{ i: 101, t: 'n1', b: '101' }])
  })

  it('are read through a cursor while others wait', async () => {
    const cursor = client.query(new Cursor<{ i: number }>('SELECT i FROM numbers ORDER BY i'))
    const first = await cursor.read(10)
    const second = await cursor.read(10)
    const last = await cursor.read(10)
    await cursor.close()
    expect([first.length, second.length, last.length]).toEqual([10, 10, 5])
    expect([...first, ...second, ...last].map((row) => row.i)[24]).toBe(505)
    expect((await client.query('SELECT 1 AS a')).rows).toEqual([{ a: 1 }])
  })

  it('are cancelled from outside', async () => {
    const session = await town.connect()
    const { rows } = await session.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
    const endless = session.query(
      `SELECT count(*) FROM numbers a, numbers b, numbers c, numbers d, numbers e, numbers f WHERE a.i + b.i + c.i + d.i + e.i + f.i < 0`,
    )
    setTimeout(() => void client.query(`SELECT pg_cancel_backend(${rows[0]?.pid ?? 0})`), 150)
    await expect(endless).rejects.toMatchObject({
      code: '57014',
      message: expect.stringMatching(/^Query \(\d+\) canceled on user's request$/) as string,
    })
    const inner = session as unknown as { processID: number; secretKey: number }
    const again = session.query(
      `SELECT count(*) FROM numbers a, numbers b, numbers c, numbers d, numbers e, numbers f WHERE a.i + b.i + c.i + d.i + e.i + f.i < 0`,
    )
    setTimeout(() => {
      const socket = connectSocket(town.redshift.port, '127.0.0.1')
      const packet = Buffer.alloc(16)
      ;[16, 80877102, inner.processID, inner.secretKey].forEach((value, i) => packet.writeInt32BE(value, i * 4))
      socket.end(packet)
    }, 150)
    await expect(again).rejects.toMatchObject({ code: '57014' })
    expect((await session.query('SELECT 1 AS a')).rows).toEqual([{ a: 1 }])
    await session.end()
  })
})

describe('limits of a session', () => {
  it('end a statement that runs longer than statement_timeout', async () => {
    const session = await town.connect()
    await session.query('SET statement_timeout TO 200')
    const endless =
      'SELECT count(*) FROM numbers a, numbers b, numbers c, numbers d, numbers e, numbers f WHERE a.i + b.i + c.i + d.i + e.i + f.i < 0'
    await expect(session.query(endless)).rejects.toMatchObject({ code: '57014' })
    expect((await session.query('SELECT 1 AS a')).rows).toEqual([{ a: 1 }])
    await session.end()
  })

  it('do not keep the service open: closing ends whoever has not even logged in', async () => {
    const other = await startTown()
    const socket = connectSocket(other.redshift.port, '127.0.0.1')
    const closed = new Promise<void>((resolve) => {
      socket.on('error', () => undefined)
      socket.on('close', () => {
        resolve()
      })
    })
    await new Promise<void>((resolve) => {
      socket.on('connect', () => {
        resolve()
      })
    })
    await other.close()
    await closed
    expect(socket.destroyed).toBe(true)
  })
})

describe('transactions', () => {
  it('fail as a whole, until they are ended', async () => {
    const session = await town.connect()
    await session.query('BEGIN')
    await session.query('INSERT INTO numbers VALUES (-1, NULL)')
    await expect(session.query('SELECT nothing')).rejects.toMatchObject({ code: '42703' })
    await expect(session.query('SELECT 1')).rejects.toMatchObject({ code: '25P02' })
    expect((await session.query('COMMIT')).command).toBe('ROLLBACK')
    expect((await session.query('SELECT count(*) AS n FROM numbers WHERE i < 0')).rows).toEqual([{ n: '0' }])
    await session.end()
  })

  it('see the data as of their first statement on a table', async () => {
    const [reader, writer] = await Promise.all([town.connect(), town.connect()])
    await writer.query('CREATE TABLE watched (a INTEGER); INSERT INTO watched VALUES (1)')
    await reader.query('BEGIN')
    await writer.query('INSERT INTO watched VALUES (2)')
    const count = async (): Promise<unknown> => (await reader.query('SELECT count(*) AS n FROM watched')).rows
    expect(await count()).toEqual([{ n: '2' }])
    await writer.query('INSERT INTO watched VALUES (3)')
    expect(await count()).toEqual([{ n: '2' }])
    await reader.query('COMMIT')
    expect(await count()).toEqual([{ n: '3' }])
    await Promise.all([reader.end(), writer.end()])
  })
})

describe('faults on order', () => {
  it('fail a statement, and cut before or after it', async () => {
    town.faults.add([
      {
        service: 'redshift',
        operation: 'SELECT',
        contains: 'faulty',
        action: { do: 'fail', code: '40001', message: '1023' },
      },
      { service: 'redshift', operation: 'INSERT', contains: '-7', action: { do: 'cut', when: 'after' } },
      { service: 'redshift', operation: 'INSERT', contains: '-8', action: { do: 'cut', when: 'before' } },
    ])
    await expect(client.query('SELECT 1 AS faulty')).rejects.toMatchObject({ code: '40001', message: '1023' })
    for (const value of [-7, -8]) {
      const session = await town.connect()
      await expect(session.query(`INSERT INTO numbers VALUES (${value}, 'cut')`)).rejects.toThrow(/terminated/)
    }
    town.faults.clear()
    expect((await client.query("SELECT i FROM numbers WHERE t = 'cut'")).rows).toEqual([{ i: -7 }])
  })
})
