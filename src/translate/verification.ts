import { relationText, type RelationName } from '../model/names.js'
import type { Acceptance, ColumnPlan, RelationPlan, VerifyDepth } from '../model/plan.js'
import { globMatches } from '../model/selection.js'

/** What the config says of single relations and columns; of several that match the last decides. */
export interface VerificationPolicy {
  /** Patterns over `schema.relation`, or over the relation's name alone where they have no dot. */
  readonly depths: readonly { readonly match: string; readonly depth: VerifyDepth }[]
  /** Patterns over `schema.relation.column`. */
  readonly tolerances: readonly { readonly match: string; readonly relative: number; readonly reason: string }[]
  readonly accepted: readonly {
    readonly match: string
    readonly checks?: readonly string[]
    readonly reason: string
  }[]
}

/** The plan at its depth, with what may differ in its columns. */
export function withVerification(plan: RelationPlan, policy: VerificationPolicy | undefined): RelationPlan {
  if (policy === undefined) return plan
  const depth = policy.depths.findLast(({ match }) => coversRelation(match, plan.source))?.depth ?? plan.depth
  const columns = plan.columns.map((column) => withTolerance(withAcceptance(column, plan, policy), plan, policy))
  const accepted = columns.flatMap((column) => acceptanceOf(column, plan, policy) ?? [])
  return { ...plan, depth, columns, ...(accepted.length === 0 ? {} : { accepted }) }
}

function coversRelation(match: string, name: RelationName): boolean {
  return globMatches(match, match.includes('.') ? relationText(name) : name.name)
}

function pathOf(column: ColumnPlan, { source }: RelationPlan): string {
  return `${relationText(source)}.${column.source}`
}

function withTolerance(column: ColumnPlan, plan: RelationPlan, { tolerances }: VerificationPolicy): ColumnPlan {
  if (column.kind !== 'float') return column
  const found = tolerances.findLast(({ match }) => globMatches(match, pathOf(column, plan)))
  return found === undefined ? column : { ...column, tolerance: found.relative, toleranceReason: found.reason }
}

/** A column whose values may differ would make every row differ: it is left out of the rows' hashes. */
function withAcceptance(column: ColumnPlan, plan: RelationPlan, policy: VerificationPolicy): ColumnPlan {
  const found = acceptanceOf(column, plan, policy)
  const coversRows = found !== undefined && (found.checks === undefined || found.checks.includes('content'))
  return coversRows ? { ...column, unhashed: found.reason } : column
}

function acceptanceOf(column: ColumnPlan, plan: RelationPlan, policy: VerificationPolicy): Acceptance | undefined {
  const found = policy.accepted.findLast(({ match }) => globMatches(match, pathOf(column, plan)))
  if (found === undefined) return undefined
  const { checks, reason } = found
  return { column: column.target, reason, ...(checks === undefined ? {} : { checks }) }
}
