import { typeText, type DataType } from '../data-type.js'
import { ServiceError } from '../odps-error.js'

export interface TunnelColumn {
  readonly name: string
  readonly type: DataType
  readonly notNull?: boolean
}

/** Types matter: Go decodes strictly, and wants `column_id` as a text (maxcompute.md 2.6). */
export function tunnelSchema(columns: readonly TunnelColumn[], partitionKeys: readonly TunnelColumn[] = []) {
  return {
    IsVirtualView: false,
    columns: columns.map(columnSchema),
    partitionKeys: partitionKeys.map(columnSchema),
  }
}

function columnSchema(column: TunnelColumn, index: number) {
  return {
    name: column.name,
    type: typeText(column.type),
    nullable: column.notNull !== true,
    comment: '',
    column_id: String(index),
    default_value: '',
  }
}

/** `(start,count)` of `rowrange`, no further than there are rows. */
export function rowRange(params: ReadonlyMap<string, string>, rowCount: number): { start: number; count: number } {
  const match = /^\((\d+),(\d+)\)$/.exec(params.get('rowrange') ?? '')
  if (match === null) throw new ServiceError(400, 'InvalidArgument', 'rowrange is not of the form (start,count)')
  const start = Number(match[1])
  return { start, count: Math.min(Number(match[2]), Math.max(0, rowCount - start)) }
}
