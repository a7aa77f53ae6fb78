/** Below this the four suppliers of a part cannot differ. */
export const scaleMin = 0.001
/** Keys stay safe integers and int4 columns hold them. */
export const scaleMax = 1_000

export type TpchTable = 'region' | 'nation' | 'supplier' | 'customer' | 'part' | 'partsupp' | 'orders' | 'lineitem'

/** In the order in which foreign keys allow loading. */
export const tpchTables: readonly TpchTable[] = [
  'region',
  'nation',
  'supplier',
  'customer',
  'part',
  'partsupp',
  'orders',
  'lineitem',
]

export interface Cardinalities {
  readonly suppliers: number
  readonly parts: number
  readonly customers: number
  readonly orders: number
  readonly clerks: number
  /** Suppliers whose comment speaks of complaints, and as many again of recommendations. */
  readonly remarks: number
}

/**
 * Rows at a scale factor (specification 4.2.5). Fractions are scaled down and rounded; one supplier with a complaint
 * and one with a recommendation always exist, so that query 16 has something to leave out.
 */
export function cardinalities(scale: number): Cardinalities {
  if (!(scale >= scaleMin && scale <= scaleMax)) {
    throw new RangeError(`tpch: scale must be from ${scaleMin} to ${scaleMax}, not ${scale}`)
  }
  const times = (count: number): number => Math.max(1, Math.round(count * scale))
  return {
    suppliers: times(10_000),
    parts: times(200_000),
    customers: times(150_000),
    orders: times(1_500_000),
    clerks: times(1_000),
    remarks: times(5),
  }
}
