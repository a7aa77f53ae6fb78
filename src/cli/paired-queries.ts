import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { MigrationError } from '../model/errors.js'
import type { PairedQuery } from '../model/measure.js'

const schema = z.strictObject({
  name: z.string().min(1),
  relation: z.string().min(1),
  source: z.string().min(1),
  target: z.string().min(1),
  columns: z.array(z.strictObject({ name: z.string().min(1), kind: z.enum(['key', 'exact']) })).min(1),
  filtered: z.boolean().default(false),
  averages: z
    .array(z.strictObject({ name: z.string().min(1), sum: z.string().min(1), count: z.string().min(1) }))
    .default([]),
})

/** Reads the files that `verify.queries` names, relative to the config's folder. */
export async function readPairedQueries(paths: readonly string[], folder: string): Promise<readonly PairedQuery[]> {
  return Promise.all(paths.map((path) => readOne(resolve(folder, path))))
}

async function readOne(path: string): Promise<PairedQuery> {
  let parsed
  try {
    parsed = schema.safeParse(parse(await readFile(path, 'utf8')))
  } catch (error) {
    throw new MigrationError('config', `verify.queries: ${path} cannot be read (${(error as Error).message})`, {
      cause: error,
    })
  }
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new MigrationError(
    'config',
    `verify.queries: ${path}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}`,
  )
}
