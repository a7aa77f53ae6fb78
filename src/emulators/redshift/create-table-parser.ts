import type { ColumnDefinition, ConstraintDefinition, TableAttributes, TableDefinition } from './definitions.js'
import { RedshiftFault, unsupported } from './fault.js'
import type { TokenCursor } from './token-cursor.js'
import { parseType } from './type-parser.js'

/** After `CREATE TABLE [IF NOT EXISTS] name`, at `(`. `text` is the statement's, for the defaults' spelling. */
export function parseTableBody(
  cursor: TokenCursor,
  text: string,
  names: readonly string[],
  ifNotExists: boolean,
): TableDefinition {
  const columns: ColumnDefinition[] = []
  const constraints: ConstraintDefinition[] = []
  cursor.list(() => {
    if (cursor.isWord('like')) throw unsupported('CREATE TABLE … (LIKE …)')
    const constraint = parseTableConstraint(cursor)
    if (constraint === undefined) columns.push(parseColumnDefinition(cursor, text, constraints))
    else constraints.push(constraint)
  })
  return { names, ifNotExists, columns, constraints, attributes: parseAttributes(cursor) }
}

export function parseTableConstraint(cursor: TokenCursor): ConstraintDefinition | undefined {
  const name = cursor.acceptWord('constraint') ? { name: cursor.identifier() } : {}
  const columns = (): string[] => cursor.list(() => cursor.identifier())
  if (cursor.acceptWord('primary', 'key')) return { kind: 'p', ...name, columns: columns() }
  if (cursor.isWord('unique') && cursor.isOperator('(', 1)) {
    cursor.next()
    return { kind: 'u', ...name, columns: columns() }
  }
  if (!cursor.acceptWord('foreign', 'key')) return undefined
  const own = columns()
  cursor.expectWord('references')
  return { kind: 'f', ...name, columns: own, references: parseReferences(cursor) }
}

function parseReferences(cursor: TokenCursor): { names: string[]; columns: string[] } {
  const names = cursor.qualifiedName()
  return { names, columns: cursor.isOperator('(') ? cursor.list(() => cursor.identifier()) : [] }
}

type Draft = { -readonly [K in keyof ColumnDefinition]: ColumnDefinition[K] }

export function parseColumnDefinition(
  cursor: TokenCursor,
  text: string,
  constraints: ConstraintDefinition[],
): ColumnDefinition {
  const name = cursor.identifier()
  const draft: Draft = { name, type: parseType(cursor), notNull: false, distKey: false, sortKey: false }
  while (!cursor.isOperator(',') && !cursor.isOperator(')') && !cursor.isEnd()) {
    if (!parseKeyOption(cursor, draft, constraints) && !parseValueOption(cursor, text, draft))
      throw cursor.syntaxError()
  }
  return draft
}

function parseKeyOption(cursor: TokenCursor, draft: Draft, constraints: ConstraintDefinition[]): boolean {
  const columns = [draft.name]
  if (cursor.acceptWord('not', 'null')) draft.notNull = true
  else if (cursor.acceptWord('null')) draft.notNull = false
  else if (cursor.acceptWord('distkey')) draft.distKey = true
  else if (cursor.acceptWord('sortkey')) draft.sortKey = true
  else if (cursor.acceptWord('primary', 'key')) {
    constraints.push({ kind: 'p', columns })
    draft.notNull = true
  } else if (cursor.acceptWord('unique')) constraints.push({ kind: 'u', columns })
  else if (cursor.acceptWord('references'))
    constraints.push({ kind: 'f', columns, references: parseReferences(cursor) })
  else return false
  return true
}

function parseValueOption(cursor: TokenCursor, text: string, draft: Draft): boolean {
  if (cursor.acceptWord('encode')) draft.encoding = cursor.next().text.replace('raw', 'none')
  else if (cursor.acceptWord('collate')) draft.collation = cursor.next().text
  else if (cursor.acceptWord('default')) {
    const from = cursor.position
    cursor.expression(4)
    draft.defaultText = text.slice(from, cursor.position).trim()
  } else if (cursor.acceptWord('identity')) draft.identity = { ...parseIdentity(cursor), byDefault: false }
  else if (cursor.acceptWord('generated', 'by', 'default', 'as', 'identity')) {
    draft.identity = { ...parseIdentity(cursor), byDefault: true }
  } else return false
  return true
}

function parseIdentity(cursor: TokenCursor): { seed: string; step: string } {
  const [seed = 1, step = 1] = cursor.list(() => cursor.integer())
  return { seed: String(seed), step: String(step) }
}

type AttributesDraft = { -readonly [K in keyof TableAttributes]: TableAttributes[K] }

/** DISTSTYLE, DISTKEY, SORTKEY, BACKUP, ENCODE AUTO in any order. */
export function parseAttributes(cursor: TokenCursor): TableAttributes {
  const draft: AttributesDraft = { sortKey: [], backup: true }
  while (parseDistribution(cursor, draft) || parseSorting(cursor, draft) || parseStorage(cursor, draft));
  return draft
}

function parseDistribution(cursor: TokenCursor, draft: AttributesDraft): boolean {
  if (cursor.acceptWord('diststyle')) {
    if (!cursor.isOneOf(['even', 'key', 'all', 'auto'])) throw cursor.syntaxError()
    draft.distStyle = cursor.next().text as 'even'
    return true
  }
  if (!cursor.acceptWord('distkey')) return false
  const [column] = cursor.list(() => cursor.identifier())
  if (column !== undefined) draft.distKey = column
  return true
}

function parseSorting(cursor: TokenCursor, draft: AttributesDraft): boolean {
  if (cursor.acceptWord('sortkey', 'auto')) {
    draft.sortStyle = 'AUTO'
    return true
  }
  const style = cursor.acceptWord('interleaved') ? 'INTERLEAVED' : 'COMPOUND'
  if (style === 'COMPOUND') cursor.acceptWord('compound')
  if (!cursor.acceptWord('sortkey')) return false
  draft.sortStyle = style
  draft.sortKey = cursor.list(() => cursor.identifier())
  if (style === 'INTERLEAVED' && draft.sortKey.length > 8) {
    throw new RedshiftFault('0A000', 'cannot have more than 8 interleaved sort keys')
  }
  return true
}

function parseStorage(cursor: TokenCursor, draft: AttributesDraft): boolean {
  if (cursor.acceptWord('encode', 'auto')) return true
  if (!cursor.acceptWord('backup')) return false
  draft.backup = cursor.next().text === 'yes'
  return true
}
