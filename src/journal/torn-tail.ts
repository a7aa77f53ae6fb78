import { open } from 'node:fs/promises'

/** How far back from the end a torn line is looked for in one read. */
const tailByteCount = 64 * 1024
const newline = 0x0a

/** Cuts what a crash left behind the last newline; gives the number of bytes cut. */
export async function cutTornTail(path: string): Promise<number> {
  const end = await completeByteCount(path)
  const file = await openIfThere(path, 'r+')
  if (file === undefined) return 0
  try {
    const { size } = await file.stat()
    if (size > end) {
      await file.truncate(end)
      await file.sync()
    }
    return size - end
  } finally {
    await file.close()
  }
}

/** Bytes up to and with the last newline. */
async function completeByteCount(path: string): Promise<number> {
  const file = await openIfThere(path, 'r')
  if (file === undefined) return 0
  try {
    const buffer = Buffer.alloc(tailByteCount)
    let end = (await file.stat()).size
    while (end > 0) {
      const start = Math.max(0, end - tailByteCount)
      const { bytesRead } = await file.read(buffer, 0, end - start, start)
      const at = buffer.subarray(0, bytesRead).lastIndexOf(newline)
      if (at >= 0) return start + at + 1
      end = start
    }
    return 0
  } finally {
    await file.close()
  }
}

async function openIfThere(path: string, flags: 'r' | 'r+') {
  try {
    return await open(path, flags)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
