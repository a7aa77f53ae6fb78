import type { EngineRow, EngineValue } from '../sql-engine.js'
import { RedshiftFault } from './fault.js'
import type { ResultColumn } from './result-columns.js'
import { encodeSegment } from './s3-signature.js'
import type { Switches } from './switches.js'
import { typeText } from './type-facts.js'
import type { TypeName } from './types.js'
import type { UnloadRequest } from './unload-request.js'
import { type TextStyle, unloadText } from './unload-value.js'

/** Where a row goes and what of it goes into the file. */
export interface PartLayout {
  /** Columns of the files. */
  readonly columns: readonly ResultColumn[]
  /** `k1=v1/k2=v2/`; empty without PARTITION BY. */
  folder(row: EngineRow): string
  project(row: EngineRow): EngineRow
}

const keyTypes: readonly TypeName[] = [
  'int2',
  'int4',
  'int8',
  'numeric',
  'float4',
  'bool',
  'char',
  'varchar',
  'date',
  'timestamp',
]
const nullFolder = '__HIVE_DEFAULT_PARTITION__'

/** Refuses what PARTITION BY does not take (redshift.md 1.2); the wording is not known. */
export function partLayout(
  request: Pick<UnloadRequest, 'partitionBy' | 'include'>,
  columns: readonly ResultColumn[],
  style: TextStyle,
): PartLayout {
  const names = request.partitionBy
  if (names === undefined) return { columns, folder: () => '', project: (row) => row }
  const keys = names.map((name) => keyIndex(name, columns))
  if (new Set(keys).size < keys.length) {
    throw new RedshiftFault('42701', 'UNLOAD PARTITION BY names a column more than once')
  }
  if (keys.length === columns.length) {
    throw new RedshiftFault('0A000', 'UNLOAD PARTITION BY needs at least one column that is not a partition column')
  }
  const parts = keys.map((index) => {
    const column = columns[index] as ResultColumn
    const name = escapeText(column.name, style.switches)
    return (row: EngineRow): string => `${name}=${keyText(row[index] ?? null, column, style)}/`
  })
  const kept = columns.map((_, i) => i).filter((i) => request.include === true || !keys.includes(i))
  return {
    columns: kept.map((i) => columns[i] as ResultColumn),
    folder: (row) => parts.map((part) => part(row)).join(''),
    project: (row) => kept.map((i) => row[i] ?? null),
  }
}

function keyIndex(name: string, columns: readonly ResultColumn[]): number {
  const index = columns.findIndex((column) => column.name === name)
  const column = columns[index]
  if (column === undefined) {
    throw new RedshiftFault('42703', `UNLOAD PARTITION BY column "${name}" is not in the select list`)
  }
  if (!keyTypes.includes(column.type.name)) {
    const spelled = typeText({ name: column.type.name })
    throw new RedshiftFault('0A000', `UNLOAD PARTITION BY column "${name}" of type ${spelled} is not supported`)
  }
  return index
}

/** NULL has a folder of its own (redshift.md 1.4); of an empty text nobody says which. */
function keyText(value: EngineValue, column: ResultColumn, style: TextStyle): string {
  if (value === null) return nullFolder
  const { switches } = style
  const text = plainText(value, column, style)
  if (text === '' && switches.partitionEmptyText === 'default-partition') return nullFolder
  return escapeText(text, switches)
}

function plainText(value: Exclude<EngineValue, null>, column: ResultColumn, style: TextStyle): string {
  const { switches } = style
  if (typeof value === 'boolean' && switches.partitionBoolean === 'true') return String(value)
  const text = unloadText(value, column, style)
  return column.type.name === 'char' && switches.partitionChar === 'trimmed' ? text.replace(/ +$/, '') : text
}

/** What Hive's own writers escape. */
const hiveSpecial = /[\x01-\x1f"#%'*/:=?\\\x7f{[\]^]/g

function escapeText(text: string, { partitionValue }: Switches): string {
  switch (partitionValue) {
    case 'url':
      return encodeSegment(text)
    case 'hive':
      return text.replace(hiveSpecial, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)
    case 'plain':
      return text
  }
}
