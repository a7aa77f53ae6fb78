/** 2^15 registers, as Redshift's sketches have. */
const logm = 15
const registerCount = 2 ** logm

/** A sketch in Redshift's JSON form, of the hashes of its values; indices and values in order. */
export function sketchText(hashes: readonly bigint[]): string {
  const registers = new Map<number, number>()
  for (const hash of hashes) {
    const index = Number(hash & BigInt(registerCount - 1))
    const rest = (hash & 0xffffffffffffffffn) >> BigInt(logm)
    const rank = 64 - logm - (rest === 0n ? 0 : rest.toString(2).length) + 1
    registers.set(index, Math.max(registers.get(index) ?? 0, rank))
  }
  const indices = [...registers.keys()].sort((a, b) => a - b)
  return JSON.stringify({ logm, sparse: { indices, values: indices.map((index) => registers.get(index)) } })
}

/** The estimate of a sparse sketch by linear counting; undefined for what is no sketch. */
export function sketchCardinality(text: string): bigint | undefined {
  const indices = readIndices(text)
  if (indices === undefined) return undefined
  const empty = registerCount - indices.length
  return BigInt(Math.round(registerCount * Math.log(registerCount / Math.max(empty, 1))))
}

function readIndices(text: string): readonly unknown[] | undefined {
  try {
    const { sparse } = JSON.parse(text) as { readonly sparse?: { readonly indices?: unknown } }
    return Array.isArray(sparse?.indices) ? sparse.indices : undefined
  } catch {
    return undefined
  }
}
