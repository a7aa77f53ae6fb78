import type { CatalogEntry } from '../../model/catalog.js'
import { CatalogDraft } from './catalog-draft.js'
import { readStatement } from './read-statement.js'
import type { DdlStatement, IgnoredStatement, ParsedDdl } from './statement.js'
import { TokenReader } from './token-reader.js'

export type { IgnoredStatement, ParsedDdl } from './statement.js'

export interface DdlFile {
  readonly file: string
  readonly text: string
}

/**
 * Redshift DDL as people and administrators' views write it, as the catalog's entries. Throws `arguments` with
 * `file:line:column` for every statement, type or option that it does not know.
 */
export function parseDdl(
  text: string,
  file: string,
): { readonly entries: CatalogEntry[]; readonly ignored: IgnoredStatement[] } {
  const { entries, ignored } = parseDdlFiles([{ file, text }])
  return { entries: [...entries], ignored: ignored.map(({ statement, line }) => ({ statement, line })) }
}

/** Several files as one: a comment, a key or an owner may stand in another file than its table, before or behind it. */
export function parseDdlFiles(files: readonly DdlFile[]): ParsedDdl {
  const statements = files.flatMap(({ file, text }) => readStatements(text, file))
  const draft = new CatalogDraft()
  for (const statement of statements) draft.create(statement)
  for (const statement of statements) draft.change(statement)
  return draft.finish()
}

function readStatements(text: string, file: string): DdlStatement[] {
  const reader = new TokenReader(text, file)
  const statements: DdlStatement[] = []
  for (;;) {
    while (reader.takeSymbol(';'));
    if (reader.peek().kind === 'end') return statements
    statements.push(readStatement(reader))
    if (!reader.isEnd()) throw reader.unexpected('; at the end of the statement')
  }
}
