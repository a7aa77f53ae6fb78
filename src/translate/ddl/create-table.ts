import { readColumn } from './column-definition.js'
import { isTableConstraint, readTableConstraint } from './constraint.js'
import type { ColumnDraft, ConstraintDraft, DdlStatement } from './statement.js'
import { readTableAttributes } from './table-attributes.js'
import { refusal, type Place } from './token.js'
import type { TokenReader } from './token-reader.js'

/** After CREATE TABLE. */
export function readCreateTable(reader: TokenReader, at: Place): DdlStatement {
  const ifNotExists = reader.takeWords('if')
  if (ifNotExists) reader.expectWords('not', 'exists')
  const relation = reader.relationName("a table's name")
  if (reader.isWords('as')) throw refusal(reader.peek(), 'CREATE TABLE … AS names no types; write its columns out')
  const columns: ColumnDraft[] = []
  const constraints: ConstraintDraft[] = []
  reader.list(() => {
    if (reader.isWords('like')) throw refusal(reader.peek(), 'LIKE names no columns; write them out')
    if (isTableConstraint(reader)) constraints.push(readTableConstraint(reader))
    else columns.push(readColumn(reader, constraints))
  })
  const attributes = readTableAttributes(reader)
  if (reader.isWords('as')) throw refusal(reader.peek(), 'CREATE TABLE … AS names no types; write its columns out')
  if (!reader.isEnd()) throw reader.unexpected('an attribute of the table or ;')
  return { kind: 'create-table', at, table: { at, relation, columns, constraints, attributes }, ifNotExists }
}
