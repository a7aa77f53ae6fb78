import { readColumn } from './column-definition.js'
import { skipStatement } from './skip-statement.js'
import { isTableConstraint, readTableConstraint } from './constraint.js'
import type { ColumnDraft, ConstraintDraft, DdlStatement, LikeDraft } from './statement.js'
import { readTableAttributes } from './table-attributes.js'
import { refusal, type Place } from './token.js'
import type { TokenReader } from './token-reader.js'

/** After CREATE TABLE. */
export function readCreateTable(reader: TokenReader, at: Place): DdlStatement {
  const ifNotExists = reader.takeWords('if')
  if (ifNotExists) reader.expectWords('not', 'exists')
  if (reader.isSymbol('#')) return readTemporaryTable(reader, at)
  const relation = reader.relationName("a table's name")
  refuseQuery(reader)
  if (reader.isSymbol('(') && reader.peek(1).value === 'like' && reader.peek(1).kind === 'word') {
    const like = readLike(reader)
    const table = { at, relation, columns: [], constraints: [], attributes: {} }
    return { kind: 'create-table', at, table, ifNotExists, like }
  }
  const columns: ColumnDraft[] = []
  const constraints: ConstraintDraft[] = []
  reader.list(() => {
    if (reader.isWords('like')) throw refusal(reader.peek(), 'LIKE beside columns; write its columns out')
    if (isTableConstraint(reader)) constraints.push(readTableConstraint(reader))
    else columns.push(readColumn(reader, constraints))
  })
  const attributes = readTableAttributes(reader)
  if (reader.isWords('as')) throw refusal(reader.peek(), queryRefusal)
  if (!reader.isEnd()) throw reader.unexpected('an attribute of the table or ;')
  return { kind: 'create-table', at, table: { at, relation, columns, constraints, attributes }, ifNotExists }
}

/** After CREATE [LOCAL] TEMP TABLE, or at `#`: it is gone with its session. */
export function readTemporaryTable(reader: TokenReader, at: Place): DdlStatement {
  skipStatement(reader)
  return { kind: 'ignored', at, statement: 'CREATE TEMPORARY TABLE' }
}

const queryRefusal = 'CREATE TABLE … AS names no types; write its columns out'

/** Attributes where the columns should stand belong to a table that is made of a query. */
const queryBeginnings = ['as', 'backup', 'encode', 'diststyle', 'distkey', 'compound', 'interleaved', 'sortkey']

function refuseQuery(reader: TokenReader): void {
  if (queryBeginnings.some((word) => reader.isWords(word))) throw refusal(reader.peek(), queryRefusal)
}

/** `(LIKE parent [INCLUDING | EXCLUDING DEFAULTS])`; no attribute may follow, all come from the parent. */
function readLike(reader: TokenReader): LikeDraft {
  reader.expectSymbol('(')
  const at = reader.peek()
  reader.expectWords('like')
  const relation = reader.relationName("a table's name")
  const includingDefaults = reader.takeWords('including')
  if (includingDefaults || reader.takeWords('excluding')) reader.expectWords('defaults')
  if (reader.isSymbol(',')) throw refusal(reader.peek(), 'LIKE beside columns; write its columns out')
  reader.expectSymbol(')')
  return { at, relation, includingDefaults }
}
