import { quoteIdentifier } from '../dialect/redshift/identifier.js'
import { isSuperTooLarge, superWithin } from '../dialect/redshift/super-value.js'
import type { CatalogColumn } from '../model/catalog.js'
import type { Assumption } from '../model/plan.js'
import { concernOf, type ConcernCodeName } from './concern-codes.js'
import type { TypeDraft } from './type-mapping.js'
import type { TypePolicy } from './type-policy.js'

/** Longest VARBYTE whose hexadecimal text fits into Redshift's VARCHAR (redshift.md 4.2). */
export const hexByteCountMax = 32767

/** Redshift's default length of VARBYTE (redshift.md 4.1). */
export const varbyteLengthDefault = 64000

/**
 * What only data can tell of a column: by the policy an assumption, or an expression that does away with the values
 * that cannot be carried. A type that was chosen by an override keeps its choice; where it holds every value, nothing
 * is assumed.
 */
export function withinLimits(draft: TypeDraft, column: CatalogColumn, policy: TypePolicy): TypeDraft {
  switch (column.type.base) {
    case 'date':
    case 'timestamp without time zone':
    case 'timestamp with time zone':
      return draft.kind === 'text' ? draft : withinYears(draft, column, policy)
    case 'real':
    case 'double precision':
      return withinNumbers(draft, column, policy)
    case 'bigint':
      return draft.targetType === 'BIGINT' ? aboveSmallest(draft, column, policy) : draft
    case 'binary varying':
      return withinHexLength(draft, column, policy)
    case 'super':
      return withinCell(draft, column, policy)
    default:
      return draft
  }
}

/** The draft, taking something for granted. */
export function assuming(
  draft: TypeDraft,
  column: CatalogColumn,
  code: ConcernCodeName,
  taken: string,
  violatedWhere: string,
): TypeDraft {
  const assumption: Assumption = { code, column: column.name, violatedWhere, message: `${column.name} ${taken}` }
  return { ...draft, assumptions: [...(draft.assumptions ?? []), assumption] }
}

function noting(draft: TypeDraft, column: CatalogColumn, code: ConcernCodeName, what: string): TypeDraft {
  const concern = concernOf(code, `${column.name} (${column.type.text}): ${what}`, column.name)
  return { ...draft, concerns: [...draft.concerns, concern] }
}

/** Values for which the condition does not hold become NULL; so the table's column must take NULL. */
function nulled(draft: TypeDraft, holds: string): TypeDraft {
  return {
    ...draft,
    unloadExpression: `CASE WHEN ${holds} THEN ${draft.unloadExpression} END`,
    makesNulls: true,
  }
}

const keywords = {
  date: 'DATE',
  'timestamp without time zone': 'TIMESTAMP',
  'timestamp with time zone': 'TIMESTAMPTZ',
} as const

/** The first and the last moment of MaxCompute's types, as literals of the column's type (maxcompute.md 5.2). */
function yearBounds(base: keyof typeof keywords): readonly [string, string] {
  const [first, last] = base === 'date' ? ['', ''] : [' 00:00:00', ' 23:59:59.999999']
  const zone = base === 'timestamp with time zone' ? '+00' : ''
  return [`${keywords[base]} '0001-01-01${first}${zone}'`, `${keywords[base]} '9999-12-31${last}${zone}'`]
}

function withinYears(draft: TypeDraft, column: CatalogColumn, policy: TypePolicy): TypeDraft {
  const value = quoteIdentifier(column.name)
  const [first, last] = yearBounds(column.type.base as keyof typeof keywords)
  switch (policy.dates) {
    case 'null': {
      const noted = noting(draft, column, 'RS0127', 'what lies outside the years 1 to 9999 becomes NULL')
      return nulled(noted, `${value} >= ${first} AND ${value} <= ${last}`)
    }
    case 'clamp': {
      const noted = noting(draft, column, 'RS0128', 'what lies outside the years 1 to 9999 becomes the nearest of them')
      const nearest = `CASE WHEN ${value} < ${first} THEN ${first} WHEN ${value} > ${last} THEN ${last} ELSE ${value} END`
      return { ...noted, unloadExpression: draft.unloadExpression.replace(value, () => nearest) }
    }
    default: {
      const violatedWhere = `(${value} < ${first} OR ${value} > ${last})`
      return assuming(draft, column, 'RS0122', 'lies within the years 1 to 9999', violatedWhere)
    }
  }
}

/** The range form, since NaN compares otherwise in a scan than among constants (redshift.md 4.2). */
function withinNumbers(draft: TypeDraft, column: CatalogColumn, policy: TypePolicy): TypeDraft {
  const value = quoteIdentifier(column.name)
  const type = column.type.base === 'real' ? 'REAL' : 'DOUBLE PRECISION'
  const finite = `${value} > CAST('-Infinity' AS ${type}) AND ${value} < CAST('Infinity' AS ${type})`
  switch (policy.floats) {
    case 'keep':
      return noting(draft, column, 'RS0130', 'NaN and infinities are carried as they are')
    case 'null':
      return nulled(noting(draft, column, 'RS0131', 'NaN and infinities become NULL'), finite)
    case 'check': {
      const violatedWhere = `(NOT (${finite}) AND ${value} IS NOT NULL)`
      return assuming(draft, column, 'RS0123', 'holds no NaN and no infinity', violatedWhere)
    }
  }
}

/** One above the smallest, since the smallest itself cannot be written as a literal: its digits alone are too many. */
const smallestButOne = '-9223372036854775807'

function aboveSmallest(draft: TypeDraft, column: CatalogColumn, policy: TypePolicy): TypeDraft {
  const value = quoteIdentifier(column.name)
  switch (policy.smallestBigint) {
    case 'keep':
      return noting(draft, column, 'RS0132', '-9223372036854775808 is carried as it is')
    case 'null': {
      const noted = noting(draft, column, 'RS0134', '-9223372036854775808 becomes NULL')
      return nulled(noted, `${value} >= ${smallestButOne}`)
    }
    default:
      return assuming(draft, column, 'RS0124', 'is never -9223372036854775808', `${value} < ${smallestButOne}`)
  }
}

function withinHexLength(draft: TypeDraft, column: CatalogColumn, policy: TypePolicy): TypeDraft {
  if ((column.type.length ?? varbyteLengthDefault) <= hexByteCountMax) return draft
  const value = quoteIdentifier(column.name)
  if (policy.longVarbyte === 'null') {
    const noted = noting(draft, column, 'RS0135', `what is longer than ${hexByteCountMax} bytes becomes NULL`)
    return nulled(noted, `OCTET_LENGTH(${value}) <= ${hexByteCountMax}`)
  }
  const taken = `has at most ${hexByteCountMax} bytes`
  return assuming(draft, column, 'RS0113', taken, `OCTET_LENGTH(${value}) > ${hexByteCountMax}`)
}

function withinCell(draft: TypeDraft, column: CatalogColumn, policy: TypePolicy): TypeDraft {
  const value = quoteIdentifier(column.name)
  if (policy.largeSuper === 'null') {
    const noted = noting(draft, column, 'RS0136', 'what is larger than 8 MB becomes NULL')
    return { ...noted, unloadExpression: superWithin(value), makesNulls: true }
  }
  return assuming(draft, column, 'RS0125', 'has at most 8 MB of JSON text', isSuperTooLarge(value))
}
