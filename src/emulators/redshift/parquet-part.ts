import type * as Writers from 'hyparquet-writer'
import { type ColumnValues, isInt96, type ParquetColumn, physicalValues, schemaElement } from './parquet-column.js'

export async function loadParquetWriter(): Promise<typeof Writers> {
  try {
    return await import('hyparquet-writer')
  } catch (cause) {
    throw new Error('emulator: the Parquet writer is not installed; run: npm i hyparquet-writer', { cause })
  }
}

/** The members of the writer that the footer is changed through; pinned to 0.17.0. */
interface WriterInside {
  readonly schema: { name: string; type?: string; type_length?: number; converted_type?: string }[]
  readonly row_groups: { readonly columns: { readonly meta_data?: { type: string; statistics?: unknown } }[] }[]
}

/** One Parquet file in memory: row groups are added, then it is finished. */
export class ParquetPart {
  readonly #columns: readonly ParquetColumn[]
  readonly #bytes: Writers.ByteWriter
  readonly #writer: Writers.ParquetWriter

  constructor(columns: readonly ParquetColumn[], writers: typeof Writers) {
    this.#columns = columns
    this.#bytes = new writers.ByteWriter()
    const schema = [{ name: 'schema', num_children: columns.length }, ...columns.map(schemaElement)]
    this.#writer = new writers.ParquetWriter({
      writer: this.#bytes,
      schema: schema as ConstructorParameters<typeof writers.ParquetWriter>[0]['schema'],
      codec: 'SNAPPY',
      createdBy: 'Amazon Redshift (emulated)',
    })
  }

  get byteCount(): number {
    return this.#bytes.offset
  }

  /** One row group. */
  add(values: readonly ColumnValues[]): void {
    const rowCount = values[0]?.length ?? 0
    const columnData = this.#columns.map((column, i) => ({
      name: column.name,
      data: physicalValues(column, values[i] ?? []),
      ...(isInt96(column) ? { encoding: 'PLAIN' as const, statistics: false } : {}),
    }))
    void this.#writer.write({ columnData, rowGroupSize: rowCount })
  }

  finish(): Uint8Array {
    this.#renameInt96()
    void this.#writer.finish()
    return this.#bytes.getBytes()
  }

  /** The writer throws on INT96, so the columns are twelve bytes until the footer is written (redshift.md 7.5). */
  #renameInt96(): void {
    const inside = this.#writer as unknown as WriterInside
    this.#columns.forEach((column, i) => {
      const element = inside.schema[i + 1]
      if (element === undefined) return
      if (column.type.name === 'super') element.converted_type = 'JSON'
      if (!isInt96(column)) return
      element.type = 'INT96'
      delete element.type_length
      for (const group of inside.row_groups) {
        const meta = group.columns[i]?.meta_data
        if (meta === undefined) continue
        meta.type = 'INT96'
        delete meta.statistics
      }
    })
  }
}
