import type { EngineRow } from '../sql-engine.js'
import { delimitedLine } from './delimited-line.js'
import { fixedWidthLine } from './fixed-width-line.js'
import { jsonLine } from './json-line.js'
import { compressPart } from './part-compression.js'
import { paddingByteCount, type PartEncoder } from './part-encoder.js'
import type { ResultColumn } from './result-columns.js'
import type { UnloadRequest } from './unload-request.js'
import type { TextStyle } from './unload-value.js'

/** Lines without their ends. */
export interface LineFormat {
  readonly header?: string
  line(row: EngineRow): string
}

/** Delimited, fixed-width, CSV and JSON files (redshift.md 1.1): one line a row. */
export function openTextEncoder(
  request: UnloadRequest,
  columns: readonly ResultColumn[],
  style: TextStyle,
): PartEncoder {
  const format = lineFormat(request, columns, style)
  const header = request.header && format.header !== undefined ? [Buffer.from(`${format.header}\n`)] : []
  const parts = new Map<number, { readonly chunks: Buffer[]; byteCount: number }>()
  return {
    paddingByteCount: paddingByteCount(columns),
    add: async (id, rows) => {
      const part = parts.get(id) ?? { chunks: [...header], byteCount: header[0]?.length ?? 0 }
      parts.set(id, part)
      const chunk = Buffer.from(rows.map((row) => `${format.line(row)}\n`).join(''))
      part.chunks.push(chunk)
      part.byteCount += chunk.length
      return part.byteCount
    },
    finish: async (id) => {
      const bytes = Buffer.concat(parts.get(id)?.chunks ?? header)
      parts.delete(id)
      return compressPart(bytes, request.compression)
    },
    close: async () => undefined,
  }
}

function lineFormat(request: UnloadRequest, columns: readonly ResultColumn[], style: TextStyle): LineFormat {
  if (request.format === 'JSON') return jsonLine(columns, style)
  return request.fixedWidth === undefined
    ? delimitedLine(request, columns, style)
    : fixedWidthLine(request, columns, style)
}
