import type { RelationKind } from '../../model/catalog.js'
import type { DdlStatement } from './statement.js'
import { skipStatement } from './skip-statement.js'
import { readTableAttributes } from './table-attributes.js'
import type { Token } from './token.js'
import type { TokenReader } from './token-reader.js'

/** After CREATE [OR REPLACE] [MATERIALIZED] VIEW. The definition is the whole statement as it is written, without `;`. */
export function readCreateView(
  reader: TokenReader,
  at: Token,
  of: { readonly orReplace: boolean; readonly isMaterialized: boolean },
): DdlStatement {
  const relation = reader.relationName("a view's name")
  if (reader.isSymbol('(')) reader.nameList('a column')
  if (of.isMaterialized) readMaterializedAttributes(reader)
  reader.expectWords('as')
  if (!reader.isWords('select') && !reader.isWords('with') && !reader.isSymbol('(')) {
    throw reader.unexpected('the SELECT of the view')
  }
  const { last, words } = skipStatement(reader)
  const isLateBinding = words.endsWith(' with no schema binding')
  const kind: RelationKind = of.isMaterialized ? 'materialized-view' : isLateBinding ? 'late-binding-view' : 'view'
  const definition = reader.textBetween(at, last)
  const entry = { ...relation, kind, columns: [], constraints: [], definition }
  return { kind: 'create-view', at, entry, orReplace: of.orReplace }
}

function readMaterializedAttributes(reader: TokenReader): void {
  readTableAttributes(reader)
  if (!reader.takeWords('auto', 'refresh')) return
  reader.expectOneOf(['yes', 'no'])
}
