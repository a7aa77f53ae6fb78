import { createDeflate } from 'node:zlib'
import { Readable } from 'node:stream'
import type { Exchange, Reply } from '../exchange.js'
import type { DataType } from '../data-type.js'
import { ServiceError } from '../odps-error.js'
import type { Project } from '../project.js'
import { RecordWriter } from './record-writer.js'
import { rowRange, type TunnelColumn } from './tunnel-schema.js'

/** An engine's table whose rows stand in order and do not change, with the engine's column behind each one. */
export interface Source {
  readonly physical: string
  readonly columns: readonly (TunnelColumn & { readonly physical: string })[]
  readonly rowCount: number
}

/** `?data&rowrange=(start,count)[&columns=a,b]`; deflated for a client that asks for just this. */
export function downloadRows(exchange: Exchange, source: Source, project: Project): Reply {
  if (exchange.params.has('arrow'))
    throw new ServiceError(400, 'InvalidArgument', 'Arrow download is not supported by this emulator')
  const { start, count } = rowRange(exchange.params, source.rowCount)
  const columns = pickColumns(exchange.params.get('columns'), source)
  const rows = records(source.physical, columns, start, count, project)
  const headers = { 'content-type': 'application/octet-stream', 'odps-tunnel-date-transform': 'true' }
  if (exchange.headers['accept-encoding']?.trim() !== 'deflate') return { status: 200, headers, body: rows }
  const body = Readable.from(rows).pipe(createDeflate()) as AsyncIterable<Buffer>
  return { status: 200, headers: { ...headers, 'content-encoding': 'deflate' }, body }
}

function pickColumns(list: string | undefined, { columns }: Source): Source['columns'] {
  if (list === undefined || list === '') return columns
  return list.split(',').map((name) => {
    const found = columns.find((one) => one.name === name.toLowerCase())
    if (found === undefined) throw new ServiceError(400, 'InvalidArgument', `column ${name} is not in the rows`)
    return found
  })
}

/** Rows flow through the engine's stream: nothing is kept. */
async function* records(
  physical: string,
  columns: readonly { readonly physical: string; readonly type: DataType }[],
  start: number,
  count: number,
  project: Project,
): AsyncGenerator<Buffer> {
  const writer = new RecordWriter(columns.map((column) => column.type))
  const connection = await project.connect()
  try {
    const items = columns.map((column) => column.physical).join(', ')
    const where = `rowid >= ${start} AND rowid < ${start + count}`
    const stream = await connection.stream(`SELECT ${items} FROM ${physical} WHERE ${where} ORDER BY rowid`)
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
