import type { OrderItem } from './syntax-tree.js'
import type { TokenCursor } from './token-cursor.js'

/** With its words, or nothing at all. */
export function parseOrderBy(cursor: TokenCursor): OrderItem[] {
  if (!cursor.acceptWord('order', 'by')) return []
  const items = [parseOrderItem(cursor)]
  while (cursor.acceptOperator(',')) items.push(parseOrderItem(cursor))
  return items
}

function parseOrderItem(cursor: TokenCursor): OrderItem {
  const expression = cursor.expression()
  const descending = cursor.acceptWord('desc')
  if (!descending) cursor.acceptWord('asc')
  if (cursor.acceptWord('nulls', 'first')) return { expression, descending, nulls: 'FIRST' }
  if (cursor.acceptWord('nulls', 'last')) return { expression, descending, nulls: 'LAST' }
  return { expression, descending }
}
