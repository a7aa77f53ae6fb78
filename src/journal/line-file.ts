import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createInterface } from 'node:readline'

/** How far back from the end a torn line is looked for in one read. */
const tailByteCount = 64 * 1024
const newline = 0x0a

/** The complete lines of a file, from the first; a torn last line is left out. Nothing when there is no file. */
export async function* readLines(path: string): AsyncGenerator<{ readonly text: string; readonly number: number }> {
  const end = await completeByteCount(path)
  if (end === 0) return
  const input = createReadStream(path, { end: end - 1 })
  let number = 0
  try {
    for await (const text of createInterface({ input, crlfDelay: Infinity })) yield { text, number: (number += 1) }
  } finally {
    input.destroy()
  }
}

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
