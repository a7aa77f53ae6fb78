import type { TableName } from '../../model/names.js'
import { tableText } from '../../model/names.js'
import type { Statement } from '../../model/statement.js'
import { quoteIdentifier, tableSql } from './identifier.js'
import { namespaceSettings } from './settings.js'

/** The new name stands alone: a table stays in its schema (maxcompute.md 5.5). */
export function renameTableStatement(from: TableName, to: TableName): Statement {
  return {
    purpose: `rename ${tableText(from)} to ${to.name}`,
    text: `ALTER TABLE ${tableSql(from)} RENAME TO ${quoteIdentifier(to.name)}`,
    settings: namespaceSettings(from),
  }
}
