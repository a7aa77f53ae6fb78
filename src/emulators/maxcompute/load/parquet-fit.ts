import type { SchemaElement } from 'hyparquet'
import { isText, typeText, type DataType } from '../data-type.js'

/** Whether a Parquet column can be read as a table's column; undefined when it can, else what the file has (maxcompute.md 4.4). */
export function misfit(element: SchemaElement, type: DataType): string | undefined {
  return fits(element, type) ? undefined : parquetText(element)
}

function fits(element: SchemaElement, type: DataType): boolean {
  const { type: physical } = element
  const logical = annotation(element)
  if (element.num_children !== undefined && element.num_children > 0) return false
  switch (type.base) {
    case 'tinyint':
      return physical === 'INT32' && logical === 'INT8'
    case 'smallint':
      return physical === 'INT32' && (logical === 'INT16' || logical === 'INT8')
    case 'int':
      return physical === 'INT32' && (logical === '' || logical === 'INT32')
    case 'bigint':
      return physical === 'INT64' && (logical === '' || logical === 'INT64')
    case 'float':
      return physical === 'FLOAT'
    case 'double':
      return physical === 'DOUBLE'
    case 'boolean':
      return physical === 'BOOLEAN'
    case 'decimal':
      return logical === `DECIMAL(${type.precision ?? 38},${type.scale ?? 18})`
    case 'date':
      return physical === 'INT32' && logical === 'DATE'
    case 'datetime':
    case 'timestamp':
      return physical === 'INT96' || (physical === 'INT64' && logical === 'TIMESTAMP')
    case 'binary':
      return physical === 'BYTE_ARRAY' && logical === ''
    default:
      return isText(type) && physical === 'BYTE_ARRAY' && ['STRING', 'JSON'].includes(logical)
  }
}

/** The logical type, or the converted type of older files, in one spelling. */
function annotation(element: SchemaElement): string {
  const { logical_type: logical, converted_type: converted } = element
  if (logical?.type === 'INTEGER') return `${logical.isSigned ? '' : 'U'}INT${logical.bitWidth}`
  if (logical?.type === 'DECIMAL' || converted === 'DECIMAL')
    return `DECIMAL(${element.precision ?? 0},${element.scale ?? 0})`
  if (logical !== undefined) return logical.type
  if (converted === undefined) return ''
  if (converted === 'UTF8') return 'STRING'
  if (converted === 'TIMESTAMP_MILLIS' || converted === 'TIMESTAMP_MICROS') return 'TIMESTAMP'
  return converted.replace('INT_', 'INT')
}

function parquetText(element: SchemaElement): string {
  const logical = annotation(element)
  const physical = element.type ?? 'group'
  return logical === '' ? physical : `${physical} (${logical})`
}

/** Types that the readers do not know: DECIMAL needs the native one (maxcompute.md 4.4). */
export function unreadable(type: DataType, native: boolean): string | undefined {
  if (type.base === 'timestamp_ntz' || type.base === 'json')
    return `${typeText(type)} is not supported by the Parquet reader`
  if (type.base !== 'decimal' || native) return undefined
  return `${typeText(type)} is not supported by the JNI Parquet reader, odps.ext.parquet.native is not true`
}
