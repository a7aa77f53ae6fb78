/** Longest comment of a table or column (maxcompute.md 5.3). */
export const commentByteCountMax = 1024

/** The longest beginning of `text` that has at most `byteCountMax` bytes in UTF-8 and ends with a whole character. */
export function cutToBytes(text: string, byteCountMax: number): string {
  const bytes = Buffer.from(text, 'utf8')
  if (bytes.length <= byteCountMax) return text
  let end = byteCountMax
  while (end > 0 && isContinuation(bytes[end])) end -= 1
  return bytes.subarray(0, end).toString('utf8')
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80
}
