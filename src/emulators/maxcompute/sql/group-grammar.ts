import type { Expression, Grouping, Select } from './ast.js'
import type { TokenReader } from './token-reader.js'

type GroupBy = Pick<Select, 'groupBy' | 'groupings'>

/**
 * What follows GROUP BY: keys, GROUPING SETS, ROLLUP and CUBE side by side; or keys with one of them behind, which then
 * names the sets among these keys (GROUPING SETS in the SQL reference).
 */
export function readGroupBy(reader: TokenReader): GroupBy {
  const groupBy: Expression[] = []
  const groupings: Grouping[] = []
  do {
    const grouping = readGrouping(reader)
    if (grouping === undefined) groupBy.push(reader.expression())
    else groupings.push(grouping)
  } while (reader.takeMark(','))
  const behind = readGrouping(reader) ?? readWith(reader, groupBy)
  if (behind !== undefined) return { groupBy: [], groupings: [behind] }
  return groupings.length === 0 ? { groupBy } : { groupBy, groupings }
}

/** `WITH ROLLUP`, `WITH CUBE`: of all the keys. */
function readWith(reader: TokenReader, keys: readonly Expression[]): Grouping | undefined {
  for (const kind of ['ROLLUP', 'CUBE'] as const) {
    if (reader.takeWords('WITH', kind)) return { kind, sets: keys.map((key) => [key]) }
  }
  return undefined
}

function readGrouping(reader: TokenReader): Grouping | undefined {
  if (reader.takeWords('GROUPING', 'SETS')) return { kind: 'GROUPING SETS', sets: readSets(reader) }
  for (const kind of ['ROLLUP', 'CUBE'] as const) {
    const called = reader.peek(1).kind === 'mark' && reader.peek(1).text === '('
    if (called && reader.takeWords(kind)) return { kind, sets: readSets(reader) }
  }
  return undefined
}

function readSets(reader: TokenReader): readonly (readonly Expression[])[] {
  return reader.inParentheses(() =>
    reader.list(() => {
      if (!reader.isMark('(')) return [reader.expression()]
      return reader.inParentheses(() => (reader.isMark(')') ? [] : reader.list(() => reader.expression())))
    }),
  )
}
