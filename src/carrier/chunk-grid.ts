/** Chunks of one upload, by the stores' rules (transfer.md 3.5). */
export const chunkCountMax = 10_000
/** The fewest bytes that OSS takes as a chunk which is not the last (transfer.md 3.5). */
export const chunkByteCountMin = 100 * 1024

/** That many fit one page of ListParts, and losing one of them costs a thousandth of the object. */
const chunkCountGood = 1000
const mebibyte = 1024 * 1024

/**
 * Bytes of the chunks of an object but its last: `wanted`, up to twice as many where the object would have more than a
 * thousand, and beyond that only what 10,000 chunks make necessary. In whole mebibytes where it is more than wanted.
 */
export function chunkSize(byteCount: number, wanted: number): number {
  if (byteCount <= wanted * chunkCountGood) return wanted
  const good = Math.min(roundUp(byteCount / chunkCountGood), 2 * wanted)
  return Math.max(wanted, good, leastChunkSize(byteCount))
}

/** Bytes that chunks of an object must have, so that 10,000 are enough. */
export function leastChunkSize(byteCount: number): number {
  return roundUp(byteCount / chunkCountMax)
}

function roundUp(byteCount: number): number {
  return Math.ceil(byteCount / mebibyte) * mebibyte
}
