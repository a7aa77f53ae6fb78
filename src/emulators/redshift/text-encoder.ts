import { gzipSync } from 'node:zlib'
import type { EngineRow, EngineValue } from '../sql-engine.js'
import { paddingByteCount, type PartEncoder } from './part-encoder.js'
import type { ResultColumn } from './result-columns.js'
import type { UnloadRequest } from './unload-request.js'
import { valueText } from './value-text.js'

/** Delimited text and CSV (redshift.md 1.1): one line a row. */
export function openTextEncoder(request: UnloadRequest, columns: readonly ResultColumn[]): PartEncoder {
  const delimiter = request.delimiter ?? (request.format === 'CSV' ? ',' : '|')
  const field = request.format === 'CSV' ? csvField(delimiter, request) : textField(delimiter, request)
  const line = (row: EngineRow): string => columns.map((column, i) => field(row[i] ?? null, column)).join(delimiter)
  const parts = new Map<number, Buffer[]>()
  return {
    paddingByteCount: paddingByteCount(columns),
    add: async (slice, rows) => {
      const chunks = parts.get(slice) ?? (request.header ? [headerLine(columns, delimiter)] : [])
      parts.set(slice, chunks)
      chunks.push(Buffer.from(rows.map((row) => `${line(row)}\n`).join('')))
      return chunks.reduce((sum, chunk) => sum + chunk.length, 0)
    },
    finish: async (slice) => {
      const bytes = Buffer.concat(parts.get(slice) ?? [])
      parts.delete(slice)
      return request.compression === 'GZIP' ? gzipSync(bytes) : bytes
    },
    close: async () => undefined,
  }
}

type Field = (value: EngineValue, column: ResultColumn) => string

function headerLine(columns: readonly ResultColumn[], delimiter: string): Buffer {
  return Buffer.from(`${columns.map((column) => column.name).join(delimiter)}\n`)
}

function csvField(delimiter: string, { nullText }: UnloadRequest): Field {
  return (value, column) => {
    if (value === null) return nullText ?? ''
    const text = valueText(value, column)
    const plain = text !== '' && !/["\r\n]/.test(text) && !text.includes(delimiter)
    return plain ? text : `"${text.replaceAll('"', '""')}"`
  }
}

const escapedTypes = ['char', 'varchar', 'name', 'super']

/** ESCAPE puts a backslash before what would end a text's field; ADDQUOTES puts every field into quotes. */
function textField(delimiter: string, { nullText, escape, addQuotes }: UnloadRequest): Field {
  return (value, column) => {
    if (value === null) return nullText ?? ''
    let text = valueText(value, column)
    if (escape && escapedTypes.includes(column.type.name)) {
      text = [...text].map((char) => (needsEscape(char, delimiter, addQuotes) ? `\\${char}` : char)).join('')
    }
    return addQuotes ? `"${text}"` : text
  }
}

function needsEscape(char: string, delimiter: string, quoted: boolean): boolean {
  return ['\n', '\r', '\\', delimiter].includes(char) || (quoted && (char === '"' || char === "'"))
}
