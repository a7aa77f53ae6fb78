import { createInflate } from 'node:zlib'
import { Readable } from 'node:stream'
import { jsonReply, type Exchange, type Reply } from '../exchange.js'
import { ServiceError, StatementError } from '../odps-error.js'
import type { Project } from '../project.js'
import { fillTable } from '../run/fill-table.js'
import { partitionValueSql } from '../run/partition.js'
import { engineType } from '../data-type.js'
import { newId, newPhysicalName, type Table } from '../table.js'
import { cellByteCountMax, RecordReader } from './record-reader.js'
import { RowAppender } from './row-appender.js'
import type { UploadSession } from './tunnel-sessions.js'
import { checkPartition, tunnelPartition } from './tunnel-partition.js'
import { tunnelSchema } from './tunnel-schema.js'

/** Blocks of one session, as the clients number them. */
const blockCountMax = 20_000

/** `POST {table}?uploads`, `PUT ?uploadid=&blockid=`, `GET ?uploadid=`, `POST ?uploadid=` (maxcompute.md 2.6). */
export async function tableUpload(exchange: Exchange, table: Table, project: Project): Promise<Reply> {
  const { method, params } = exchange
  if (params.has('uploads') && method === 'POST')
    return sessionReply(await openSession(exchange, table, project), table)
  const session = project.sessions.upload(params.get('uploadid') ?? '', table.name)
  if (method === 'PUT') await putBlock(exchange, session, table, project)
  else if (method === 'POST') await commit(session, table, project)
  else if (method !== 'GET') throw new ServiceError(405, 'MethodNotAllowed', `${method} of an upload session`)
  return sessionReply(session, table)
}

async function openSession(exchange: Exchange, table: Table, project: Project): Promise<UploadSession> {
  const { params } = exchange
  const overwrite = params.get('overwrite') === 'true'
  if (table.primaryKey.length > 0)
    throw new ServiceError(400, 'InvalidArgument', `upload into ${table.name}, a Delta table with primary key`)
  const partition = tunnelPartition(params.get('partition'), table)
  if (params.get('create_partition') === 'true' && partition.length > 0) {
    await project.withConnection((connection) =>
      fillTable(table, { overwrite: false, values: partition, selects: [] }, { connection, project }),
    )
  } else checkPartition(partition, table)
  const blocks = new Map<number, string>()
  const id = newId()
  const session = { id, table: table.name, tableId: table.id, partition, overwrite, blocks, state: 'normal' } as const
  for (const old of project.sessions.addUpload({ ...session })) project.retire(old)
  return project.sessions.upload(id, table.name)
}

function sessionReply(session: UploadSession, table: Table): Reply {
  return jsonReply({
    UploadID: session.id,
    Status: session.state,
    Schema: tunnelSchema(table.columns, table.partitionColumns),
    UploadedBlockList: [...session.blocks.keys()].sort((a, b) => a - b).map((block) => ({ BlockID: block })),
    MaxFieldSize: cellByteCountMax,
    QuotaName: '',
  })
}

/** A block counts when its last byte has come and all its checksums are right; sent again, it replaces itself. */
async function putBlock(exchange: Exchange, session: UploadSession, table: Table, project: Project): Promise<void> {
  if (exchange.params.has('arrow'))
    throw new ServiceError(400, 'InvalidArgument', 'Arrow upload is not supported by this emulator')
  checkState(session, table)
  const block = Number(exchange.params.get('blockid') ?? 'none')
  if (!Number.isInteger(block) || block < 0 || block >= blockCountMax)
    throw new ServiceError(400, 'InvalidArgument', `blockid is a number from 0 to ${blockCountMax - 1}`)
  const physical = newPhysicalName()
  await project.withConnection(async (connection) => {
    const columns = table.columns.map((column) => `${column.physical} ${engineType(column.type)}`)
    await connection.run(`BEGIN; CREATE TABLE ${physical} (${columns.join(', ')})`)
    try {
      const types = table.columns.map((column) => column.type)
      await readRows(exchange, table, await RowAppender.open(connection, physical, types))
      await connection.run('COMMIT')
    } catch (error) {
      await connection.run('ROLLBACK')
      throw error
    }
  })
  const before = session.blocks.get(block)
  if (before !== undefined) project.retire(before)
  session.blocks.set(block, physical)
}

async function readRows(exchange: Exchange, table: Table, appender: RowAppender): Promise<void> {
  const reader = new RecordReader(table.columns.map((column) => column.type))
  try {
    for await (const bytes of decoded(exchange)) {
      for (const row of reader.feed(bytes)) {
        const missing = table.columns.find((column, i) => column.notNull && row[i] === null)
        if (missing !== undefined)
          throw new ServiceError(400, 'InvalidArgument', `column ${missing.name} is NOT NULL and a row has NULL there`)
        appender.append(row)
      }
    }
    reader.end()
  } finally {
    appender.close()
  }
}

function decoded({ headers, stream }: Exchange): AsyncIterable<Buffer> {
  const encoding = headers['content-encoding']?.trim() ?? ''
  if (encoding === '' || encoding === 'identity') return stream
  if (encoding !== 'deflate')
    throw new ServiceError(400, 'InvalidArgument', `content encoding ${encoding} is not supported by this emulator`)
  const source = Readable.from(stream)
  const inflate = createInflate()
  source.on('error', (error) => inflate.destroy(error))
  return source.pipe(inflate) as AsyncIterable<Buffer>
}

function checkState(session: UploadSession, table: Table): void {
  if (session.tableId !== table.id)
    throw new ServiceError(400, 'TableModified', `table ${table.name} was made anew since the session began`)
  if (session.state !== 'normal')
    throw new ServiceError(400, 'StatusConflict', `upload session ${session.id} is ${session.state}`)
}

/** All blocks at once, in the order of their numbers; a second commit is refused. */
async function commit(session: UploadSession, table: Table, project: Project): Promise<void> {
  checkState(session, table)
  session.state = 'closing'
  const blocks = [...session.blocks].sort(([a], [b]) => a - b).map(([, physical]) => physical)
  const partition = session.partition.map((value, i) => partitionValueSql(table, i, value))
  const items = [...table.columns.map((column) => column.physical), ...partition].join(', ')
  const selects = blocks.map((physical) => `SELECT ${items} FROM ${physical} ORDER BY rowid`)
  const filling = { overwrite: session.overwrite, values: session.partition, selects }
  try {
    await project.withConnection((connection) => fillTable(table, filling, { connection, project }))
  } catch (error) {
    session.state = 'normal'
    if (error instanceof StatementError) throw new ServiceError(400, 'InvalidArgument', error.message)
    throw error
  }
  session.state = 'closed'
  for (const physical of blocks) project.retire(physical)
}
