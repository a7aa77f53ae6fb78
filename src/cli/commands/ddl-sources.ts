import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { MigrationError } from '../../model/errors.js'
import type { DdlFile } from '../../translate/ddl/parse-ddl.js'

/** Largest file of DDL, in bytes: a hundred thousand tables. More is not DDL. */
const byteCountMax = 64 * 1024 * 1024

/** The files themselves, and the `*.sql` of folders, by name; not of folders below them. */
export async function readDdlSources(paths: readonly string[], option = '--from'): Promise<readonly DdlFile[]> {
  const files: DdlFile[] = []
  for (const path of paths) for (const file of await filesOf(path, option)) files.push(await readDdlFile(file, option))
  return files
}

async function filesOf(path: string, option: string): Promise<readonly string[]> {
  const found = await stat(path).catch((error: unknown) => refuse(path, option, error))
  if (!found.isDirectory()) return [path]
  const names = (await readdir(path)).filter((name) => name.toLowerCase().endsWith('.sql')).sort()
  if (names.length > 0) return names.map((name) => join(path, name))
  throw new MigrationError('arguments', `${option} ${path}: the folder has no *.sql`)
}

async function readDdlFile(file: string, option: string): Promise<DdlFile> {
  const bytes = await readFile(file).catch((error: unknown) => refuse(file, option, error))
  if (bytes.length > byteCountMax) {
    throw new MigrationError('arguments', `${option} ${file}: ${bytes.length} bytes; at most ${byteCountMax} are read`)
  }
  try {
    return { file, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }
  } catch (error) {
    throw new MigrationError('arguments', `${option} ${file}: not UTF-8`, { cause: error })
  }
}

function refuse(path: string, option: string, error: unknown): never {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown'
  throw new MigrationError('arguments', `${option} ${path}: cannot be read (${code})`, { cause: error })
}
