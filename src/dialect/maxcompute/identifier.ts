import type { TableName } from '../../model/names.js'

/** Backticks around every name: double quotes delimit strings here, and the list of reserved words is long (maxcompute.md 5.4). */
export function quoteIdentifier(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}

export function tableSql(table: TableName): string {
  const parts = table.schema === undefined ? [table.project, table.name] : [table.project, table.schema, table.name]
  return parts.map(quoteIdentifier).join('.')
}
