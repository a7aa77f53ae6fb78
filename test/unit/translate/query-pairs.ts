import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { defaultPolicy } from '../../../src/cli/policy.js'
import { parseDdl } from '../../../src/translate/ddl/parse-ddl.js'
import { bookRelation, type QueryBook } from '../../../src/translate/query.js'
import { planRelation } from '../../../src/translate/relation.js'

const folder = fileURLToPath(new URL('../../golden/query/', import.meta.url))

/** A query of Redshift, and what becomes of it: MaxCompute's text, or the construct that is refused and its place. */
export interface Pair {
  readonly group: string
  readonly name: string
  readonly redshift: string
  readonly maxcompute?: string
  readonly refused?: { readonly construct: string; readonly line: number; readonly column: number }
  /** The rows come in the order of the query. */
  readonly ordered?: boolean
  /** Both sides need only agree within one unit of the coarser scale. */
  readonly tolerance?: 'divided'
}

export const pairs: readonly Pair[] = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .flatMap((name) =>
    (parse(readFileSync(`${folder}${name}`, 'utf8')) as Omit<Pair, 'group'>[]).map((pair) => ({
      ...pair,
      group: name.replace('.yaml', ''),
    })),
  )

/** PostgreSQL 15's answers: judges/postgres/query-answers.py. */
export const answers: Readonly<Record<string, Readonly<Record<string, readonly (readonly (string | null)[])[]>>>> =
  Object.fromEntries(
    [...new Set(pairs.map(({ group }) => group))].map((group) => [
      group,
      JSON.parse(readFileSync(`${folder}answers/${group}.json`, 'utf8')) as Record<string, (string | null)[][]>,
    ]),
  )

export const targetTables = readFileSync(`${folder}tables-maxcompute.sql`, 'utf8')

const naming = { ...defaultPolicy('tpch_target').naming, table: '{schema}_{table}' }

/** What the pairs may name: the tables of tables.sql as they are planned. */
export const book: QueryBook = {
  searchPath: ['shop'],
  relations: parseDdl(
    readFileSync(`${folder}tables.sql`, 'utf8').replace(/^INSERT[\s\S]*?;$|^CREATE SCHEMA.*;$/gm, ''),
    'tables.sql',
  ).entries.map((entry) => bookRelation(planRelation(entry, { ...defaultPolicy('tpch_target'), naming }))),
}
