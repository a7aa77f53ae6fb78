import { isFloating, isInstant, type DataType } from '../data-type.js'
import type { Switches } from '../switches.js'

/** How a value becomes text: by CAST … AS STRING, and in the cells of `?result`. */
export interface TextForm {
  readonly timeZone: string
  readonly trimZeros: boolean
  readonly switches: Switches
}

/** Engine SQL that gives the text of a value; NULL stays NULL. */
export function textSql(sql: string, type: DataType, form: TextForm): string {
  const { switches } = form
  if (type.base === 'boolean') {
    const [yes, no] = switches.booleanText === 'lower' ? ['true', 'false'] : ['TRUE', 'FALSE']
    return `CASE WHEN ${sql} THEN '${yes}' WHEN NOT ${sql} THEN '${no}' END`
  }
  if (type.base === 'decimal') return decimalText(sql, type, form)
  if (isFloating(type)) return `maxcompute.float_text(CAST(${sql} AS DOUBLE), CAST(${sql} AS VARCHAR))`
  if (type.base === 'datetime') return `maxcompute.second_text(${localSql(sql, form.timeZone)})`
  if (type.base === 'timestamp' || type.base === 'timestamp_ntz') {
    const wall = type.base === 'timestamp' ? localSql(sql, form.timeZone) : sql
    return `maxcompute.moment_text_${switches.timestampFraction}(${wall})`
  }
  if (type.base === 'binary') return `decode(${sql})`
  return `CAST(${sql} AS VARCHAR)`
}

function decimalText(sql: string, type: DataType, form: TextForm): string {
  // The engine writes no zero before the point where all digits stand behind it.
  let result = `regexp_replace(CAST(${sql} AS VARCHAR), '^(-?)[.]', '\\10.')`
  if (form.trimZeros && (type.scale ?? 18) > 0) result = `maxcompute.trim_zeros(${result})`
  return form.switches.decimalLeadingZero === 'dropped' ? `regexp_replace(${result}, '^(-?)0[.]', '\\1.')` : result
}

/** An instant (naive, UTC) as the wall clock of a zone. */
export function localSql(sql: string, timeZone: string): string {
  return timeZone === 'UTC' ? sql : `timezone('${timeZone}', timezone('UTC', ${sql}))`
}

/** The wall clock of a zone as an instant (naive, UTC). */
export function instantSql(sql: string, timeZone: string): string {
  return timeZone === 'UTC' ? sql : `timezone('UTC', timezone('${timeZone}', ${sql}))`
}

/** The wall clock that a date or moment shows. */
export function wallSql(sql: string, type: DataType, timeZone: string): string {
  if (type.base === 'date') return `CAST(${sql} AS TIMESTAMP)`
  return isInstant(type) ? localSql(sql, timeZone) : sql
}

/** Made once in a database; every rendering leans on them. */
export const engineMacros: readonly string[] = [
  'CREATE SCHEMA IF NOT EXISTS maxcompute',
  `CREATE OR REPLACE MACRO maxcompute.trim_zeros(v) AS CASE WHEN contains(v, '.') THEN rtrim(rtrim(v, '0'), '.') ELSE v END`,
  `CREATE OR REPLACE MACRO maxcompute.second_text(v) AS strftime(v, '%Y-%m-%d %H:%M:%S')`,
  `CREATE OR REPLACE MACRO maxcompute.moment_text_groups(v) AS strftime(v, '%Y-%m-%d %H:%M:%S') || CASE
     WHEN epoch_us(v) % 1000000 = 0 THEN '' WHEN epoch_us(v) % 1000 = 0 THEN strftime(v, '.%g') ELSE strftime(v, '.%f') END`,
  `CREATE OR REPLACE MACRO maxcompute.moment_text_nine(v) AS strftime(v, '%Y-%m-%d %H:%M:%S.%f') || '000'`,
  `CREATE OR REPLACE MACRO maxcompute.float_text(v, t) AS CASE
     WHEN isnan(v) THEN 'NaN' WHEN isinf(v) AND v > 0 THEN 'Infinity' WHEN isinf(v) THEN '-Infinity' ELSE t END`,
  // 15 significant digits decide whether two DOUBLEs are the same (maxcompute.md 5.6).
  `CREATE OR REPLACE MACRO maxcompute.same_double(a, b) AS (a = b OR abs(a - b) < 1e-15 * greatest(abs(a), abs(b)))`,
]
