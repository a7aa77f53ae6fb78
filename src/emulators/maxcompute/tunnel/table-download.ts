import { jsonReply, type Exchange, type Reply } from '../exchange.js'
import type { Project } from '../project.js'
import { partitionCondition } from '../run/partition.js'
import { newId, resultSchema, type Table } from '../table.js'
import { downloadRows } from './row-stream.js'
import type { DownloadSession } from './tunnel-sessions.js'
import { checkPartition, tunnelPartition } from './tunnel-partition.js'
import { tunnelSchema } from './tunnel-schema.js'

/** `POST {table}?downloads`, `GET ?downloadid=`, `GET ?data&downloadid=` (maxcompute.md 2.6). */
export async function tableDownload(exchange: Exchange, table: Table, project: Project): Promise<Reply> {
  const { params } = exchange
  if (params.has('downloads')) return sessionReply(await openSession(exchange, table, project), table, project)
  const session = project.sessions.download(params.get('downloadid') ?? '', table.name)
  return params.has('data') ? downloadRows(exchange, session, project) : sessionReply(session, table, project)
}

/** Whatever happens to the table later, the session goes on giving these rows. */
async function openSession(exchange: Exchange, table: Table, project: Project): Promise<DownloadSession> {
  const values = tunnelPartition(exchange.params.get('partition'), table)
  checkPartition(values, table)
  const id = newId()
  const physical = `${resultSchema}.d_${id}`
  const columns = table.columns.map(({ name, type, notNull, physical }) => ({ name, type, notNull, physical }))
  const where = values.length === 0 ? '' : ` WHERE ${partitionCondition(table, values)}`
  const items = columns.map((column) => column.physical).join(', ')
  const rowCount = await project.withConnection(async (connection) => {
    await connection.run(`CREATE TABLE ${physical} AS SELECT ${items} FROM ${table.physical}${where}`)
    const counted = await connection.query(`SELECT count(*) FROM ${physical}`)
    return Number(counted.rows[0]?.[0] ?? 0)
  })
  const session: DownloadSession = { id, table: table.name, physical, columns, rowCount }
  for (const old of project.sessions.addDownload(session)) project.retire(old)
  return session
}

function sessionReply(session: DownloadSession, table: Table, project: Project): Reply {
  return jsonReply({
    DownloadID: session.id,
    Status: 'normal',
    RecordCount: session.rowCount,
    Owner: project.owner,
    Initiated: new Date().toUTCString(),
    Schema: tunnelSchema(session.columns, table.partitionColumns),
    QuotaName: '',
  })
}
