import type { RelationName } from '../../model/names.js'
import type { QueryBook } from './book.js'
import { startOf } from './node.js'
import type { OutputColumn, Scope } from './scope.js'
import type { Value } from './value.js'

/** What was written otherwise than the source has it. */
export interface Change {
  /** Short and stable: `DATEADD`, `NULL order`. */
  readonly rule: string
  readonly what: string
  /** When the answer can be another one; absent where it cannot. */
  readonly differs?: string
}

export interface TranslatedQuery {
  readonly sql: string
  readonly columns: readonly OutputColumn[]
  /** Set operations and queries with an order or a limit need parentheses where they are part of another. */
  readonly simple: boolean
}

/** Thrown where a construct is outside the list; the translation's door makes a finding of it. */
export class Refused extends Error {
  readonly construct: string
  readonly reason: string
  readonly offset: number | undefined

  constructor(construct: string, reason: string, offset: number | undefined) {
    super(`${construct}: ${reason}`)
    this.construct = construct
    this.reason = reason
    this.offset = offset
  }
}

/** What one translation has at hand, and what it finds out on its way. */
export interface Bench {
  readonly book: QueryBook
  /** A view has no order of its own. */
  readonly ordered: boolean
  readonly changes: Map<string, Change>
  readonly settings: Map<string, string>
  readonly relations: Map<string, RelationName>
  /** Why both sides need not give the same answer. */
  readonly doubts: Set<string>
  /** What stands at the end of the outermost query. */
  readonly tail: { orderedBy?: readonly number[]; limit?: number }
  expression(node: unknown, scope: Scope): Value
  /** `names` are those that the place around it gives the columns. */
  query(node: unknown, scope: Scope | undefined, names?: readonly string[]): TranslatedQuery
}

export function refuse(construct: string, reason: string, at?: unknown): never {
  throw new Refused(construct, reason, startOf(at))
}

export function tell(bench: Bench, rule: string, what: string, differs?: string): void {
  bench.changes.set(`${rule}\n${what}`, { rule, what, ...(differs === undefined ? {} : { differs }) })
}

export function set(bench: Bench, name: string, value: string): void {
  bench.settings.set(name, value)
}
