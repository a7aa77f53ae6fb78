import { refuse } from './bench.js'
import { nodeOf, strayField, type Fields, type QueryNode } from './node.js'

/** The node, or a refusal of what is none. */
export function nodeAt(value: unknown, at: unknown): QueryNode {
  return nodeOf(value) ?? refuse('construct', 'is not on the list', at)
}

/** Refuses a node that says more than is on the list. */
export function onlyFields(kind: string, fields: Fields, known: readonly string[], at: unknown): void {
  const stray = strayField(fields, known)
  if (stray !== undefined) refuse(`${wordsOf(kind)} with ${stray.replaceAll('_', ' ')}`, 'is not on the list', at)
}

/** `bitwise_and_agg` as a reader would say it. */
export function wordsOf(kind: string): string {
  return kind.toUpperCase().replaceAll('_', ' ')
}
