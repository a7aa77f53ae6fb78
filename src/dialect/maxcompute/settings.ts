import type { TableName } from '../../model/names.js'
import type { ColumnPlan } from '../../model/plan.js'

export type Settings = Readonly<Record<string, string>>

type TypedColumn = Pick<ColumnPlan, 'targetType' | 'staging'>

/**
 * What every statement about these columns needs, whatever the project's own edition: the 2.0 types, DECIMAL with precision
 * and scale (maxcompute.md 5.1), and the two types that ask for a flag of their own.
 */
export function typeSettings(columns: readonly TypedColumn[]): Settings {
  const types = columns.flatMap((column) => [column.targetType, column.staging?.type ?? ''])
  return {
    'odps.sql.type.system.odps2': 'true',
    'odps.sql.decimal.odps2': 'true',
    ...(types.some(hasExtendedScale) ? { 'odps.sql.decimal2.extended.scale.enable': 'true' } : {}),
    ...(types.includes('JSON') ? { 'odps.sql.type.json.enable': 'true' } : {}),
  }
}

/** DECIMAL ends at scale 18 unless asked (maxcompute.md 5.2). */
function hasExtendedScale(type: string): boolean {
  const match = /^DECIMAL\(\d+,\s*(\d+)\)$/.exec(type)
  return match !== null && Number(match[1]) > 18
}

/** Names of three levels are refused without these (maxcompute.md 3). */
export function namespaceSettings(table: TableName): Settings {
  if (table.schema === undefined) return {}
  return {
    'odps.namespace.schema': 'true',
    'odps.sql.allow.namespace.schema': 'true',
    'odps.default.schema': table.schema,
  }
}

/** Timestamps are instants shown in the session's zone; everything here is written and read at UTC (maxcompute.md 4.4). */
export const utcSettings: Settings = { 'odps.sql.timezone': 'UTC' }
