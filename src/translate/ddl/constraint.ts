import type { CatalogConstraint } from '../../model/catalog.js'
import { reservedWords } from './reserved-words.js'
import type { ConstraintDraft } from './statement.js'
import type { TokenReader } from './token-reader.js'

/** `[CONSTRAINT name] PRIMARY KEY (…) | UNIQUE (…) | FOREIGN KEY (…) REFERENCES …`, of a table. */
export function readTableConstraint(reader: TokenReader): ConstraintDraft {
  const at = reader.peek()
  const name = reader.takeWords('constraint') ? { name: reader.name("a constraint's name") } : {}
  if (reader.takeWords('primary')) {
    reader.expectWords('key')
    return { at, kind: 'primary-key', ...name, columns: reader.nameList('a column') }
  }
  if (reader.takeWords('unique')) return { at, kind: 'unique', ...name, columns: reader.nameList('a column') }
  if (!reader.takeWords('foreign')) throw reader.unexpected('PRIMARY KEY, UNIQUE or FOREIGN KEY')
  reader.expectWords('key')
  const columns = reader.nameList('a column')
  reader.expectWords('references')
  return { at, kind: 'foreign-key', ...name, columns, references: readReferences(reader) }
}

export function isTableConstraint(reader: TokenReader): boolean {
  return ['constraint', 'primary', 'unique', 'foreign', 'check'].some((word) => reader.isWords(word))
}

/** The same behind a column; undefined when none begins here. */
export function readColumnConstraint(reader: TokenReader, column: string): ConstraintDraft | undefined {
  const at = reader.peek()
  const name = reader.takeWords('constraint') ? { name: reader.name("a constraint's name") } : {}
  if (reader.takeWords('primary')) {
    reader.expectWords('key')
    return { at, kind: 'primary-key', ...name, columns: [column] }
  }
  if (reader.takeWords('unique')) return { at, kind: 'unique', ...name, columns: [column] }
  if (reader.takeWords('references')) {
    return { at, kind: 'foreign-key', ...name, columns: [column], references: readReferences(reader) }
  }
  if ('name' in name && !reader.isWords('not') && !reader.isWords('null')) {
    throw reader.unexpected('PRIMARY KEY, UNIQUE, REFERENCES or NOT NULL')
  }
  return undefined
}

function readReferences(reader: TokenReader): NonNullable<ConstraintDraft['references']> {
  const relation = reader.relationName('a table')
  return { relation, columns: reader.isSymbol('(') ? reader.nameList('a column') : [] }
}

/** Name and text as the catalog has them; a constraint without a name is called as PostgreSQL calls it. */
export function constraintOf(draft: ConstraintDraft, table: string): CatalogConstraint {
  const { kind, columns, references } = draft
  const list = columns.map(quoteAsNeeded).join(', ')
  if (kind === 'primary-key') return { name: draft.name ?? `${table}_pkey`, kind, definition: `PRIMARY KEY (${list})` }
  const plainName = `${[table, ...columns].join('_')}_${kind === 'unique' ? 'key' : 'fkey'}`
  const name = draft.name ?? plainName
  if (references === undefined) return { name, kind, definition: `UNIQUE (${list})` }
  const { schema, name: other } = references.relation
  const target = [...(schema === 'public' ? [] : [schema]), other].map(quoteAsNeeded).join('.')
  const targetColumns = references.columns.length === 0 ? '' : `(${references.columns.map(quoteAsNeeded).join(', ')})`
  return { name, kind, definition: `FOREIGN KEY (${list}) REFERENCES ${target}${targetColumns}` }
}

function quoteAsNeeded(name: string): string {
  const isPlain = /^[a-z_][a-z0-9_$]*$/.test(name) && !reservedWords.has(name)
  return isPlain ? name : `"${name.replaceAll('"', '""')}"`
}
