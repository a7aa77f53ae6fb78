import type { EngineRow } from '../sql-engine.js'
import { RedshiftFault, unsupported } from './fault.js'
import type { ResultColumn } from './result-columns.js'
import type { LineFormat } from './text-encoder.js'
import type { TypeName } from './types.js'
import { type TextStyle, unloadText } from './unload-value.js'

const numberTypes: readonly TypeName[] = ['int2', 'int4', 'int8', 'numeric', 'float4', 'float8', 'oid']
const refusedTypes: readonly TypeName[] = ['varbyte', 'geometry', 'geography', 'hllsketch']

/** One object a line; SUPER nested as it is, booleans `t` and `f` (redshift.md 1.2). */
export function jsonLine(columns: readonly ResultColumn[], style: TextStyle): LineFormat {
  checkJsonColumns(columns)
  const names = columns.map((column) => JSON.stringify(column.name))
  const field = (value: EngineRow[number], i: number): string =>
    `${names[i] ?? ''}:${jsonValue(value, columns[i] as ResultColumn, style)}`
  return { line: (row) => `{${columns.map((_, i) => field(row[i] ?? null, i)).join(',')}}` }
}

function jsonValue(value: EngineRow[number], column: ResultColumn, style: TextStyle): string {
  if (value === null) return 'null'
  const text = unloadText(value, column, style)
  if (column.type.name === 'super') return text
  if (typeof value === 'boolean') return style.switches.jsonBoolean === 'bare' ? text : JSON.stringify(text)
  if (!numberTypes.includes(column.type.name)) return JSON.stringify(text)
  if (typeof value === 'number' && !Number.isFinite(value)) throw unsupported(`UNLOAD of ${text} to JSON`)
  return text
}

function checkJsonColumns(columns: readonly ResultColumn[]): void {
  const seen = new Set<string>()
  for (const { name, type } of columns) {
    if (refusedTypes.includes(type.name)) {
      throw new RedshiftFault('0A000', `UNLOAD ${type.name} column "${name}" is only supported for TEXT/CSV.`)
    }
    if (seen.has(name))
      throw new RedshiftFault('42701', `UNLOAD to JSON needs unique column names: "${name}" is repeated`)
    seen.add(name)
  }
}
