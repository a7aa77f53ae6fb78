import { randomInt } from 'node:crypto'
import { createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import type { Service, ServiceOptions } from '../service.js'
import type { SqlEngine } from '../sql-engine.js'
import { quoteText } from './binding.js'
import { catalogTablesSql } from './catalog-tables.js'
import { cellText } from './cell-text.js'
import { faultOf, RedshiftFault } from './fault.js'
import { History } from './history.js'
import { type DelimitedFormat, loadDelimited } from './delimited-loader.js'
import { authenticationOk, backendKey, errorResponse, parameterStatus } from './messages.js'
import { registerNativeFunctions } from './native-functions.js'
import type { ServerParts } from './server-parts.js'
import { Sessions } from './sessions.js'
import { SqlSession } from './sql-session.js'
import { authenticate, databaseUser, readStartup, type StartupOptions, startupSettings } from './startup.js'
import { StatementRunner } from './statement-runner.js'
import { splitStatements } from './statement-splitter.js'
import { readSwitches } from './switches.js'
import { WireSession } from './wire-session.js'
import { WireStream } from './wire-stream.js'

export interface RedshiftOptions extends ServiceOptions {
  /** Holds the data; not closed by the service. */
  readonly engine: SqlEngine
  /** Where UNLOAD writes: `http://127.0.0.1:4566`. */
  readonly s3Endpoint: string
  /** PEM. With it the server takes TLS; without it, it says no. */
  readonly certificate?: { readonly key: string; readonly cert: string }
  /** Uncertain behaviours, as switches.ts names them. */
  readonly switches?: Readonly<Record<string, unknown>>
}

export interface RedshiftService extends Service {
  /** Statements with `;`, as the user of the world: for seeding. Throws RedshiftFault. */
  execute(sql: string): Promise<void>
  /** Reads a delimited file into a table; the number of rows. */
  loadDelimited(schema: string, table: string, file: string, format: DelimitedFormat): Promise<number>
}

/** From the first byte to the end of the password exchange. */
const startupMillisecondsMax = 60_000

export async function startRedshift(options: RedshiftOptions): Promise<RedshiftService> {
  const { engine, world, faults, s3Endpoint } = options
  const switches = readSwitches(options.switches ?? {})
  const historyConnection = await engine.connect()
  await registerNativeFunctions(historyConnection)
  await historyConnection.run(catalogTablesSql(world.redshift.user, switches))
  const history = await History.open(historyConnection, switches)
  const sessions = new Sessions()
  const parts: ServerParts = { faults, history, sessions, switches, unload: { world, s3Endpoint } }
  const serving = new Map<Socket, Promise<void>>()
  const server = createServer({ noDelay: true }, (socket) => {
    serving.set(
      socket,
      serve(socket, options, parts).finally(() => serving.delete(socket)),
    )
  })
  await listen(server, options.port ?? 0)
  return {
    port: (server.address() as AddressInfo).port,
    execute: (sql) => executeAll(sql, options, parts),
    loadDelimited: (schema, table, file, format) => loadDelimited(engine, { schema, table, file, format }),
    close: async () => {
      server.close()
      sessions.cancelAll()
      const ends = [...serving.values()]
      for (const socket of serving.keys()) socket.destroy()
      await Promise.all(ends)
      await history.close()
    },
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      resolve()
    })
  })
}

async function openSession(options: RedshiftOptions, parts: ServerParts, user: string): Promise<SqlSession> {
  const { database, serverless } = options.world.redshift
  const connection = await options.engine.connect()
  const { rows } = await connection.query(`SELECT usesysid, usesuper FROM rs.user_ WHERE usename = ${quoteText(user)}`)
  const [userId, isSuperuser] = rows[0] ?? [0, false]
  const processId = parts.sessions.nextProcessId()
  const who = { user, userId: Number(userId), isSuperuser: isSuperuser === true }
  const session = new SqlSession(connection, { ...who, database, serverless, processId, switches: parts.switches })
  await session.open()
  return session
}

async function executeAll(sql: string, options: RedshiftOptions, parts: ServerParts): Promise<void> {
  const session = await openSession(options, parts, options.world.redshift.user)
  const runner = new StatementRunner(session, parts, () => undefined)
  try {
    for (const statement of splitStatements(sql)) {
      const running = await runner.run(statement, sql)
      for await (const rows of running.answer.batches ?? []) void rows
      if (!session.transaction.isExplicit) await session.transaction.commit()
      running.finish(0)
    }
  } finally {
    await session.transaction.rollback().catch(() => undefined)
    session.connection.close()
  }
}

async function serve(socket: Socket, options: RedshiftOptions, parts: ServerParts): Promise<void> {
  const wire = new WireStream(socket)
  const timer = setTimeout(() => socket.destroy(), startupMillisecondsMax)
  try {
    const credentials = startupOptions(options)
    const startup = await readStartup(wire, credentials)
    if (startup?.kind === 'cancel') parts.sessions.cancel(startup.processId, startup.secret)
    if (startup?.kind !== 'session') return
    await authenticate(wire, startup.parameters, credentials)
    clearTimeout(timer)
    await serveSession(wire, startup.parameters, options, parts)
  } catch (error) {
    await wire.write(errorResponse(faultOf(error)))
  } finally {
    clearTimeout(timer)
    await wire.end()
    socket.destroySoon()
  }
}

function startupOptions(options: RedshiftOptions): StartupOptions {
  const { user, password, database } = options.world.redshift
  const { certificate } = options
  const findDigest = (name: string): Promise<string | undefined> => digestOf(options, name)
  return { user, password, database, findDigest, ...(certificate === undefined ? {} : { certificate }) }
}

async function digestOf(options: RedshiftOptions, user: string): Promise<string | undefined> {
  const connection = await options.engine.connect()
  try {
    const { rows } = await connection.query(
      `SELECT digest FROM rs.user_ WHERE usename = ${quoteText(user)} AND digest IS NOT NULL`,
    )
    return rows[0] === undefined ? undefined : cellText(rows[0][0])
  } finally {
    connection.close()
  }
}

async function serveSession(
  wire: WireStream,
  parameters: ReadonlyMap<string, string>,
  options: RedshiftOptions,
  parts: ServerParts,
): Promise<void> {
  const session = await openSession(options, parts, databaseUser(parameters.get('user') ?? ''))
  const { processId, user, database } = session.identity
  const secret = randomInt(1, 2 ** 31 - 1)
  const wireSession = new WireSession(wire, session, parts)
  parts.sessions.add(processId, {
    secret,
    cancel: () => {
      wireSession.runner.cancel()
    },
    terminate: () => {
      wire.destroy()
    },
  })
  try {
    await applySettings(session, parameters)
    parts.history.noteSession(processId, user, database)
    await greet(wire, session, secret)
    await wireSession.serve()
  } finally {
    parts.sessions.remove(processId)
    parts.history.noteSessionEnd(processId)
    session.connection.close()
  }
}

async function applySettings(session: SqlSession, parameters: ReadonlyMap<string, string>): Promise<void> {
  try {
    for (const [name, value] of startupSettings(parameters)) {
      await session.set({ kind: 'set', name: name.toLowerCase(), value, tag: 'SET' })
    }
  } catch (error) {
    const { sqlState, message } = faultOf(error)
    throw new RedshiftFault(sqlState, message, { severity: 'FATAL' })
  }
}

/** server_protocol_version stays unsaid, so that Amazon's drivers expect plain text rows (redshift.md 7.1). */
async function greet(wire: WireStream, session: SqlSession, secret: number): Promise<void> {
  await wire.write(
    authenticationOk,
    parameterStatus('server_version', '8.0.2'),
    parameterStatus('server_encoding', 'UTF8'),
    parameterStatus('client_encoding', 'UTF8'),
    parameterStatus('DateStyle', 'ISO, MDY'),
    parameterStatus('integer_datetimes', 'on'),
    parameterStatus('is_superuser', session.identity.isSuperuser ? 'on' : 'off'),
    parameterStatus('session_authorization', session.identity.user),
    parameterStatus('TimeZone', session.settings.get('timezone')),
    backendKey(session.identity.processId, secret),
  )
}
