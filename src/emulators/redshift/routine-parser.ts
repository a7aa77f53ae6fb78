import { RedshiftFault, unsupported } from './fault.js'
import type { Routine, RoutineArgument, RoutineStatement } from './routine-statements.js'
import type { Statement } from './statements.js'
import type { TokenCursor } from './token-cursor.js'
import { parseType } from './type-parser.js'
import { rsType, type RsType, varchar } from './types.js'

type Draft = { -readonly [K in keyof Routine]?: Routine[K] }

/** After `CREATE [OR REPLACE] [EXTERNAL] FUNCTION | PROCEDURE`. */
export function parseCreateRoutine(
  cursor: TokenCursor,
  what: Routine['what'],
  replace: boolean,
  external: boolean,
): Statement {
  const names = cursor.qualifiedName()
  const args = parseArguments(cursor)
  const draft: Draft = { volatility: 'v' }
  if (external) draft.language = 'exfunc'
  if (what === 'function') {
    cursor.expectWord('returns')
    draft.returns = parseRoutineType(cursor)
  }
  while (!cursor.isEnd() && parseOption(cursor, draft, external));
  const { language, body, volatility = 'v', returns } = draft
  if (language === undefined || body === undefined) throw cursor.syntaxError()
  const known = what === 'procedure' ? ['plpgsql'] : ['sql', 'plpythonu', 'exfunc']
  if (!known.includes(language)) throw new RedshiftFault('42704', `language "${language}" does not exist`)
  const routine = { what, names, replace, args, language, body, volatility }
  return { kind: 'create-routine', routine: returns === undefined ? routine : { ...routine, returns } }
}

function parseOption(cursor: TokenCursor, draft: Draft, external: boolean): boolean {
  if (cursor.acceptWord('language')) draft.language = cursor.label()
  else if (cursor.acceptWord('volatile')) draft.volatility = 'v'
  else if (cursor.acceptWord('stable')) draft.volatility = 's'
  else if (cursor.acceptWord('immutable')) draft.volatility = 'i'
  else if (cursor.acceptWord('nonatomic')) return true
  else if (cursor.acceptWord('security')) cursor.label()
  else if (cursor.isWord('set')) throw unsupported('SET in a procedure')
  else if (cursor.acceptWord('as')) draft.body = cursor.string()
  else if (external && cursor.acceptWord('lambda')) draft.body = cursor.string()
  else if (external && cursor.acceptWord('sagemaker')) throw unsupported('SAGEMAKER')
  else if (external && cursor.acceptWord('iam_role')) cursor.next()
  else if (external && (cursor.acceptWord('retry_timeout') || cursor.acceptWord('max_batch_rows'))) cursor.integer()
  else if (external && cursor.acceptWord('max_batch_size')) {
    cursor.integer()
    if (cursor.isOneOf(['kb', 'mb'])) cursor.next()
  } else return false
  return true
}

const modes: Readonly<Record<string, RoutineArgument['mode']>> = { in: 'i', out: 'o', inout: 'b' }

/** `(name type, IN name type, type, …)` */
function parseArguments(cursor: TokenCursor): RoutineArgument[] {
  return emptyOrList(cursor, () => parseArgument(cursor))
}

function parseArgument(cursor: TokenCursor): RoutineArgument {
  let mode = takeMode(cursor)
  const name = isNameBeforeType(cursor) ? cursor.label() : undefined
  mode ??= takeMode(cursor)
  const type = parseRoutineType(cursor)
  return { mode: mode ?? 'i', type, ...(name === undefined ? {} : { name }) }
}

function takeMode(cursor: TokenCursor): RoutineArgument['mode'] | undefined {
  return cursor.isOneOf(['in', 'out', 'inout']) ? modes[cursor.next().text] : undefined
}

const twoWordTypes = ['double', 'character', 'binary', 'timestamp', 'time', 'interval']

/** A word before another word is a name, unless both are one type: `double precision`. */
function isNameBeforeType(cursor: TokenCursor): boolean {
  const [first, second] = [cursor.peek(), cursor.peek(1)]
  if (first.kind === 'quoted') return true
  if (second.kind !== 'word') return false
  return !(
    twoWordTypes.includes(first.text) &&
    ['precision', 'varying', 'with', 'without', 'year', 'day'].includes(second.text)
  )
}

/** Lengths are read and dropped, as the catalog does; `anyelement`, `refcursor` and `record` have no columns. */
function parseRoutineType(cursor: TokenCursor): RsType {
  for (const word of ['anyelement', 'refcursor', 'record']) {
    if (cursor.isWord(word)) throw unsupported(`type ${word}`)
  }
  const type = parseType(cursor)
  return type.name === 'char' ? rsType('char') : type.name === 'varchar' ? varchar() : rsType(type.name)
}

/** `(type, …)`, names and modes allowed. */
export function parseArgumentTypes(cursor: TokenCursor): RsType[] {
  return parseArguments(cursor)
    .filter((argument) => argument.mode !== 'o')
    .map((argument) => argument.type)
}

function emptyOrList<T>(cursor: TokenCursor, item: () => T): T[] {
  if (!cursor.isOperator('(') || !cursor.isOperator(')', 1)) return cursor.list(item)
  cursor.next()
  cursor.next()
  return []
}

/** After `DROP FUNCTION | PROCEDURE`. */
export function parseDropRoutine(cursor: TokenCursor, what: Routine['what']): RoutineStatement {
  const ifExists = cursor.acceptWord('if', 'exists')
  const names = cursor.qualifiedName()
  const types = cursor.isOperator('(') ? { types: parseArgumentTypes(cursor) } : {}
  if (!cursor.acceptWord('cascade')) cursor.acceptWord('restrict')
  return { kind: 'drop-routine', what, names, ifExists, ...types }
}
