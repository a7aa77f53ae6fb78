import { access, mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { guideRows } from '../guide/generate.js'
import { rows, tpchTables, writeRows, type TpchTable } from '../tpch/generate.js'
import type { ChildHandle } from './child-handle.js'
import { LaunchError } from './launch-error.js'
import type { LaunchOptions } from './options.js'

const statementMillisecondsMax = 30_000
/** TPC-H at scale 10 takes minutes. */
const loadMillisecondsMax = 3_600_000

/** From dist/emulators/launch/ and from src/emulators/launch/ alike. */
const ddlFolder = new URL('../../../ddl/', import.meta.url)

/** The schema that a seed fills: the guide's reader has everything in `public`. */
export const seedSchemas = { tpch: 'tpch', guide: 'public' } as const

/** What the warehouses process is asked to load. */
export interface LoadRequest {
  readonly schema: string
  readonly table: string
  readonly file: string
  /** False where the table has a column for it, as the guide's `skip`. */
  readonly trailingDelimiter: boolean
}

/** Creates the seed's tables in the emulated Redshift and fills them; gives row counts by table. */
export async function seed(options: LaunchOptions, warehouses: ChildHandle): Promise<Readonly<Record<string, number>>> {
  if (options.seed === 'none') return {}
  if (options.from !== undefined) await requireFiles(options.from)
  const schema = seedSchemas[options.seed]
  if (schema !== 'public') await warehouses.ask('execute', { sql: `CREATE SCHEMA ${schema}` }, statementMillisecondsMax)
  const counts: Record<string, number> = {}
  for (const table of tpchTables) {
    const sql = await readFile(new URL(`${options.seed}/redshift/${table}.sql`, ddlFolder), 'utf8')
    await warehouses.ask('execute', { sql }, statementMillisecondsMax)
    counts[table] = await fill(options, options.seed, { schema, table }, warehouses)
  }
  return counts
}

async function fill(
  options: LaunchOptions,
  from: 'tpch' | 'guide',
  into: { readonly schema: string; readonly table: TpchTable },
  warehouses: ChildHandle,
): Promise<number> {
  const load = async (file: string): Promise<number> => {
    const request: LoadRequest = { ...into, file, trailingDelimiter: from === 'tpch' }
    return (await warehouses.ask('load', request, loadMillisecondsMax)) as number
  }
  if (options.from !== undefined) return load(join(options.from, `${into.table}.tbl`))
  const folder = join(options.dir, 'data', 'seed')
  await mkdir(folder, { recursive: true })
  const file = join(folder, `${into.table}.tbl`)
  const source = from === 'tpch' ? rows(into.table, options.scale) : guideRows(into.table)
  const writtenCount = await writeRows(source, file)
  const loadedCount = await load(file)
  await rm(file)
  if (loadedCount !== writtenCount) {
    throw new LaunchError(`seed ${into.table}: ${writtenCount} rows were written, ${loadedCount} were loaded`)
  }
  return loadedCount
}

async function requireFiles(from: string): Promise<void> {
  const missing: string[] = []
  for (const table of tpchTables) {
    await access(join(from, `${table}.tbl`)).catch(() => missing.push(`${table}.tbl`))
  }
  if (missing.length === 0) return
  const found = await readdir(from).catch(() => [])
  const there = found.length === 0 ? 'nothing is there' : `there are ${found.slice(0, 10).join(', ')}`
  throw new LaunchError(`seed: ${from} has no ${missing.join(', ')} (${there})`)
}

/** The paired queries that fit a seed, as absolute paths. */
export function seedQueries(name: LaunchOptions['seed']): readonly string[] {
  return name === 'tpch' ? [fileURLToPath(new URL('tpch/checks/q01.yaml', ddlFolder))] : []
}
