import type { TableName } from '../../model/names.js'
import { tableText } from '../../model/names.js'
import type { Statement } from '../../model/statement.js'
import { tableSql } from './identifier.js'
import { quoteLiteral } from './literal.js'

/** The columns are named by the query. One that this name bears already is replaced: whoever sends it has looked before. */
export function createViewStatement(
  view: TableName,
  query: string,
  settings: Readonly<Record<string, string>>,
  comment = '',
): Statement {
  const told = comment === '' ? '' : ` COMMENT ${quoteLiteral(comment)}`
  return {
    purpose: `create view ${tableText(view)}`,
    text: `CREATE OR REPLACE VIEW ${tableSql(view)}${told} AS\n${query}`,
    settings,
  }
}
