import type * as Parsers from '@polyglot-sql/sdk'
import type { RelationName } from '../model/names.js'
import { typeSettings } from '../dialect/maxcompute/settings.js'
import { Refused, type Bench, type Change } from './query/bench.js'
import type { BookColumn, QueryBook } from './query/book.js'
import { expression } from './query/expression.js'
import { onlyFields } from './query/expression-parts.js'
import { lostText } from './query/lost-text.js'
import { isFields, listOf, nameOf, nodeOf, textAt } from './query/node.js'
import type { OutputColumn } from './query/scope.js'
import { query } from './query/set-operation.js'
import type { Exactness, Family } from './query/value.js'

export type { Change } from './query/bench.js'
export { bookRelation, type BookRelation, type QueryBook } from './query/book.js'

export interface TranslatedColumn {
  /** On the target. */
  readonly name: string
  readonly exactness: Exactness
  readonly family: Family
  /** CHAR: the source pads its values, the target holds them without blanks. */
  readonly padded?: true
}

/** MaxCompute's text of one query of Redshift, and what was changed in it. */
export interface TranslatedText {
  readonly fate: 'translated'
  /** Without a semicolon. */
  readonly sql: string
  /** What the statement must be submitted with. */
  readonly settings: Readonly<Record<string, string>>
  readonly changes: readonly Change[]
  readonly columns: readonly TranslatedColumn[]
  /** What another query may know of them, where this one is a view. */
  readonly output: readonly BookColumn[]
  /** The columns that the rows come in order of, by their places; absent where they come as they please. */
  readonly orderedBy?: readonly number[]
  /** Most rows that LIMIT or TOP leaves. */
  readonly limit?: number
  /** Relations of the source that it reads. */
  readonly relations: readonly RelationName[]
  /** Why both sides need not give the same answer though every word is right. */
  readonly doubts: readonly string[]
}

/** A construct outside the list; nothing was guessed. */
export interface RefusedText {
  readonly fate: 'refused'
  readonly construct: string
  readonly reason: string
  /** From 1; columns in characters. */
  readonly line: number
  readonly column: number
}

export type QueryTranslation = TranslatedText | RefusedText

/** Longest text that is taken: what MaxCompute takes as a statement (maxcompute.md 5.3). */
const textLengthMax = 2_000_000

type Parser = Pick<typeof Parsers, 'parse' | 'tokenize'>

/** The parser is 23 MB of WebAssembly: loaded when the first query comes. */
async function parser(): Promise<Parser> {
  return import('@polyglot-sql/sdk')
}

/**
 * The queries of a text, each translated or refused by the name of what is not on the list. `forView`: a view keeps no
 * order and no settings. A text that cannot be parsed is one refusal.
 */
export async function translateQueries(
  text: string,
  book: QueryBook,
  purpose: { readonly forView: boolean } = { forView: false },
): Promise<readonly QueryTranslation[]> {
  if (text.length > textLengthMax) return [refusedAt(text, 0, 'text', `is longer than ${textLengthMax} characters`)]
  const { parse, tokenize } = await parser()
  const parsed = attempted(() => parse(text, 'redshift'))
  if (!isFields(parsed) || parsed['success'] !== true) return [unparsed(parsed)]
  const nodes = listOf(parsed['ast'])
  if (nodes.length === 0) return [refusedAt(text, 0, 'text', 'holds no query')]
  const lost = lostText(
    nodes,
    attempted(() => tokenize(text, 'redshift')),
  )
  if (lost !== undefined) return [refusedAt(text, lost.offset, lost.text, 'is left out by the parser')]
  return nodes.map((node) => translateNode(node, text, book, purpose.forView))
}

/** The parser is WebAssembly, and ends by an exception of its own where it gives up. */
function attempted(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return { success: false, error: `the parser gave up (${String(error)})` }
  }
}

function unparsed(parsed: unknown): RefusedText {
  const fields = isFields(parsed) ? parsed : {}
  const message = (textAt(fields, 'error') ?? 'is not understood').replace(/^Parse error at line \d+, column \d+: /, '')
  const [line, end, from, to] = ['errorLine', 'errorColumn', 'errorStart', 'errorEnd'].map((name) =>
    Number(fields[name] ?? 1),
  )
  // The parser tells the column behind the token.
  const column = Math.max(1, (end ?? 1) - Math.max(0, (to ?? 0) - (from ?? 0)))
  return { fate: 'refused', construct: 'text', reason: `cannot be parsed: ${message}`, line: line ?? 1, column }
}

function translateNode(node: unknown, text: string, book: QueryBook, forView: boolean): QueryTranslation {
  const bench: Bench = {
    book,
    ordered: !forView,
    changes: new Map(),
    settings: new Map(Object.entries(typeSettings([]))),
    relations: new Map(),
    doubts: new Set(),
    tail: {},
    expression: (one, scope) => expression(one, scope, bench),
    query: (one, scope, names) => query(one, scope, bench, names),
  }
  try {
    const { body, names } = forView ? viewBody(node) : { body: node, names: undefined }
    const { sql, columns } = bench.query(body, undefined, names)
    return {
      fate: 'translated',
      sql,
      settings: Object.fromEntries(bench.settings),
      changes: [...bench.changes.values()],
      columns: columns.map(translatedColumn),
      output: columns.map(outputOf),
      ...bench.tail,
      relations: [...bench.relations.values()],
      doubts: [...bench.doubts],
    }
  } catch (error) {
    if (error instanceof RangeError) return refusedAt(text, 0, 'nesting', 'is too deep')
    if (!(error instanceof Refused)) throw error
    return refusedAt(text, placeOf(error, text), error.construct, error.reason)
  }
}

/** The query of CREATE VIEW, or the query alone as the catalog prints it. */
function viewBody(node: unknown): { readonly body: unknown; readonly names: readonly string[] | undefined } {
  const found = nodeOf(node)
  if (found?.kind !== 'create_view') return { body: node, names: undefined }
  const known = ['name', 'columns', 'query', 'or_replace', 'no_schema_binding']
  onlyFields('create view', found.fields, known, node)
  const names = listOf(found.fields['columns']).map(
    (column) => (isFields(column) ? nameOf(column['name']) : undefined) ?? '',
  )
  return { body: found.fields['query'], names: names.length === 0 ? undefined : names }
}

function outputOf(column: OutputColumn): BookColumn {
  const { name: source, type, nullable, exactness } = column
  return { source, target: translatedColumn(column).name, type, nullable, exactness }
}

function translatedColumn({ sql, exactness, type }: OutputColumn): TranslatedColumn {
  const name = sql.slice(1, -1).replaceAll('``', '`')
  return { name, exactness, family: type.family, ...(type.padded === true ? { padded: true } : {}) }
}

/** A named construct stands before what it holds: the last place where its word is written, up to there. */
function placeOf(error: Refused, text: string): number {
  const characters = [...text]
  const word =
    /^(?:function|aggregate|column|relation|window function) ([\w.]+)/i.exec(error.construct)?.[1] ??
    /^[A-Z_]+/.exec(error.construct)?.[0]
  const until = error.offset ?? characters.length
  if (word === undefined) return error.offset ?? 0
  const before = characters.slice(0, until + [...word].length).join('')
  const found = before.toUpperCase().lastIndexOf(word.toUpperCase())
  return found < 0 ? (error.offset ?? 0) : [...before.slice(0, found)].length
}

function refusedAt(text: string, offset: number, construct: string, reason: string): RefusedText {
  const before = [...text].slice(0, offset).join('').split('\n')
  return { fate: 'refused', construct, reason, line: before.length, column: [...(before.at(-1) ?? '')].length + 1 }
}
