import type { RelationName } from '../../model/names.js'

/** Always quoted: reserved words, blanks and upper case (under enable_case_sensitive_identifier) then need no thought. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

export function relationSql(name: RelationName): string {
  return `${quoteIdentifier(name.schema)}.${quoteIdentifier(name.name)}`
}
