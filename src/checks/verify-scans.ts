import type { RelationPlan } from '../model/plan.js'
import { asksContent } from './standard-checks.js'

/**
 * How often verification reads a relation, a side, by bytes: counts and aggregates are one scan, also where they take
 * several statements, since each reads its own columns; the fingerprint is another.
 */
export function verifyScanCount(plan: Pick<RelationPlan, 'depth'>): number {
  return asksContent(plan) ? 2 : 1
}
