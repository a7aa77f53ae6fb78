/** Bytes of a piece of memory that bodies are passed on in. */
export const pieceByteCount = 256 * 1024
/** Pieces that are kept for use again: 16 MiB. */
const freeCountMax = 64

const ours = new WeakSet<ArrayBufferLike>()
const free: Buffer[] = []

/** Memory for the next bytes of a body, whole pieces of it used before where somebody gave one back. */
export function takePiece(byteCount: number): Buffer {
  if (byteCount < pieceByteCount) return Buffer.allocUnsafe(byteCount)
  const known = free.pop()
  if (known !== undefined) return known
  const piece = Buffer.allocUnsafeSlow(pieceByteCount)
  ours.add(piece.buffer)
  return piece
}

/** For whoever is the last to look at a body's bytes; what is no whole piece of ours is left to the garbage collector. */
export function givePieceBack(bytes: Buffer): void {
  if (bytes.length === pieceByteCount) giveBeginningBack(bytes)
}

/** The same for bytes that are the beginning of a piece, and all that is used of it. */
export function giveBeginningBack({ buffer }: Buffer): void {
  if (ours.has(buffer) && free.length < freeCountMax) free.push(Buffer.from(buffer))
}
