import type { EngineRow, EngineValue } from '../sql-engine.js'
import type { ResultColumn } from './result-columns.js'
import type { LineFormat } from './text-encoder.js'
import type { UnloadRequest } from './unload-request.js'
import { isCharacter, type TextStyle, unloadText } from './unload-value.js'

type Field = (value: EngineValue, column: ResultColumn) => string

/** Delimited text and CSV: one line a row. Column names are written as the texts below them are. */
export function delimitedLine(
  request: UnloadRequest,
  columns: readonly ResultColumn[],
  style: TextStyle,
): Required<LineFormat> {
  const delimiter = request.delimiter ?? (request.format === 'CSV' ? ',' : '|')
  const field = withNulls(request, style, request.format === 'CSV' ? csvField : textField, delimiter)
  const name = (column: ResultColumn): string =>
    field(column.name, { name: column.name, type: { name: 'varchar' }, engine: 'VARCHAR' })
  return {
    header: columns.map(name).join(delimiter),
    line: (row: EngineRow) => columns.map((column, i) => field(row[i] ?? null, column)).join(delimiter),
  }
}

interface FieldRules {
  readonly request: UnloadRequest
  readonly style: TextStyle
  readonly delimiter: string
}

type WriteField = (text: string, column: ResultColumn, rules: FieldRules) => string

/** SUPER ignores NULL AS: its NULL is JSON's own word. */
function withNulls(request: UnloadRequest, style: TextStyle, write: WriteField, delimiter: string): Field {
  const rules = { request, style, delimiter }
  const { nullText = '', addQuotes } = request
  const { superNullText, addQuotesNull } = style.switches
  const nothing = addQuotes && addQuotesNull === 'quoted' ? `"${nullText}"` : nullText
  return (value, column) => {
    if (value !== null) return write(unloadText(value, column, style), column, rules)
    return column.type.name === 'super' && superNullText === 'json' ? write('null', column, rules) : nothing
  }
}

/** Quotes only where a delimiter, quote, CR or LF asks for them, and round an empty text, which is not NULL. */
function csvField(text: string, _column: ResultColumn, { delimiter, style }: FieldRules): string {
  if (text === '') return style.switches.csvEmptyText === 'quoted' ? '""' : ''
  const plain = !/["\r\n]/.test(text) && !text.includes(delimiter)
  return plain ? text : `"${text.replaceAll('"', '""')}"`
}

/** ESCAPE puts a backslash before what would end a text's field; ADDQUOTES puts every field into quotes. */
function textField(text: string, column: ResultColumn, { request, style, delimiter }: FieldRules): string {
  const { escape, addQuotes } = request
  const escapes = escape && (isCharacter(column) || (column.type.name === 'super' && style.switches.escapeSuper))
  const escaped = escapes ? escapeText(text, delimiter, addQuotes) : text
  return addQuotes ? `"${escaped}"` : escaped
}

function escapeText(text: string, delimiter: string, quoted: boolean): string {
  const special = ['\n', '\r', '\\', delimiter, ...(quoted ? ['"', "'"] : [])]
  return [...text].map((char) => (special.includes(char) ? `\\${char}` : char)).join('')
}
