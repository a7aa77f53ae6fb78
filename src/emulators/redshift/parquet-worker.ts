import { parentPort } from 'node:worker_threads'
import type { ColumnValues, ParquetColumn } from './parquet-column.js'
import { loadParquetWriter, ParquetPart } from './parquet-part.js'

export type WorkerRequest =
  | { readonly id: number; readonly kind: 'columns'; readonly columns: readonly ParquetColumn[] }
  | { readonly id: number; readonly kind: 'add'; readonly partId: number; readonly values: readonly ColumnValues[] }
  | { readonly id: number; readonly kind: 'finish'; readonly partId: number }

/** `byteCount` of the open part after `add`; the file after `finish`. */
export type WorkerReply =
  | { readonly id: number; readonly byteCount: number }
  | { readonly id: number; readonly bytes: Uint8Array }
  | { readonly id: number; readonly error: string }

if (parentPort !== null) {
  const port = parentPort
  const writers = await loadParquetWriter()
  const parts = new Map<number, ParquetPart>()
  let columns: readonly ParquetColumn[] = []
  const answer = (request: WorkerRequest): WorkerReply => {
    if (request.kind === 'columns') {
      columns = request.columns
      return { id: request.id, byteCount: 0 }
    }
    const part = parts.get(request.partId) ?? new ParquetPart(columns, writers)
    if (request.kind === 'add') {
      parts.set(request.partId, part)
      part.add(request.values)
      return { id: request.id, byteCount: part.byteCount }
    }
    parts.delete(request.partId)
    return { id: request.id, bytes: part.finish() }
  }
  port.on('message', (request: WorkerRequest) => {
    try {
      const reply = answer(request)
      if ('bytes' in reply) {
        // A copy of its own length: the writer's buffer is larger than the file.
        const bytes = reply.bytes.slice()
        port.postMessage({ id: reply.id, bytes }, [bytes.buffer])
      } else port.postMessage(reply)
    } catch (error) {
      port.postMessage({ id: request.id, error: error instanceof Error ? error.message : String(error) })
    }
  })
}
