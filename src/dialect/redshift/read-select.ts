import { scanSql, type SqlToken } from './scan-sql.js'
import type { Violation } from './violation.js'

export interface SelectItem {
  /** Undefined where the item has no `AS name`. */
  readonly alias?: string
  /** The type's words in lower case, when the whole item is a cast. */
  readonly castType?: string
}

export interface SelectShape {
  readonly items: readonly SelectItem[]
  /** Offsets are those within the select. */
  readonly violations: readonly Violation[]
}

interface Leveled extends SqlToken {
  /** How many parentheses and brackets are open round it. */
  readonly level: number
}

/** A select as UNLOAD's argument: one SELECT, each item named; its violations, and its items where it can be read. */
export function readSelect(text: string): SelectShape {
  const { tokens, problem } = scanSql(text)
  if (problem !== undefined) return { items: [], violations: [{ ...problem, rule: 'inner-sql' }] }
  const leveled = withLevels(tokens)
  if ('rule' in leveled) return { items: [], violations: [{ ...leveled, rule: 'inner-sql' }] }
  const outer = leveled.filter((token) => token.level === 0)
  const list = itemsOf(leveled)
  return {
    items: list.map(itemOf),
    violations: [...statementViolations(leveled, outer), ...list.flatMap(itemViolations), ...aliasViolations(list)],
  }
}

/** A parenthesis counts to the inside that it opens or closes. */
export function withLevels(tokens: readonly SqlToken[]): readonly Leveled[] | Violation {
  const open: string[] = []
  const leveled: Leveled[] = []
  for (const token of tokens) {
    const closing = token.kind === 'sign' ? { '(': ')', '[': ']' }[token.text] : undefined
    if (closing !== undefined) open.push(closing)
    leveled.push({ ...token, level: open.length })
    if (token.kind !== 'sign' || (token.text !== ')' && token.text !== ']')) continue
    if (open.pop() !== token.text) return unbalanced(token.at, token.text)
  }
  return open.length === 0 ? leveled : unbalanced(tokens.at(-1)?.end ?? 0, open.at(-1) ?? '')
}

function unbalanced(offset: number, sign: string): Violation {
  return { rule: 'unbalanced', offset, message: `${sign} does not match` }
}

export function isWord(token: SqlToken | undefined, ...words: readonly string[]): boolean {
  return token?.kind === 'word' && words.includes(token.text.toLowerCase())
}

/** `IS [NOT] DISTINCT FROM` compares, and begins nothing. */
function isFrom(token: SqlToken, n: number, outer: readonly SqlToken[]): boolean {
  return isWord(token, 'from') && !(isWord(outer[n - 1], 'distinct') && isWord(outer[n - 2], 'is', 'not'))
}

function statementViolations(all: readonly Leveled[], outer: readonly Leveled[]): readonly Violation[] {
  const found = (rule: string, message: string, token: SqlToken | undefined): readonly Violation[] =>
    token === undefined ? [] : [{ rule, offset: token.at, message }]
  const first = all.find((token) => token.kind !== 'comment')
  const selects = outer.filter((token) => isWord(token, 'select'))
  const single = 'the argument is one SELECT'
  const isSelect = isWord(first, 'select', 'with') && selects.length > 0
  return [
    ...(isSelect ? [] : [{ rule: 'single-select', offset: first?.at ?? 0, message: single }]),
    ...found('single-select', `${single}, not several`, selects[1] ?? outer.filter(isFrom)[1]),
    ...found(
      'single-select',
      `${single}, without INTO`,
      outer.find((token) => isWord(token, 'into')),
    ),
    ...found(
      'single-select',
      `${single}, without a semicolon`,
      all.find((token) => token.text === ';' && token.kind === 'sign'),
    ),
    ...found(
      'inner-comment',
      'a comment may hide what follows',
      all.find((token) => token.kind === 'comment'),
    ),
    ...found(
      'outer-limit',
      'LIMIT is not supported in the outer select',
      outer.find((token) => isWord(token, 'limit')),
    ),
  ]
}

type Item = readonly Leveled[]

/** The tokens of each item of the outer select's list. */
function itemsOf(all: readonly Leveled[]): readonly Item[] {
  const from = all.findIndex((token) => token.level === 0 && isWord(token, 'select'))
  if (from < 0) return []
  const items: Leveled[][] = [[]]
  const outer: Leveled[] = []
  for (const token of withoutQuantifier(all.slice(from + 1))) {
    if (token.level === 0) outer.push(token)
    const ends =
      token.level === 0 && (isFrom(token, outer.length - 1, outer) || isWord(token, 'where', 'limit', 'order'))
    if (ends) break
    if (token.level === 0 && token.kind === 'sign' && token.text === ',') items.push([])
    else items.at(-1)?.push(token)
  }
  return items
}

function withoutQuantifier(tokens: readonly Leveled[]): readonly Leveled[] {
  if (isWord(tokens[0], 'all', 'distinct')) return withoutQuantifier(tokens.slice(1))
  return isWord(tokens[0], 'top') ? tokens.slice(2) : tokens
}

function itemOf(item: Item): SelectItem {
  const alias = aliasOf(item)
  const castType = alias === undefined ? undefined : castTypeOf(item.slice(0, -2))
  return {
    ...(alias === undefined ? {} : { alias: alias.text }),
    ...(castType === undefined ? {} : { castType }),
  }
}

function aliasOf(item: Item): SqlToken | undefined {
  const last = item.at(-1)
  const isName = last?.level === 0 && (last.kind === 'word' || last.kind === 'identifier')
  return isName && item.length > 2 && isWord(item.at(-2), 'as') ? last : undefined
}

function castTypeOf(expression: Item): string | undefined {
  const isCast = isWord(expression[0], 'cast') && expression.findIndex(closesCall) === expression.length - 1
  const colons = expression.findLastIndex((token, n) => token.text === ':' && expression[n - 1]?.text === ':')
  const as = isCast ? expression.findLastIndex((token) => token.level === 1 && isWord(token, 'as')) : colons
  if (as < 0) return undefined
  const words = expression.slice(as + 1).filter((token) => token.kind === 'word')
  return words.map((token) => token.text.toLowerCase()).join(' ')
}

function closesCall(token: Leveled): boolean {
  return token.level === 1 && token.kind === 'sign' && token.text === ')'
}

function itemViolations(item: Item): readonly Violation[] {
  const offset = item[0]?.at ?? 0
  const last = item.at(-1)
  const isStar = last?.kind === 'sign' && last.text === '*'
  if (isStar) return [{ rule: 'explicit-select-list', offset, message: 'every column is named, * is not used' }]
  const alias = aliasOf(item)
  if (alias === undefined) return [{ rule: 'explicit-alias', offset, message: 'an item of the select has no AS' }]
  if (alias.text === '') return [{ rule: 'empty-alias', offset, message: 'an alias is empty' }]
  if (!/["\\\p{Cc}]/u.test(alias.text)) return []
  return [{ rule: 'manifest-alias', offset, message: `the manifest does not escape ${JSON.stringify(alias.text)}` }]
}

/** Redshift folds even quoted names to lower case, unless a session asks otherwise. */
function aliasViolations(list: readonly Item[]): readonly Violation[] {
  const seen = new Set<string>()
  return list.flatMap((item) => {
    const alias = aliasOf(item)
    if (alias === undefined) return []
    const folded = alias.text.toLowerCase()
    const message = `${JSON.stringify(alias.text)} names two columns`
    if (seen.has(folded)) return [{ rule: 'unique-alias', offset: alias.at, message }]
    seen.add(folded)
    return []
  })
}
