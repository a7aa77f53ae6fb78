import { isFloating, isInstant, isText, type DataType } from '../data-type.js'
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
  if (type.inner !== undefined) return nestedText(sql, type, type.inner, form)
  return `CAST(${sql} AS VARCHAR)`
}

/** `[1, 2]`, `{k:v, l:\\N}`, `{a:1, b:x}` (maxcompute.md 2.3); a text with marks in it is quoted, which is a guess. */
function nestedText(sql: string, type: DataType, inner: readonly DataType[], form: TextForm): string {
  const part = (value: string, of: DataType): string => {
    const written = textSql(value, of, form)
    return `coalesce(${isText(of) ? `maxcompute.part_text(${written})` : written}, '\\N')`
  }
  const [first, second] = inner
  if (type.base === 'struct') {
    const fields = inner.map((one, i) => {
      const field = `'${(type.names?.[i] ?? '').replaceAll("'", "''")}'`
      return `${field} || ':' || ${part(`struct_extract(${sql}, ${field})`, one)}`
    })
    return `CASE WHEN ${sql} IS NOT NULL THEN '{' || ${fields.join(" || ', ' || ")} || '}' END`
  }
  if (first === undefined) throw new Error(`${type.base} has types inside`)
  // Lambdas inside each other need names of their own.
  const item = `x${sql.length}`
  if (second === undefined)
    return `'[' || array_to_string(list_transform(${sql}, lambda ${item}: ${part(item, first)}), ', ') || ']'`
  const entry = `${part(`${item}.key`, first)} || ':' || ${part(`${item}.value`, second)}`
  return `'{' || array_to_string(list_transform(map_entries(${sql}), lambda ${item}: ${entry}), ', ') || '}'`
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
  `CREATE OR REPLACE MACRO maxcompute.part_text(v) AS CASE WHEN v = '' OR v <> trim(v) OR regexp_matches(v, '[,:{}\\[\\]"''\\\\]')
     THEN '"' || replace(replace(v, '\\', '\\\\'), '"', '\\"') || '"' ELSE v END`,
  // Positions from 1; a negative start counts from the end and keeps searching towards it.
  `CREATE OR REPLACE MACRO maxcompute.nth_place(s, part, first, n) AS CASE
     WHEN s IS NULL OR part IS NULL OR first IS NULL THEN NULL WHEN part = '' THEN 1
     WHEN first < 0 THEN coalesce(list_extract(list_filter(range(length(s) + first + 1, 0, -1), lambda i: substr(s, i, length(part)) = part), n), 0)
     ELSE coalesce(list_extract(list_filter(range(greatest(first, 1), length(s) + 1), lambda i: substr(s, i, length(part)) = part), n), 0) END`,
  // What stands before the nth match: the pieces that the matches leave, and the matches between them.
  `CREATE OR REPLACE MACRO maxcompute.before_match(s, p, n) AS array_to_string(list_transform(range(1, n + 1), lambda i:
     coalesce(list_extract(regexp_split_to_array(s, p), i), '') || CASE WHEN i < n THEN coalesce(list_extract(regexp_extract_all(s, p), i), '') ELSE '' END), '')`,
  `CREATE OR REPLACE MACRO maxcompute.match_place(s, p, n, behind) AS CASE WHEN s IS NULL OR p IS NULL THEN NULL
     WHEN length(regexp_extract_all(s, p)) < n THEN 0
     ELSE length(maxcompute.before_match(s, p, n)) + 1 + CASE WHEN behind = 1 THEN length(list_extract(regexp_extract_all(s, p), n)) ELSE 0 END END`,
  `CREATE OR REPLACE MACRO maxcompute.replace_nth(s, p, r, n) AS CASE WHEN length(regexp_extract_all(s, p)) < n THEN s
     ELSE maxcompute.before_match(s, p, n) || regexp_replace(list_extract(regexp_extract_all(s, p), n), p, r)
       || substr(s, length(maxcompute.before_match(s, p, n)) + length(list_extract(regexp_extract_all(s, p), n)) + 1) END`,
  `CREATE OR REPLACE MACRO maxcompute.months_between(a, b) AS CASE
     WHEN day(a) = day(b) OR (last_day(a) = CAST(a AS DATE) AND last_day(b) = CAST(b AS DATE))
       THEN CAST((year(a) - year(b)) * 12 + month(a) - month(b) AS DOUBLE)
     ELSE (year(a) - year(b)) * 12 + month(a) - month(b)
       + (epoch_us(a) - epoch_us(date_trunc('month', a)) - epoch_us(b) + epoch_us(date_trunc('month', b))) / (31 * 86400e6) END`,
  `CREATE OR REPLACE MACRO maxcompute.next_day(d, w) AS CASE WHEN list_position(['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'], w) IS NOT NULL
     THEN d + CAST((list_position(['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'], w) - isodow(d) + 6) % 7 + 1 AS INTEGER) END`,
  `CREATE OR REPLACE MACRO maxcompute.from_base_2(v) AS TRY_CAST('0b' || v AS UBIGINT)`,
  `CREATE OR REPLACE MACRO maxcompute.from_base_8(v) AS CASE WHEN regexp_full_match(v, '[0-7]{1,21}') THEN
     list_reduce(list_transform(string_split(v, ''), lambda d: CAST(d AS UBIGINT)), lambda x, d: x * 8 + d) END`,
  `CREATE OR REPLACE MACRO maxcompute.from_base_10(v) AS TRY_CAST(v AS UBIGINT)`,
  `CREATE OR REPLACE MACRO maxcompute.from_base_16(v) AS TRY_CAST('0x' || v AS UBIGINT)`,
  `CREATE OR REPLACE MACRO maxcompute.to_base_2(v) AS to_binary(v)`,
  `CREATE OR REPLACE MACRO maxcompute.to_base_8(v) AS to_base(CAST(v AS BIGINT), 8)`,
  `CREATE OR REPLACE MACRO maxcompute.to_base_10(v) AS CAST(v AS VARCHAR)`,
  `CREATE OR REPLACE MACRO maxcompute.to_base_16(v) AS to_hex(v)`,
  // Schoolbook division of whole numbers, k digits further than the quotient; the engine has no exact one.
  `CREATE OR REPLACE MACRO maxcompute.long_division(a, b, k) AS list_reduce(
     list_transform(range(0, k), lambda i: {'q': CAST(0 AS HUGEINT), 'r': CAST(0 AS HUGEINT)}),
     lambda s, z: {'q': s.q * 10 + (s.r * 10) // b, 'r': (s.r * 10) % b}, {'q': a // b, 'r': a % b})`,
  `CREATE OR REPLACE MACRO maxcompute.rounded(d, b) AS d.q + CASE WHEN d.r >= b - d.r THEN 1 ELSE 0 END`,
  `CREATE OR REPLACE MACRO maxcompute.unscaled(v) AS CAST(replace(CAST(abs(v) AS VARCHAR), '.', '') AS HUGEINT)`,
  `CREATE OR REPLACE MACRO maxcompute.pointed(t, s) AS left(lpad(t, CAST(greatest(length(t), s + 1) AS INTEGER), '0'), -s)
     || '.' || right(lpad(t, CAST(greatest(length(t), s) AS INTEGER), '0'), s)`,
  `CREATE OR REPLACE MACRO maxcompute.quotient_text(a, b, widening, k, s) AS CASE WHEN (a < 0) <> (b < 0) THEN '-' ELSE '' END
     || maxcompute.pointed(CAST(maxcompute.rounded(
       maxcompute.long_division(maxcompute.unscaled(a), maxcompute.unscaled(b) * widening, k),
       maxcompute.unscaled(b) * widening) AS VARCHAR), s)`,
  // 15 significant digits decide whether two DOUBLEs are the same (maxcompute.md 5.6).
  `CREATE OR REPLACE MACRO maxcompute.same_double(a, b) AS (a = b OR abs(a - b) < 1e-15 * greatest(abs(a), abs(b)))`,
]
