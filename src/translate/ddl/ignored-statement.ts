import { skipStatement } from './skip-statement.js'
import type { DdlStatement } from './statement.js'
import { refusal, type Token } from './token.js'
import type { TokenReader } from './token-reader.js'

/** Statements that say nothing about what a table is. ROLLBACK is none of them: it takes back what stands before it. */
const harmless = ['grant', 'revoke', 'analyze', 'analyse', 'vacuum', 'copy', 'begin', 'start', 'commit', 'end'] as const

/** Undefined when it is none of the harmless ones. */
export function readIgnored(reader: TokenReader): DdlStatement | undefined {
  const at = reader.peek()
  if (reader.takeWords('set')) return readSet(reader, at)
  if (reader.takeWords('reset')) return readReset(reader, at)
  const found = harmless.find((word) => reader.takeWords(word))
  if (found === undefined) return undefined
  if (!reader.isEnd()) skipStatement(reader)
  return { kind: 'ignored', at, statement: found.toUpperCase() }
}

/** After CREATE SCHEMA. */
export function readCreateSchema(reader: TokenReader, at: Token): DdlStatement {
  skipStatement(reader)
  return { kind: 'ignored', at, statement: 'CREATE SCHEMA' }
}

/** After CREATE and the kind of what is made. */
export function readPassedOver(reader: TokenReader, at: Token, kind: string): DdlStatement {
  skipStatement(reader)
  return { kind: 'ignored', at, statement: `CREATE ${kind.toUpperCase()}` }
}

/** After DROP. */
export function readDrop(reader: TokenReader, at: Token): DdlStatement {
  const what = reader.takeWords('materialized') ? 'MATERIALIZED VIEW' : reader.isWords('view') ? 'VIEW' : 'TABLE'
  reader.expectOneOf(what === 'TABLE' ? ['table'] : ['view'])
  reader.expectWords('if', 'exists')
  const relations = [reader.relationName("a relation's name")]
  while (reader.takeSymbol(',')) relations.push(reader.relationName("a relation's name"))
  if (!reader.takeWords('cascade')) reader.takeWords('restrict')
  return { kind: 'drop', at, statement: `DROP ${what} IF EXISTS`, relations }
}

/** Two settings decide what names mean; they are followed, the others are of no account. */
function readSet(reader: TokenReader, at: Token): DdlStatement {
  if (!reader.takeWords('session')) reader.takeWords('local')
  const setting = reader.peek().value
  if (setting === 'search_path') setSearchPath(reader)
  else if (setting === 'enable_case_sensitive_identifier') setCase(reader)
  else skipStatement(reader)
  return { kind: 'ignored', at, statement: 'SET' }
}

function setSearchPath(reader: TokenReader): void {
  expectAssignment(reader)
  const schemas: string[] = []
  do {
    const token = reader.peek()
    schemas.push(token.kind === 'string' ? reader.next().value : reader.name("a schema's name"))
  } while (reader.takeSymbol(','))
  reader.schema = schemas.find((schema) => schema !== '$user') ?? 'public'
}

function setCase(reader: TokenReader): void {
  expectAssignment(reader)
  const token = reader.next()
  const value = token.value.toLowerCase()
  if (['true', 'on', '1'].includes(value)) reader.keepsCase = true
  else if (['false', 'off', '0', 'default'].includes(value)) reader.keepsCase = false
  else throw refusal(token, `expected TRUE or FALSE, found ${token.text}`)
}

function expectAssignment(reader: TokenReader): void {
  reader.next()
  if (!reader.takeSymbol('=')) reader.expectWords('to')
}

function readReset(reader: TokenReader, at: Token): DdlStatement {
  const setting = reader.name('a setting')
  if (setting === 'search_path' || setting === 'all') reader.schema = 'public'
  if (setting === 'enable_case_sensitive_identifier' || setting === 'all') reader.keepsCase = false
  return { kind: 'ignored', at, statement: 'RESET' }
}
