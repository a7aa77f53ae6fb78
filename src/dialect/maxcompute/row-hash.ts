import type { MeasuredRelation } from '../../model/measure.js'
import {
  bucketStatements,
  rowsStatement,
  shownCharacterCountMax,
  type BucketStatement,
  type HashSyntax,
} from '../row-hash.js'
import { canonicalText } from './canonical-text.js'
import { quoteIdentifier, tableSql } from './identifier.js'
import { columnItem } from './measure.js'

/** Buckets of the table's rows; one scan a statement. Submit them with `measureSettings`. */
export function fingerprintStatements(of: MeasuredRelation, within: readonly string[]): readonly BucketStatement[] {
  return bucketStatements(of, within, syntaxOf(of))
}

export function bucketRowsStatement(of: MeasuredRelation, within: readonly string[], rowCountMax: number): string {
  return rowsStatement(of, within, rowCountMax, syntaxOf(of))
}

function syntaxOf(of: MeasuredRelation): HashSyntax {
  return {
    from: tableSql(of.target),
    valueOf: (column) => quoteIdentifier(column.target),
    textOf: canonicalText,
    concat: (parts) => (parts.length === 1 ? (parts[0] ?? '') : `CONCAT(${parts.join(', ')})`),
    byteLength: (text) => `CAST(LENGTHB(${text}) AS STRING)`,
    part: (text, from, count) => `SUBSTR(${text}, ${from}, ${count})`,
    hexSum: (text) => `SUM(CAST(CONV(${text}, 16, 10) AS BIGINT))`,
    shown: (text) =>
      `CASE WHEN LENGTH(${text}) > ${shownCharacterCountMax} THEN CONCAT(SUBSTR(${text}, 1, ${shownCharacterCountMax}), ' ', MD5(${text})) ELSE ${text} END`,
    figure: (kind, column, value) => columnItem(kind, column, value),
    floatText: (value) => `CAST(CAST(${value} AS DOUBLE) AS STRING)`,
  }
}
