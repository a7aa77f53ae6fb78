import { parseError } from '../odps-error.js'
import type { Statement, ViewColumnName } from './statement.js'
import type { TokenReader } from './token-reader.js'

/** CREATE [OR REPLACE] VIEW [IF NOT EXISTS] name [(column [COMMENT '…'], …)] [COMMENT '…'] AS query, if it stands here. */
export function readCreateView(reader: TokenReader): Statement | undefined {
  const at = reader.at
  const orReplace = reader.takeWords('CREATE', 'OR', 'REPLACE', 'VIEW')
  if (!orReplace && !reader.takeWords('CREATE', 'VIEW')) return undefined
  const ifNotExists = reader.takeWords('IF', 'NOT', 'EXISTS')
  if (orReplace && ifNotExists)
    throw parseError(at, 'OR REPLACE together with IF NOT EXISTS is not supported by this emulator')
  const view = reader.qualifiedName()
  const columns = reader.isMark('(') ? readColumns(reader) : []
  const comment = reader.takeWords('COMMENT') ? reader.string() : ''
  for (const words of [['PARTITIONED'], ['TBLPROPERTIES'], ['LIFECYCLE']])
    if (reader.isWords(...words))
      throw parseError(reader.at, `${words.join(' ')} of a view is not supported by this emulator`)
  reader.expectWords('AS')
  const written = reader.written(() => reader.query())
  return {
    kind: 'create-view',
    at,
    view,
    orReplace,
    ifNotExists,
    columns,
    comment,
    query: written.value,
    text: written.text,
  }
}

function readColumns(reader: TokenReader): readonly ViewColumnName[] {
  return reader.inParentheses(() =>
    reader.list(() => ({ name: reader.identifier(), comment: reader.takeWords('COMMENT') ? reader.string() : '' })),
  )
}

export function readDropView(reader: TokenReader): Statement | undefined {
  const at = reader.at
  if (!reader.takeWords('DROP', 'VIEW')) return undefined
  const ifExists = reader.takeWords('IF', 'EXISTS')
  return { kind: 'drop-view', at, ifExists, view: reader.qualifiedName() }
}
