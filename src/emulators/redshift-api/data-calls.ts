import { splitStatements } from '../redshift/statement-splitter.js'
import type { ApiCall } from './api-call.js'
import { ApiRefusal, notImplemented } from './api-refusal.js'
import { userOf } from './credential-rules.js'
import type { DataSessions } from './data-sessions.js'
import type { DataStatement } from './data-statement.js'
import type { WireColumn } from './data-wire.js'
import { redshiftNames } from './redshift-names.js'

type Input = Readonly<Record<string, unknown>>

/** Operations of `redshift-data`, version 2019-12-20 (redshift.md 6.3). The answer is JSON: its numbers keep every digit. */
export type DataOperation = (call: ApiCall, input: Input, sessions: DataSessions) => string | Promise<string>

export const dataOperations: Readonly<Record<string, DataOperation>> = {
  ExecuteStatement: executeStatement,
  DescribeStatement: describeStatement,
  GetStatementResult: getStatementResult,
  CancelStatement: cancelStatement,
}

/** Characters of a statement that the service takes. */
const sqlLengthMax = 100_000
/** Rows on one page of a result; the service cuts by size. */
const rowCountPerPage = 500

function executeStatement(call: ApiCall, input: Input, sessions: DataSessions): string {
  const members = ['ClusterIdentifier', 'WorkgroupName', 'Database', 'DbUser', 'Sql', 'StatementName', 'ClientToken']
  accept(input, [...members, 'SessionId', 'SessionKeepAliveSeconds', 'WithEvent', 'ResultFormat'])
  if (input['WithEvent'] === true) throw notImplemented('WithEvent')
  if ((input['ResultFormat'] ?? 'JSON') !== 'JSON') throw notImplemented('ResultFormat CSV')
  const sql = text(input, 'Sql') ?? ''
  if (sql.trim() === '') throw new ApiRefusal('invalid', 'Sql must not be empty.')
  if (sql.length > sqlLengthMax) throw new ApiRefusal('invalid', `Sql is longer than ${sqlLengthMax} characters.`)
  const session = text(input, 'SessionId')
  if (session === undefined) checkPlace(call, input)
  else refuseTogether(input, ['ClusterIdentifier', 'WorkgroupName', 'Database', 'DbUser'])
  const { user, password, database } = call.world.redshift
  // Whoever may call as a user needs no password; another user's login fails as it would with a wrong one.
  const asUser = text(input, 'DbUser') ?? user
  const address = {
    ...call.redshift,
    host: '127.0.0.1',
    user: asUser,
    password,
    database: text(input, 'Database') ?? database,
  }
  const statement = sessions.submit(
    {
      sql: oneStatement(sql),
      name: text(input, 'StatementName'),
      owner: call.caller.accessKeyId,
      clientToken: text(input, 'ClientToken'),
      session,
      keepAliveSeconds: keepAlive(input),
    },
    address,
  )
  const place = session === undefined ? placeOf(input) : {}
  const shared = { CreatedAt: seconds(statement.createdAt), Id: statement.id, DbUser: asUser || userOf(call), ...place }
  return JSON.stringify({ ...shared, Database: address.database, ...sessionOf(statement) })
}

function describeStatement(call: ApiCall, input: Input, sessions: DataSessions): string {
  const statement = found(call, input, sessions, [])
  const { result, error, processId } = statement
  return JSON.stringify({
    Id: statement.id,
    Status: statement.status,
    CreatedAt: seconds(statement.createdAt),
    UpdatedAt: seconds(statement.updatedAt),
    Duration: statement.isOver ? (statement.updatedAt - statement.createdAt) * 1_000_000 : 0,
    QueryString: statement.sql,
    HasResultSet: result?.columns !== undefined,
    ResultRows: result?.columns === undefined ? -1 : result.rows.length,
    ResultFormat: 'json',
    ...(processId === undefined ? {} : { RedshiftPid: processId }),
    ...(error === undefined ? {} : { Error: error }),
    ...sessionOf(statement),
  })
}

function getStatementResult(call: ApiCall, input: Input, sessions: DataSessions): string {
  const { result, status } = found(call, input, sessions, ['NextToken'])
  if (status !== 'FINISHED' || result?.columns === undefined) {
    throw new ApiRefusal('missing', 'Query does not have result. Please check query status with DescribeStatement.')
  }
  const { columns, rows } = result
  const from = Number(text(input, 'NextToken') ?? '0')
  if (!Number.isInteger(from) || from < 0) throw new ApiRefusal('invalid', 'NextToken is not valid.')
  const page = rows.slice(from, from + rowCountPerPage)
  const records = page.map((row) => `[${row.map((cell, n) => fieldJson(columns[n], cell)).join(',')}]`)
  const to = from + page.length
  const next = to < rows.length ? `,"NextToken":"${to}"` : ''
  const metadata = JSON.stringify(columns.map(({ name }) => ({ name, label: name, nullable: 1 })))
  return `{"ColumnMetadata":${metadata},"Records":[${records.join(',')}],"TotalNumRows":${rows.length}${next}}`
}

async function cancelStatement(call: ApiCall, input: Input, sessions: DataSessions): Promise<string> {
  const statement = found(call, input, sessions, [])
  if (statement.isOver) {
    const message = `Could not cancel a query that is already in ${statement.status} state with ID: ${statement.id}`
    throw new ApiRefusal('invalid', message)
  }
  await statement.cancel()
  return JSON.stringify({ Status: true })
}

const longs = new Set([20, 21, 23, 26])
const doubles = new Set([700, 701])

/** Integers and floats are numbers in JSON, decimals and times texts. */
function fieldJson(column: WireColumn | undefined, cell: string | null): string {
  if (cell === null) return '{"isNull":true}'
  const oid = column?.oid ?? 0
  if (longs.has(oid)) return `{"longValue":${cell}}`
  if (doubles.has(oid)) return `{"doubleValue":${/^-?[\d.]/.test(cell) ? jsonNumber(cell) : JSON.stringify(cell)}}`
  if (oid === 16) return `{"booleanValue":${cell === 't'}}`
  return `{"stringValue":${JSON.stringify(cell)}}`
}

/** `.5` is no number of JSON. */
function jsonNumber(cell: string): string {
  return cell
    .replace(/^(-?)\./, '$10.')
    .replace(/\.(?=$|e)/i, '')
    .replace(/e\+/i, 'e')
}

/** The service takes one statement a call. */
function oneStatement(sql: string): string {
  if (splitStatements(sql).length <= 1) return sql
  throw new ApiRefusal('invalid', 'Multiple sql statements are not allowed.')
}

function keepAlive(input: Input): number | undefined {
  const given = input['SessionKeepAliveSeconds']
  if (given === undefined) return undefined
  if (Number.isInteger(given) && (given as number) >= 0 && (given as number) <= 86_400) return given as number
  throw new ApiRefusal('invalid', 'SessionKeepAliveSeconds must be between 0 and 86400.')
}

function checkPlace(call: ApiCall, input: Input): void {
  const { serverless } = call.world.redshift
  const [cluster, workgroup] = [text(input, 'ClusterIdentifier'), text(input, 'WorkgroupName')]
  if ((cluster === undefined) === (workgroup === undefined)) {
    throw new ApiRefusal('invalid', 'Either ClusterIdentifier or WorkgroupName must be given.')
  }
  if (text(input, 'Database') === undefined) throw new ApiRefusal('invalid', 'Database must be given.')
  if (workgroup !== undefined) refuseTogether(input, ['DbUser'])
  const isThere = serverless ? workgroup === redshiftNames.workgroup : cluster === redshiftNames.cluster
  if (!isThere) throw new ApiRefusal('invalid', "Redshift endpoint doesn't exist in this region.")
}

function refuseTogether(input: Input, names: readonly string[]): void {
  const stranger = names.find((name) => input[name] !== undefined)
  if (stranger !== undefined) throw new ApiRefusal('invalid', `${stranger} does not go with the other members given.`)
}

function found(call: ApiCall, input: Input, sessions: DataSessions, more: readonly string[]): DataStatement {
  accept(input, ['Id', ...more])
  return sessions.find(text(input, 'Id') ?? '', call.caller.accessKeyId)
}

function placeOf(input: Input): object {
  const { ClusterIdentifier, WorkgroupName } = input
  return ClusterIdentifier === undefined ? { WorkgroupName } : { ClusterIdentifier }
}

function sessionOf({ session }: DataStatement): object {
  return session === undefined ? {} : { SessionId: session }
}

function accept(input: Input, names: readonly string[]): void {
  const stranger = Object.keys(input).find((name) => !names.includes(name))
  if (stranger !== undefined) throw notImplemented(`The member ${stranger}`)
}

function text(input: Input, name: string): string | undefined {
  const value = input[name]
  if (value === undefined || typeof value === 'string') return value
  throw new ApiRefusal('invalid', `${name} must be a string.`)
}

function seconds(milliseconds: number): number {
  return milliseconds / 1000
}
