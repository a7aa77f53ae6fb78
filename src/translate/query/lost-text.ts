import { isFields, listOf } from './node.js'

export interface LostText {
  readonly text: string
  readonly offset: number
}

/**
 * A literal of the text that is nowhere in the parser's tree, or stands there less often: a parser that passes over a
 * clause passes over its literals. Undefined when all are there.
 */
export function lostText(nodes: readonly unknown[], tokenized: unknown): LostText | undefined {
  const left = new Map<string, number>()
  for (const leaf of leaves(nodes)) left.set(leaf, (left.get(leaf) ?? 0) + 1)
  for (const token of isFields(tokenized) ? listOf(tokenized['tokens']) : []) {
    if (!isFields(token) || !['STRING', 'NUMBER'].includes(String(token['token_type']))) continue
    const text = String(token['text'])
    const count = left.get(text) ?? 0
    const span = token['span']
    if (count === 0) return { text, offset: isFields(span) ? Number(span['start']) : 0 }
    left.set(text, count - 1)
  }
  return undefined
}

function* leaves(value: unknown): Generator<string> {
  if (typeof value === 'string' || typeof value === 'number') yield String(value)
  else if (Array.isArray(value)) for (const one of value as unknown[]) yield* leaves(one)
  else if (isFields(value)) {
    for (const [name, field] of Object.entries(value)) if (name !== 'span') yield* leaves(field)
  }
}
