import { createHash } from 'node:crypto'
import { MigrationError } from '../model/errors.js'
import { relationText, tableText, type RelationName, type TableName } from '../model/names.js'
import type { Concern } from '../model/plan.js'
import { concernOf } from './concern-codes.js'
import { legalName, nameHash, suffixedName } from './legal-name.js'

export { globMatches, selectionMatches } from '../model/selection.js'

/** How tables and columns are called. Templates know `{schema}` and `{table}`. */
export interface Naming {
  readonly project: string
  /** Only for projects of the three-level model. */
  readonly schema?: string
  readonly table: string
  /** `schema.table` of the source to the table's name, or to `schema.table` of the target. */
  readonly tables?: Readonly<Record<string, string>>
  /** `schema.table.column` of the source to the column's name. */
  readonly columns?: Readonly<Record<string, string>>
}

/** Longest readable part of a relation's id. */
const slugLengthMax = 40

/** Slug and hash: legible in paths and prefixes, and different for every relation whatever its spelling. */
export function relationId(name: RelationName): string {
  const slug = `${name.schema}_${name.name}`
    .toLowerCase()
    .replace(/[^a-z0-9_]/g, '_')
    .slice(0, slugLengthMax)
  const hash = createHash('sha256')
    .update(JSON.stringify([name.schema, name.name]))
    .digest('hex')
  return `${slug}-${hash.slice(0, 8)}`
}

/** Throws `config` for a template that names something unknown. */
export function tableName(name: RelationName, naming: Naming): TableName {
  const [last = '', schema] = wantedName(name, naming).reverse()
  return {
    project: naming.project,
    ...(schema === undefined ? {} : { schema: legalName(schema, 'table') }),
    name: legalName(last, 'table'),
  }
}

/** The parts below the project, as policy wants them and perhaps not yet legal: schema (if there are any) and table. */
function wantedName(name: RelationName, naming: Naming): string[] {
  const schema = naming.schema === undefined ? [] : [fillTemplate(naming.schema, name, 'naming.schema')]
  const given = own(naming.tables, relationText(name))
  if (given === undefined) return [...schema, fillTemplate(naming.table, name, 'naming.table')]
  const dot = given.indexOf('.')
  return dot < 0 ? [...schema, given] : [given.slice(0, dot), given.slice(dot + 1)]
}

function fillTemplate(template: string, name: RelationName, setting: string): string {
  return template.replace(/\{([^{}]*)\}/g, (_whole, field: string) => {
    if (field === 'schema') return name.schema
    if (field === 'table') return name.name
    throw new MigrationError('config', `${setting}: ${JSON.stringify(template)} names {${field}}`, {
      hint: 'a template knows {schema} and {table}',
    })
  })
}

function own(record: Readonly<Record<string, string>> | undefined, key: string): string | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined
}

/** Tells where a name had to be changed beyond its case. */
export function tableNameConcerns(name: RelationName, naming: Naming): readonly Concern[] {
  const wanted = wantedName(name, naming).join('.').toLowerCase()
  const table = tableName(name, naming)
  const got = table.schema === undefined ? table.name : `${table.schema}.${table.name}`
  if (wanted === got) return []
  return [concernOf('RS0302', `${relationText(name)} becomes ${tableText(table)}`)]
}

export interface ColumnNames {
  /** In the order of the columns. */
  readonly names: readonly string[]
  readonly concerns: readonly Concern[]
}

/**
 * Legal names, all different. Where several columns would get one name, the one that is spelled so keeps it and the others
 * get a hash of their own spelling behind it: the outcome depends on the names alone, not on their order.
 */
export function columnNames(
  columns: readonly { readonly name: string }[],
  place: { readonly relation?: RelationName; readonly naming?: Pick<Naming, 'columns'> } = {},
): ColumnNames {
  const wanted = columns.map(({ name }) => legalName(givenName(name, place) ?? name, 'column'))
  const counts = new Map<string, number>()
  for (const name of wanted) counts.set(name, (counts.get(name) ?? 0) + 1)
  const names = columns.map(({ name }, n) => {
    const legal = wanted[n] ?? ''
    const isShared = (counts.get(legal) ?? 0) > 1
    return isShared && name !== legal ? suffixedName(legal, name) : legal
  })
  const distinct = withoutRepeats(columns, names)
  const concerns = columns.flatMap(({ name }, n) => renameConcerns(name, distinct[n] ?? ''))
  return { names: distinct, concerns }
}

function givenName(
  name: string,
  place: { readonly relation?: RelationName; readonly naming?: Pick<Naming, 'columns'> },
): string | undefined {
  if (place.relation === undefined) return undefined
  return own(place.naming?.columns, `${relationText(place.relation)}.${name}`)
}

/** A suffixed name may equal a name that was there before; then, and only then, the order decides. */
function withoutRepeats(columns: readonly { readonly name: string }[], names: readonly string[]): readonly string[] {
  const taken = new Set<string>()
  return names.map((name, n) => {
    let free = name
    for (let round = 0; taken.has(free); round += 1) {
      free = suffixedName(name, nameHash(`${columns[n]?.name ?? ''}/${round}`))
    }
    taken.add(free)
    return free
  })
}

function renameConcerns(from: string, to: string): readonly Concern[] {
  if (from.toLowerCase() === to) return []
  return [concernOf('RS0301', `${from} becomes ${to}`, from)]
}
