import type { ColumnDraft, LikeDraft, TableDraft } from './statement.js'

/**
 * The columns of another table with their encodings, NULL properties, distribution and sort keys; keys and identities are
 * not inherited, defaults only where the statement asks for them.
 */
export function likeTable(table: TableDraft, like: LikeDraft, parent: TableDraft): TableDraft {
  const primaryKey = parent.constraints.find(({ kind }) => kind === 'primary-key')
  const columns = parent.columns.map(({ identity, defaultText, ...column }): ColumnDraft => {
    const notNull = column.notNull || identity !== undefined || (primaryKey?.columns.includes(column.name) ?? false)
    const isKept = like.includingDefaults && defaultText !== undefined
    return { ...column, notNull, ...(isKept ? { defaultText } : {}) }
  })
  return { ...table, columns, attributes: parent.attributes }
}
