import { toleranceOf } from '../checks/tolerance.js'
import { unhashedReason } from '../dialect/row-hash.js'
import { laneCount } from '../model/fingerprint.js'
import type { ColumnPlan, RelationPlan } from '../model/plan.js'

/** What a verified relation may still hide, by column; said of the depth, whatever was found. */
export interface ColumnRisk {
  /** The target's column. */
  readonly column: string
  /** `hash`: every value, by its rows' hashes; everything else sees less, as `text` says. */
  readonly cover: 'hash' | 'tolerance' | 'length' | 'nulls' | 'aggregates' | 'accepted'
  readonly text: string
}

/** Bits of the sums that two different sets of rows would have to share by accident: seven hexadecimal digits a lane. */
const laneBitCount = 28
const hashText = `2^-${laneCount * laneBitCount} against accidental change`

export function risksOf(plan: RelationPlan): readonly ColumnRisk[] {
  return plan.columns.map((column) => ({ column: column.target, ...riskOf(column, plan) }))
}

/** One line for people: `2^-112 against accidental change: a, b; not covered: s (SUPER, NULLs and length only)`. */
export function riskText(risks: readonly ColumnRisk[]): string {
  const hashed = risks.filter((risk) => risk.cover === 'hash').map(({ column }) => column)
  const texts = new Map<string, string[]>()
  for (const { cover, column, text } of risks) {
    if (cover !== 'hash') texts.set(text, [...(texts.get(text) ?? []), column])
  }
  const others = [...texts].map(([text, columns]) => `${columns.join(', ')} (${text})`)
  return [
    ...(hashed.length === 0 ? [] : [`${hashText}: ${hashed.join(', ')}`]),
    ...(others.length === 0 ? [] : [`not covered: ${others.join('; ')}`]),
  ].join('; ')
}

function riskOf(column: ColumnPlan, plan: RelationPlan): Omit<ColumnRisk, 'column'> {
  const accepted = plan.accepted?.find((one) => one.column === column.target)
  if (accepted !== undefined) return { cover: 'accepted', text: `accepted: ${accepted.reason}` }
  if (plan.depth === 'count') return { cover: 'nulls', text: 'rows and NULLs are counted, no value is compared' }
  if (column.unhashed !== undefined) return { cover: 'nulls', text: `not compared: ${column.unhashed}` }
  if (column.kind === 'float') return floatRisk(column, plan)
  if (plan.depth === 'aggregates') return { cover: 'aggregates', text: aggregatesText(column) }
  switch (unhashedReason(column)) {
    case 'super':
      return { cover: 'length', text: 'SUPER, NULLs and length only' }
    case 'json':
      return { cover: 'nulls', text: 'JSON, NULLs only' }
    default:
      return { cover: 'hash', text: hashText }
  }
}

function floatRisk(column: ColumnPlan, { depth }: RelationPlan): Omit<ColumnRisk, 'column'> {
  const where = depth === 'content' ? 'in each part of the rows' : 'over all rows'
  const reason = column.toleranceReason === undefined ? '' : `, ${column.toleranceReason}`
  const text = `float: sums and extremes ${where} within ${toleranceOf(column)}${reason}; changes below are not seen`
  return { cover: 'tolerance', text }
}

function aggregatesText({ kind }: ColumnPlan): string {
  switch (kind) {
    case 'integer':
    case 'decimal':
      return 'values exchanged between rows, and changes that keep sum and extremes'
    case 'boolean':
      return 'values exchanged between rows'
    case 'text':
      return 'values exchanged between rows, and changes that keep the total length'
    default:
      return 'values exchanged between rows, and changes between the extremes'
  }
}
