import { spawn } from 'node:child_process'
import { connect as connectSocket } from 'node:net'
import pg from 'pg'
import { generate } from 'selfsigned'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runsPsql } from './psql-here.js'
import { defaultWorld, type World } from '../../src/emulators/world.js'
import { startTown, type Town } from './redshift-town.js'

let town: Town
let client: pg.Client

beforeAll(async () => {
  town = await startTown()
  client = await town.connect()
  await client.query('CREATE TABLE public.t (a INTEGER, n NUMERIC(10,2)); INSERT INTO public.t VALUES (1, 2.5)')
})

afterAll(async () => {
  await client.end()
  await town.close()
})

/** Everything that psql prints for a script; it must end by itself. */
function psql(script: string): Promise<string> {
  const env = { ...process.env, PGPASSWORD: 'Emulated-Passw0rd', PGCONNECT_TIMEOUT: '10' }
  const args = ['-h', '127.0.0.1', '-p', String(town.redshift.port), '-U', 'migrator', '-d', 'dev', '-X', '-A', '-t']
  const child = spawn('psql', args, { env, timeout: 20_000, stdio: ['pipe', 'pipe', 'pipe'] })
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()))
  child.stdin.end(script)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve(text)
      else reject(new Error(`psql ended with ${String(code)}: ${text}`))
    })
  })
}

describe.runIf(runsPsql)("psql's commands", () => {
  it.each<[string, RegExp]>([
    ['\\conninfo', /connected to database "dev" as user "migrator"/],
    ['\\timing\nSELECT 7;', /Timing is on\.\n7\nTime: /],
    ['\\x\nSELECT 7 AS seven;', /seven\|7/],
    ['\\d', /public\|t\|table\|migrator/],
    ['\\dt', /public\|t\|table\|migrator/],
    ['\\dn', /public\|/],
    ['\\dv', /Did not find any relations/],
    ['\\d t', /ERROR: {2}type regtype is not supported by the emulated Redshift/],
    ['\\df', /ERROR: {2}type regtype is not supported by the emulated Redshift/],
    ['\\du', /ERROR: {2}ARRAY is not supported by the emulated Redshift/],
    ['\\l', /ERROR: {2}function pg_encoding_to_char\(integer\) does not exist/],
    ["\\copy t FROM '/dev/null'", /ERROR: {2}COPY is not supported by the emulated Redshift/],
    ["\\copy (SELECT 1) TO '/dev/null'", /ERROR: {2}COPY is not supported by the emulated Redshift/],
    ['\\set FETCH_COUNT 1\nSELECT a FROM t;', /^1$/m],
    ['SELECT 41 + 1 AS answer \\gset\n\\echo :answer', /42/],
  ])('%s answers, and the session lives on', async (script, expected) => {
    const text = await psql(`${script}\n\\unset FETCH_COUNT\n\\x off\nROLLBACK;\nSELECT 'still' || ' here';\n`)
    expect(text).toMatch(/still here\n/)
    expect(text.replace(/^WARNING.*\nROLLBACK\n|^ROLLBACK\n/gm, '')).toMatch(expected)
  })
})

describe('the start', () => {
  const request = (code: number): Buffer => {
    const packet = Buffer.alloc(8)
    packet.writeInt32BE(8, 0)
    packet.writeInt32BE(code, 4)
    return packet
  }

  it('says no to GSS encryption and to TLS without a certificate, and goes on', async () => {
    const socket = connectSocket(town.redshift.port, '127.0.0.1')
    const next = (): Promise<Buffer> => new Promise((resolve) => socket.once('data', resolve))
    socket.write(request(80877104))
    expect((await next()).toString()).toBe('N')
    socket.write(request(80877103))
    expect((await next()).toString()).toBe('N')
    const body = Buffer.from('user\0migrator\0database\0dev\0\0')
    const startup = Buffer.alloc(8)
    startup.writeInt32BE(8 + body.length, 0)
    startup.writeInt32BE(196608, 4)
    socket.write(Buffer.concat([startup, body]))
    const reply = await next()
    expect([reply.toString('latin1', 0, 1), reply.readInt32BE(5)]).toEqual(['R', 5])
    socket.destroy()
  })

  it('asks an IAM login for its password in clear over TLS, and for MD5 without', async () => {
    const made = await generate([{ name: 'commonName', value: 'localhost' }], { keySize: 2048, algorithm: 'sha256' })
    const certificate = { key: made.private, cert: made.cert }
    const plain = defaultWorld()
    const world: World = { ...plain, redshift: { ...plain.redshift, user: 'IAMR:Migrator' } }
    const secure = await startTown({ world, certificate })
    const asked = async (ssl: pg.ClientConfig['ssl']): Promise<string> => {
      const { user, password, database } = world.redshift
      const { port } = secure.redshift
      const login = new pg.Client({ host: '127.0.0.1', port, user, password, database, ssl: ssl ?? false })
      const { connection } = login as unknown as { connection: NodeJS.EventEmitter }
      let how = ''
      connection.on('authenticationCleartextPassword', () => (how += 'clear'))
      connection.on('authenticationMD5Password', () => (how += 'md5'))
      await login.connect()
      await login.query('SELECT 1')
      await login.end()
      return how
    }
    expect(await asked({ ca: certificate.cert, checkServerIdentity: () => undefined })).toBe('clear')
    expect(await asked(false)).toBe('md5')
    await secure.close()
  })
})

describe('parameters', () => {
  it('of type numeric keep their digits', async () => {
    const types = { getTypeParser: () => (text: string) => text }
    const { rows } = await client.query<{ v: string }>({
      text: 'SELECT CAST($1 AS NUMERIC(10,3)) AS v',
      values: ['2.125'],
      types,
    })
    expect(rows).toEqual([{ v: '2.125' }])
    const declared = await ask([parse('', 'SELECT $1 AS v', 1700), bind(['2.125']), describePortal, execute, sync])
    expect(declared.filter((one) => one.type === 'D').map((one) => one.body.toString('latin1', 6))).toEqual(['2.125'])
  })

  it('without a type are described as text', async () => {
    const [row] = (await ask([parse('', 'SELECT $1 AS v', 705), describeStatement(''), sync])).filter(
      (one) => one.type === 'T',
    )
    // Column count (2 bytes), name and its end (2), table (4), attribute (2), then the type.
    expect(row?.body.readInt32BE(10)).toBe(705)
  })
})

describe('a named statement', () => {
  it.each([
    ['a column that is not there', 'SELECT nothing FROM public.t'],
    ['a relation that is not there', 'INSERT INTO public.nothing VALUES (1)'],
    ['a function that is not there', 'SELECT nothing(a) FROM public.t'],
  ])('is not kept when it names %s', async (_, text) => {
    const messages = await ask([parse('s1', text), describeStatement('s1'), sync])
    expect(messages.map((one) => one.type).filter((type) => type !== '1' && type !== 't')).toEqual(['E', 'Z'])
    const again = await ask([parse('s1', text), describeStatement('s1'), sync, parse('s1', 'SELECT 1'), sync])
    expect(again.map((one) => one.type).slice(-2)).toEqual(['1', 'Z'])
  })

  it('is not made in a failed transaction', async () => {
    const session = await town.connect()
    await session.query('BEGIN')
    await expect(session.query('SELECT nothing')).rejects.toThrow()
    await expect(session.query({ name: 's2', text: 'SELECT 1 AS one' })).rejects.toMatchObject({ code: '25P02' })
    await session.query('ROLLBACK')
    expect((await session.query({ name: 's2', text: 'SELECT 1 AS one' })).rows).toEqual([{ one: 1 }])
    await session.end()
  })
})

it('moments in binary are those in text', async () => {
  const text = "SELECT '2024-02-29 01:02:03.456'::timestamp AS ts, '1969-12-31 23:59:59.999+00'::timestamptz AS tz"
  // The client's types do not know the option.
  const query: pg.QueryConfig & { readonly binary: true } = { text, values: [], binary: true }
  const { rows } = await client.query<{ ts: Date; tz: Date }>(query)
  expect(rows[0]?.ts.toISOString()).toBe('2024-02-29T01:02:03.456Z')
  expect(rows[0]?.tz.toISOString()).toBe('1969-12-31T23:59:59.999Z')
})

it('a select list gives names to WHERE, as drivers of Amazon expect', async () => {
  const { rows } = await client.query("SELECT nspname AS table_schem FROM pg_namespace WHERE table_schem LIKE 'pub%'")
  expect(rows).toEqual([{ table_schem: 'public' }])
})

it("what Amazon's JDBC driver sends is taken, and a read-only session refuses to write", async () => {
  const session = await town.connect()
  for (const statement of [
    "SET application_name = 'a driver'",
    'SET extra_float_digits TO 2',
    "SET query_group TO 'g'",
    'SHOW search_path',
    'SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE',
    'SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY',
  ]) {
    await session.query(statement)
  }
  expect((await session.query('SHOW transaction_read_only')).rows).toEqual([{ transaction_read_only: 'on' }])
  await expect(session.query('INSERT INTO public.t VALUES (2, 2)')).rejects.toThrow('transaction is read-only')
  await session.query('BEGIN')
  await expect(session.query('INSERT INTO public.t VALUES (2, 2)')).rejects.toThrow('transaction is read-only')
  await session.query('ROLLBACK')
  await session.query('BEGIN READ WRITE')
  await session.query('INSERT INTO public.t VALUES (2, 2)')
  await session.query('ROLLBACK')
  await session.query('SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE')
  expect((await session.query('SHOW transaction_read_only')).rows).toEqual([{ transaction_read_only: 'off' }])
  await session.end()
})

interface Message {
  readonly type: string
  readonly body: Buffer
}

function frame(type: string, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  const head = Buffer.alloc(5)
  head.write(type)
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

const text = (value: string): Buffer => Buffer.from(`${value}\0`)
const int16 = (value: number): Buffer => Buffer.from([value >> 8, value & 255])
const int32 = (value: number): Buffer => Buffer.concat([int16(value >>> 16), int16(value & 65535)])

function parse(name: string, sql: string, ...oids: readonly number[]): Buffer {
  return frame('P', text(name), text(sql), int16(oids.length), ...oids.map(int32))
}

function bind(values: readonly string[]): Buffer {
  const cells = values.flatMap((value) => [int32(Buffer.byteLength(value)), Buffer.from(value)])
  return frame('B', text(''), text(''), int16(0), int16(values.length), ...cells, int16(0))
}

const describeStatement = (name: string): Buffer => frame('D', Buffer.from('S'), text(name))
const describePortal = frame('D', Buffer.from('P'), text(''))
const execute = frame('E', text(''), int32(0))
const sync = frame('S')

/** Sends messages as they are on a connection of its own, and gives what comes back, up to the last ReadyForQuery. */
async function ask(messages: readonly Buffer[]): Promise<Message[]> {
  const session = await town.connect()
  const { connection } = session as unknown as { connection: { stream: NodeJS.ReadWriteStream } }
  const { stream } = connection
  stream.removeAllListeners('data')
  const wanted = messages.filter((one) => one === sync).length
  const received = new Promise<Message[]>((resolve) => {
    let bytes = Buffer.alloc(0)
    stream.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk])
      const read = readMessages(bytes)
      if (read.filter((one) => one.type === 'Z').length === wanted) resolve(read)
    })
  })
  stream.write(Buffer.concat(messages))
  const read = await received
  ;(stream as unknown as { destroy(): void }).destroy()
  return read
}

function readMessages(bytes: Buffer): Message[] {
  const messages: Message[] = []
  for (let at = 0; at + 5 <= bytes.length;) {
    const end = at + 1 + bytes.readInt32BE(at + 1)
    if (end > bytes.length) break
    messages.push({ type: bytes.toString('latin1', at, at + 1), body: bytes.subarray(at + 5, end) })
    at = end
  }
  return messages
}
