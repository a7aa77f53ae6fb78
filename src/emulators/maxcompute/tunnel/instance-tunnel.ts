import type { OutputColumn } from '../bind/scope.js'
import { typeText } from '../data-type.js'
import { jsonReply, type Exchange, type Reply } from '../exchange.js'
import type { Instance } from '../instance.js'
import { newId } from '../table.js'
import { ServiceError } from '../odps-error.js'
import type { Project } from '../project.js'
import { resultTable } from '../run/run-statement.js'
import { resultRowCountMax } from '../settings.js'
import { RecordWriter } from './record-writer.js'

/** `POST instances/{i}?downloads` and what follows it (maxcompute.md 2.6). */
export function instanceTunnel(exchange: Exchange, instance: Instance, project: Project): Reply {
  const rows = rowsOf(instance)
  const limited = exchange.params.has('instance_tunnel_limit_enabled')
  const rowCount = limited ? Math.min(rows.rowCount, resultRowCountMax) : rows.rowCount
  if (!exchange.params.has('data')) return openSession(exchange, rows.columns, rowCount, project)
  if (exchange.params.has('arrow')) {
    throw new ServiceError(400, 'InvalidArgument', 'Arrow download of an instance is not supported by this emulator')
  }
  return download(exchange, instance, rows.columns, rowCount, project)
}

/** Clients fall back to `?result` when this fails for a statement that is no SELECT. */
function rowsOf(instance: Instance) {
  if (!instance.ended) throw new ServiceError(400, 'InstanceNotTerminate', `instance ${instance.id} has not terminated`)
  if (instance.outcome.kind === 'rows') return instance.outcome
  throw new ServiceError(400, 'InstanceTypeNotSupported', `instance ${instance.id} is not a successful SELECT`)
}

function openSession(exchange: Exchange, columns: readonly OutputColumn[], rowCount: number, project: Project): Reply {
  const schema = {
    IsVirtualView: false,
    columns: columns.map((column, i) => ({
      name: column.name,
      type: typeText(column.type),
      nullable: true,
      comment: '',
      column_id: String(i),
      default_value: '',
    })),
    partitionKeys: [],
  }
  const id = exchange.params.get('downloadid') ?? newId()
  return jsonReply({
    DownloadID: id,
    Status: 'normal',
    RecordCount: rowCount,
    Owner: project.owner,
    Initiated: new Date().toUTCString(),
    Schema: schema,
  })
}

function download(
  exchange: Exchange,
  instance: Instance,
  columns: readonly OutputColumn[],
  rowCount: number,
  project: Project,
): Reply {
  const range = /^\((\d+),(\d+)\)$/.exec(exchange.params.get('rowrange') ?? '')
  if (range === null) throw new ServiceError(400, 'InvalidArgument', 'rowrange is not of the form (start,count)')
  const start = Number(range[1])
  const count = Math.min(Number(range[2]), Math.max(0, rowCount - start))
  const picked = pickColumns(exchange.params.get('columns'), columns)
  const headers = { 'content-type': 'application/octet-stream', 'odps-tunnel-date-transform': 'true' }
  return { status: 200, headers, body: records(instance, picked, start, count, project) }
}

type Picked = readonly { readonly index: number; readonly column: OutputColumn }[]

function pickColumns(list: string | undefined, columns: readonly OutputColumn[]): Picked {
  const all = columns.map((column, index) => ({ index, column }))
  if (list === undefined || list === '') return all
  return list.split(',').map((name) => {
    const found = all.find((one) => one.column.name === name.toLowerCase())
    if (found === undefined) throw new ServiceError(400, 'InvalidArgument', `column ${name} is not in the result`)
    return found
  })
}

/** Rows flow through the engine's stream: nothing is kept. */
async function* records(
  instance: Instance,
  picked: Picked,
  start: number,
  count: number,
  project: Project,
): AsyncGenerator<Buffer> {
  const writer = new RecordWriter(picked.map(({ column }) => column.type))
  const connection = await project.connect()
  try {
    const items = picked.map(({ index }) => `c${index}`).join(', ')
    const where = `rowid >= ${start} AND rowid < ${start + count}`
    const stream = await connection.stream(
      `SELECT ${items} FROM ${resultTable(instance.id)} WHERE ${where} ORDER BY rowid`,
    )
    for await (const batch of stream) {
      for (const row of batch) writer.write(row)
      yield writer.take()
    }
    writer.end()
    yield writer.take()
  } finally {
    connection.close()
  }
}
