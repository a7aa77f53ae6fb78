import type { EngineRow } from '../sql-engine.js'
import { RedshiftFault, unsupported } from './fault.js'
import type { ResultColumn } from './result-columns.js'
import type { LineFormat } from './text-encoder.js'
import type { TypeName } from './types.js'
import type { UnloadRequest } from './unload-request.js'
import { isCharacter, type TextStyle, unloadText } from './unload-value.js'

const refusedTypes: readonly TypeName[] = ['varbyte', 'geometry', 'geography', 'hllsketch']

/** Widths in characters, in the order of the columns: `colID1:width1,colID2:width2` (redshift.md 1.1). */
function readWidths(spec: string, columns: readonly ResultColumn[]): number[] {
  const widths = spec.split(',').map((entry) => /^\s*[^:]+:\s*(\d{1,5})\s*$/.exec(entry)?.[1])
  if (widths.includes(undefined)) throw new RedshiftFault('42601', `Invalid fixedwidth specification: ${spec}`)
  if (widths.length !== columns.length) {
    throw new RedshiftFault('42601', 'The number of columns in FIXEDWIDTH differs from the number of the select list')
  }
  return widths.map(Number)
}

/** Columns side by side, each filled with blanks; nothing is cut. */
export function fixedWidthLine(request: UnloadRequest, columns: readonly ResultColumn[], style: TextStyle): LineFormat {
  const widths = readWidths(request.fixedWidth ?? '', columns)
  const refused = columns.find(({ type }) => refusedTypes.includes(type.name))
  if (refused !== undefined) {
    throw new RedshiftFault(
      '0A000',
      `UNLOAD ${refused.type.name} column "${refused.name}" is not supported with FIXEDWIDTH`,
    )
  }
  const { nullText = '' } = request
  const nulls = columns.map((column, i) => nullField(nullText, column, widths[i] ?? 0))
  const field = (value: EngineRow[number], i: number): string => {
    const [column, width = 0] = [columns[i] as ResultColumn, widths[i]]
    if (value === null) return (nulls[i] ?? (() => ''))()
    const text = unloadText(value, column, style)
    // The manual asks for widths that hold every value, and does not say what becomes of others.
    if (text.length > width) throw unsupported(`UNLOAD … FIXEDWIDTH of a value wider than column "${column.name}"`)
    return text.padEnd(width)
  }
  return { line: (row) => columns.map((_, i) => field(row[i] ?? null, i)).join('') }
}

/** A NULL text that is wider than its column: an error for characters, an empty field for others. */
function nullField(nullText: string, column: ResultColumn, width: number): () => string {
  if (nullText.length <= width) return () => nullText.padEnd(width)
  if (!isCharacter(column)) return () => ' '.repeat(width)
  return () => {
    throw new RedshiftFault('22001', `The NULL AS text is wider than FIXEDWIDTH column "${column.name}"`)
  }
}
