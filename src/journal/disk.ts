import { MigrationError } from '../model/errors.js'

const meanings: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left on the device',
  EFBIG: 'the file would be larger than is allowed here',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EIO: 'input/output error',
  EMFILE: 'too many open files',
  ENOTDIR: 'a part of the path is not a folder',
}

/** Runs a file operation; what the disk refuses becomes `disk`, everything else passes as it is. */
export async function onDisk<T>(path: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation()
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? ''
    const meaning = meanings[code]
    if (meaning === undefined) throw error
    throw new MigrationError('disk', `run folder: cannot use ${path}: ${meaning} (${code})`, {
      hint: 'free space or fix the permissions, then give the same command again: nothing that was journaled is lost',
      cause: error,
    })
  }
}
