import { semanticError } from './odps-error.js'
import type { TypeFlags } from './data-type.js'
import type { World } from '../world.js'

/** What the project says, overridden by what the statement says. */
export interface Settings {
  readonly flags: TypeFlags
  readonly hive: boolean
  readonly fullScan: boolean
  readonly orderByNeedsLimit: boolean
  readonly groupByPosition: boolean
  readonly orderByPosition: boolean
  readonly cartesian: boolean
  /** IANA name; `UTC` for all names of UTC. */
  readonly timeZone: string
  /** CAST of a decimal to STRING strips trailing zeros (maxcompute.md 6). */
  readonly trimZeros: boolean
  readonly script: boolean
  readonly parquetNative: boolean
  readonly schemas: SchemaSettings
}

export interface SchemaSettings {
  /** The project has schemas. */
  readonly model: boolean
  /** Two names are schema and table, three are project, schema and table; otherwise two are project and table. */
  readonly inNames: boolean
  /** Of a table that is named alone, lower case. */
  readonly current: string
}

/** Rows that `?result` shows (maxcompute.md 2.3). */
export const resultRowCountMax = 10_000

/** Rows that `?result` gives: the project's READ_TABLE_MAX_ROW, never above 10,000 (maxcompute.md 2.3). */
export function rowLimit({ maxcompute }: World): number {
  return Math.min(maxcompute.resultRowCountMax ?? resultRowCountMax, resultRowCountMax)
}

/** Properties of the project, as `GET /projects/{p}` lists them. */
export function projectProperties(world: World): Readonly<Record<string, string>> {
  const { edition, timeZone, schemaModel = false } = world.maxcompute
  return {
    'odps.sql.type.system.odps2': String(edition !== '1.0'),
    'odps.sql.decimal.odps2': String(edition !== '1.0'),
    'odps.sql.hive.compatible': String(edition === 'hive'),
    'odps.sql.timezone': timeZone,
    'odps.sql.allow.fullscan': 'false',
    'odps.sql.validate.orderby.limit': 'true',
    'odps.schema.model.enabled': String(schemaModel),
    'odps.table.lifecycle': 'optional',
    READ_TABLE_MAX_ROW: String(rowLimit(world)),
  }
}

/** Throws a StatementError for a value that means nothing; unknown settings are ignored, as the service does. */
export function readSettings(
  properties: Readonly<Record<string, string>>,
  given: Readonly<Record<string, string>>,
): Settings {
  const all: Readonly<Record<string, string | undefined>> = { ...properties, ...given }
  const is = (name: string, otherwise = false): boolean => {
    const value = all[name]
    return value === undefined ? otherwise : value.trim().toLowerCase() === 'true'
  }
  if (!is('odps.schema.model.enabled')) refuseSchemas(all)
  const inNames = is('odps.schema.model.enabled') && is('odps.namespace.schema')
  const positions = is('odps.sql.groupby.orderby.position.alias')
  return {
    flags: {
      odps2: is('odps.sql.type.system.odps2'),
      decimal2: is('odps.sql.decimal.odps2'),
      extendedScale: is('odps.sql.decimal2.extended.scale.enable'),
    },
    hive: is('odps.sql.hive.compatible'),
    fullScan: is('odps.sql.allow.fullscan'),
    orderByNeedsLimit: is('odps.sql.validate.orderby.limit', true),
    groupByPosition: positions || is('odps.sql.groupby.position.alias'),
    orderByPosition: positions || is('odps.sql.orderby.position.alias'),
    cartesian: is('odps.sql.allow.cartesian'),
    timeZone: readTimeZone(all['odps.sql.timezone'] ?? 'UTC'),
    trimZeros: is('odps.sql.decimal.tostring.trimzero', true),
    script: all['odps.sql.submit.mode'] === 'script',
    parquetNative: is('odps.ext.parquet.native'),
    schemas: {
      model: is('odps.schema.model.enabled'),
      inNames,
      current: inNames ? (all['odps.default.schema'] ?? 'default').toLowerCase() : 'default',
    },
  }
}

function refuseSchemas(all: Readonly<Record<string, string | undefined>>): void {
  if (all['odps.namespace.schema']?.toLowerCase() !== 'true') return
  const schema = all['odps.default.schema']
  if (schema === undefined || schema === 'default') return
  throw semanticError({ line: 1, column: 1 }, `schema ${schema} cannot be resolved: the project has no schema model`)
}

function readTimeZone(name: string): string {
  if (['UTC', 'GMT', 'Etc/GMT', 'Etc/UTC', 'Etc/GMT0', 'Z'].includes(name)) return 'UTC'
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
  } catch {
    throw semanticError({ line: 1, column: 1 }, `odps.sql.timezone '${name}' is not a time zone`)
  }
  return name
}
