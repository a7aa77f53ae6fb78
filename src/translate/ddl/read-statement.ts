import { readTableConstraint } from './constraint.js'
import { readCreateTable, readTemporaryTable } from './create-table.js'
import { readCreateView } from './create-view.js'
import { readCreateSchema, readDrop, readIgnored, readPassedOver } from './ignored-statement.js'
import type { DdlStatement } from './statement.js'
import { refusal, shown, type Token } from './token.js'
import type { TokenReader } from './token-reader.js'

/** One statement, up to its `;`. Throws `arguments` with file, line and column for anything it does not know. */
export function readStatement(reader: TokenReader): DdlStatement {
  const at = reader.peek()
  const ignored = readIgnored(reader)
  if (ignored !== undefined) return ignored
  if (reader.takeWords('create')) return readCreate(reader, at)
  if (reader.takeWords('drop')) return readDrop(reader, at)
  if (reader.takeWords('comment')) return readComment(reader, at)
  if (reader.takeWords('alter')) return readAlterTable(reader, at)
  throw refusal(at, `the statement ${shown(at)} is not understood`)
}

function readCreate(reader: TokenReader, at: Token): DdlStatement {
  if (reader.takeWords('table')) return readCreateTable(reader, at)
  if (reader.takeWords('schema')) return readCreateSchema(reader, at)
  if (takeTemporary(reader)) return readTemporaryTable(reader, at)
  const orReplace = reader.takeWords('or', 'replace')
  const passedOver = passedOverKinds.find((kind) => reader.takeWords(...kind.split(' ')))
  if (passedOver !== undefined) return readPassedOver(reader, at, passedOver)
  const isMaterialized = reader.takeWords('materialized')
  if (reader.takeWords('view')) return readCreateView(reader, at, { orReplace, isMaterialized })
  throw refusal(reader.peek(), `CREATE ${shown(reader.peek())} is not understood`)
}

/** What is made beside tables and views, and is carried by nobody. */
const passedOverKinds = ['function', 'external function', 'procedure', 'external schema', 'external table']

function takeTemporary(reader: TokenReader): boolean {
  if (!reader.isWords('temp') && !reader.isWords('temporary')) {
    if (!reader.isWords('local', 'temp') && !reader.isWords('local', 'temporary')) return false
    reader.next()
  }
  reader.next()
  reader.expectWords('table')
  return true
}

function readComment(reader: TokenReader, at: Token): DdlStatement {
  reader.expectWords('on')
  const isColumn = reader.expectOneOf(['table', 'view', 'column']) === 'column'
  const path = reader.path(isColumn ? "a column's name" : "a relation's name", isColumn ? 3 : 2)
  const column = isColumn ? path.pop() : undefined
  const [name, schema = reader.schema] = path.reverse()
  if (name === undefined) throw reader.unexpected("the column's table before it")
  reader.expectWords('is')
  const token = reader.peek()
  if (token.kind !== 'string' && !reader.isWords('null')) throw reader.unexpected('a string or NULL')
  reader.next()
  const comment = token.kind === 'string' && token.value !== '' ? { comment: token.value } : {}
  const relation = { schema, name }
  return { kind: 'comment', at, relation, ...(column === undefined ? {} : { column }), ...comment }
}

function readAlterTable(reader: TokenReader, at: Token): DdlStatement {
  reader.expectWords('table')
  reader.takeWords('only')
  const relation = reader.relationName("a table's name")
  if (reader.takeWords('owner')) {
    reader.expectWords('to')
    return { kind: 'owner', at, relation, owner: reader.name("an owner's name") }
  }
  if (!reader.takeWords('add')) throw reader.unexpected('ADD or OWNER TO')
  return { kind: 'constraint', at, relation, constraint: readTableConstraint(reader) }
}
