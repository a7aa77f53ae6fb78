import { quoteLiteral } from '../dialect/maxcompute/literal.js'
import { canonicalDate, canonicalDecimal, canonicalInteger, canonicalTimestamp } from '../model/canonical.js'
import type { ColumnPlan } from '../model/plan.js'

/** Casts and brackets that Redshift may have wrapped round a default; more than these are no literal. */
const wrappingCountMax = 8

/**
 * A default of Redshift in MaxCompute's spelling: `'N'::character varying` becomes `'N'`. Null for NULL, which needs no
 * default; undefined for anything that is not a literal of the column's type.
 */
export function defaultLiteral(
  text: string,
  column: Pick<ColumnPlan, 'targetType' | 'kind'>,
): string | null | undefined {
  const literal = unwrap(text)
  if (/^null$/i.test(literal)) return null
  const string = stringValue(literal)
  switch (column.kind) {
    case 'integer':
      return withSuffix(canonicalInteger(string ?? literal), integerSuffixes[column.targetType] ?? '')
    case 'decimal':
      return withSuffix(canonicalDecimal(string ?? literal), 'BD')
    case 'float':
      return withSuffix(canonicalDecimal(string ?? literal), column.targetType === 'FLOAT' ? 'F' : 'D')
    case 'boolean':
      return booleanText(string ?? literal)
    case 'date':
      return typedText('DATE', string === undefined ? undefined : canonicalDate(string))
    case 'timestamp':
    case 'timestamptz':
      return typedText(column.targetType, string === undefined ? undefined : momentOf(string, column.targetType))
    case 'text':
      return string === undefined || isUnprintable(column.targetType) ? undefined : quoteLiteral(string)
  }
}

/** The letters of maxcompute.md 5.2; INT is what a bare number is. */
const integerSuffixes: Readonly<Record<string, string>> = { TINYINT: 'Y', SMALLINT: 'S', BIGINT: 'L' }

function unwrap(text: string): string {
  let literal = text.trim()
  for (let n = 0; n < wrappingCountMax; n += 1) {
    const bare = literal.replace(/::[a-z_ ]+(?:\([\d, ]+\))?$/i, '').trim()
    const inner = /^\((.*)\)$/s.exec(bare)?.[1]?.trim() ?? bare
    if (inner === literal) break
    literal = inner
  }
  return literal
}

/** The value of a string literal; undefined for anything else, and for escapes beyond `\\` and `\'`. */
function stringValue(literal: string): string | undefined {
  const body = /^'((?:[^'\\]|''|\\\\|\\')*)'$/.exec(literal)?.[1]
  return body?.replace(/''|\\\\|\\'/g, (escape) => escape.slice(1))
}

function withSuffix(number: string | undefined, suffix: string): string | undefined {
  return number === undefined ? undefined : number + suffix
}

function booleanText(text: string): string | undefined {
  const lower = text.toLowerCase()
  if (lower === 'true' || lower === 't') return 'true'
  return lower === 'false' || lower === 'f' ? 'false' : undefined
}

function typedText(type: string, text: string | undefined): string | undefined {
  return text === undefined ? undefined : `${type}${quoteLiteral(text)}`
}

/** DATETIME ends at milliseconds, which its literal need not show. */
function momentOf(text: string, type: string): string | undefined {
  const moment = canonicalTimestamp(text)
  return type === 'DATETIME' ? moment?.slice(0, 23).replace(/\.000$/, '') : moment
}

/** Types that have kind text only because their values travel as text. */
function isUnprintable(targetType: string): boolean {
  return targetType === 'BINARY' || targetType === 'JSON'
}
