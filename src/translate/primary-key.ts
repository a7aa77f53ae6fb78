import { relationSql } from '../dialect/redshift/identifier.js'
import { whereSql } from '../dialect/redshift/row-filter.js'
import type { CatalogEntry } from '../model/catalog.js'
import { relationText } from '../model/names.js'
import type { Assumption, ColumnPlan, Concern } from '../model/plan.js'
import { concernOf } from './concern-codes.js'

export interface Keyed {
  /** The target's columns. */
  readonly primaryKey?: readonly string[]
  readonly concerns: readonly Concern[]
  readonly assumptions: readonly Assumption[]
}

/** Types that the key of a Delta table is known to take, with or without a length. */
const keyTypes = /^(TINYINT|SMALLINT|INT|BIGINT|STRING|VARCHAR\(\d+\)|DATE)$/

/**
 * A Delta table with the source's PRIMARY KEY. Redshift never enforces it: that it is unique is an assumption, asked of
 * the values as they are unloaded. A key that cannot be carried blocks, since the table could not be made as chosen.
 */
export function primaryKeyOf(entry: CatalogEntry, columns: readonly ColumnPlan[], where: string | undefined): Keyed {
  const names = sourceKey(entry)
  const relation = relationText(entry)
  if (names === undefined) return blocked(`${relation} has no primary key`)
  const key = names.flatMap((name) => columns.find(({ source }) => source === name) ?? [])
  if (key.length < names.length)
    return blocked(`${relation}: not all columns of its key (${names.join(', ')}) are carried`)
  const unsuitable = key.find(({ targetType }) => !keyTypes.test(targetType))
  if (unsuitable !== undefined)
    return blocked(`${relation}: ${unsuitable.source} (${unsuitable.targetType}) is in its key`)
  const nullable = key.find(({ notNull }) => !notNull)
  if (nullable !== undefined) return blocked(`${relation}: ${nullable.source} is in its key and may be NULL`)
  const primaryKey = key.map(({ target }) => target)
  const message = `${relation} becomes a Delta table with PRIMARY KEY (${primaryKey.join(', ')})`
  return { primaryKey, concerns: [concernOf('RS0236', message)], assumptions: [isUnique(entry, key, where)] }
}

function blocked(message: string): Keyed {
  return { concerns: [concernOf('RS0238', message)], assumptions: [] }
}

function isUnique(entry: CatalogEntry, key: readonly ColumnPlan[], where: string | undefined): Assumption {
  const items = key.map(({ unloadExpression }, n) => `${unloadExpression} AS k${n}`).join(', ')
  const rows = `SELECT ${items} FROM ${relationSql(entry)}${whereSql(where)}`
  const group = key.map((_, n) => `k${n}`).join(', ')
  const shared = `SELECT COUNT(*) AS n FROM (${rows}) AS r GROUP BY ${group} HAVING COUNT(*) > 1`
  const names = key.map(({ source }) => source).join(', ')
  return {
    code: 'RS0237',
    column: names,
    violatedWhere: 'FALSE',
    message: `${names} is unique, as the primary key says`,
    countSql: `SELECT COALESCE(SUM(n), 0) AS e0 FROM (${shared}) AS d`,
  }
}

/** The columns of `PRIMARY KEY (a, "b c")`; undefined without such a constraint. */
export function sourceKey(entry: CatalogEntry): readonly string[] | undefined {
  const definition = entry.constraints.find(({ kind }) => kind === 'primary-key')?.definition
  const list = definition === undefined ? undefined : /\((.*)\)\s*$/s.exec(definition)?.[1]
  if (list === undefined) return undefined
  return [...list.matchAll(/"((?:[^"]|"")*)"|([^\s,"]+)/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  )
}
