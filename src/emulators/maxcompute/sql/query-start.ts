import type { Order } from './ast.js'
import type { TokenReader } from './token-reader.js'

/** Whether a query stands here, perhaps in parentheses. */
export function startsQuery(reader: TokenReader): boolean {
  let ahead = 0
  while (reader.peek(ahead).kind === 'mark' && reader.peek(ahead).text === '(') ahead += 1
  const { kind, text } = reader.peek(ahead)
  return kind === 'word' && ['SELECT', 'WITH'].includes(text.toUpperCase())
}

/** The keys after ORDER BY. */
export function readOrders(reader: TokenReader): Order[] {
  return reader.list((): Order => {
    const expression = reader.expression()
    const descending = reader.takeWords('DESC')
    if (!descending) reader.takeWords('ASC')
    if (!reader.takeWords('NULLS')) return { expression, descending }
    if (reader.takeWords('FIRST')) return { expression, descending, nulls: 'first' }
    reader.expectWords('LAST')
    return { expression, descending, nulls: 'last' }
  })
}
