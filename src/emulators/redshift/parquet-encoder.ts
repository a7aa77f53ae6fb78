import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { EngineRow, EngineValue } from '../sql-engine.js'
import type { ColumnValues, ParquetColumn } from './parquet-column.js'
import { loadParquetWriter, ParquetPart } from './parquet-part.js'
import { paddingByteCount, type PartEncoder } from './part-encoder.js'
import type { WorkerReply, WorkerRequest } from './parquet-worker.js'

/** In a worker thread; beside sources that are not compiled there is no worker file, and it is done in place. */
export async function openParquetEncoder(columns: readonly ParquetColumn[]): Promise<PartEncoder> {
  const file = fileURLToPath(new URL('./parquet-worker.js', import.meta.url))
  if (!existsSync(file)) return openInPlace(columns)
  const encoder = new WorkerEncoder(new Worker(file), columns)
  await encoder.open()
  return encoder
}

async function openInPlace(columns: readonly ParquetColumn[]): Promise<PartEncoder> {
  const writers = await loadParquetWriter()
  const parts = new Map<number, ParquetPart>()
  return {
    paddingByteCount: paddingByteCount(columns),
    add: async (partId, rows) => {
      const part = parts.get(partId) ?? new ParquetPart(columns, writers)
      parts.set(partId, part)
      part.add(columnar(rows, columns.length))
      return part.byteCount
    },
    finish: async (partId) => {
      const part = parts.get(partId) ?? new ParquetPart(columns, writers)
      parts.delete(partId)
      return part.finish()
    },
    close: async () => undefined,
  }
}

/** A decimal goes as its unscaled integer: the scale is the column's. */
function columnar(rows: readonly EngineRow[], columnCount: number): ColumnValues[] {
  return Array.from({ length: columnCount }, (_, i) => rows.map((row) => primitive(row[i] ?? null)))
}

function primitive(value: EngineValue): ColumnValues[number] {
  if (typeof value !== 'object' || value === null) return value
  if ('scale' in value) return value.value
  throw new Error('a value that no Parquet column takes')
}

type Request = WorkerRequest extends infer R ? (R extends unknown ? Omit<R, 'id'> : never) : never

class WorkerEncoder implements PartEncoder {
  readonly #worker: Worker
  readonly #columns: readonly ParquetColumn[]
  readonly paddingByteCount: number
  readonly #waiting = new Map<number, { resolve: (reply: WorkerReply) => void; reject: (error: Error) => void }>()
  #lastId = 0

  constructor(worker: Worker, columns: readonly ParquetColumn[]) {
    this.#worker = worker
    this.#columns = columns
    this.paddingByteCount = paddingByteCount(columns)
    worker.on('message', (reply: WorkerReply) => {
      const waiting = this.#waiting.get(reply.id)
      this.#waiting.delete(reply.id)
      if ('error' in reply) waiting?.reject(new Error(reply.error))
      else waiting?.resolve(reply)
    })
    worker.on('error', (error) => {
      this.#fail(error instanceof Error ? error : new Error(String(error)))
    })
    worker.on('exit', () => {
      this.#fail(new Error('the Parquet worker ended'))
    })
  }

  #fail(error: Error): void {
    for (const waiting of this.#waiting.values()) waiting.reject(error)
    this.#waiting.clear()
  }

  #ask(request: Request): Promise<WorkerReply> {
    this.#lastId += 1
    const id = this.#lastId
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#worker.postMessage({ ...request, id })
    })
  }

  async open(): Promise<void> {
    await this.#ask({ kind: 'columns', columns: this.#columns })
  }

  async add(partId: number, rows: readonly EngineRow[]): Promise<number> {
    const values = columnar(rows, this.#columns.length)
    const reply = await this.#ask({ kind: 'add', partId, values })
    return 'byteCount' in reply ? reply.byteCount : 0
  }

  async finish(partId: number): Promise<Uint8Array> {
    const reply = await this.#ask({ kind: 'finish', partId })
    if (!('bytes' in reply)) throw new Error('the Parquet worker gave no file')
    return reply.bytes
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }
}
