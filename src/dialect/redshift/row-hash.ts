import type { MeasuredRelation } from '../../model/measure.js'
import {
  bucketStatements,
  rowsStatement,
  shownCharacterCountMax,
  type BucketStatement,
  type HashSyntax,
} from '../row-hash.js'
import { canonicalText } from './canonical-text.js'
import { relationSql } from './identifier.js'
import { columnItem } from './measure.js'
import { whereSql } from './row-filter.js'

/** Buckets of the rows as UNLOAD writes them; one scan a statement. */
export function fingerprintStatements(of: MeasuredRelation, within: readonly string[]): readonly BucketStatement[] {
  return bucketStatements(of, within, syntaxOf(of))
}

export function bucketRowsStatement(of: MeasuredRelation, within: readonly string[], rowCountMax: number): string {
  return rowsStatement(of, within, rowCountMax, syntaxOf(of))
}

function syntaxOf(of: MeasuredRelation): HashSyntax {
  return {
    from: relationSql(of.source) + whereSql(of.where),
    valueOf: (column) => column.unloadExpression,
    textOf: canonicalText,
    concat: (parts) => parts.join(' || '),
    byteLength: (text) => `CAST(OCTET_LENGTH(${text}) AS VARCHAR(10))`,
    part: (text, from, count) => `SUBSTRING(${text}, ${from}, ${count})`,
    hexSum: (text) => `SUM(STRTOL(${text}, 16))`,
    shown: (text) =>
      `CASE WHEN LEN(${text}) > ${shownCharacterCountMax} THEN SUBSTRING(${text}, 1, ${shownCharacterCountMax}) || ' ' || MD5(${text}) ELSE ${text} END`,
    figure: (kind, column, value) => columnItem(kind, column, value),
    floatText: (value) => `CAST(CAST(${value} AS DOUBLE PRECISION) AS VARCHAR(32))`,
  }
}
