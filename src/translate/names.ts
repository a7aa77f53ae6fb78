import { createHash } from 'node:crypto'
import { MigrationError } from '../model/errors.js'
import { relationText, tableText, type RelationName, type TableName } from '../model/names.js'
import type { TargetFacts } from '../model/facts.js'
import type { Concern } from '../model/plan.js'
import { concernOf } from './concern-codes.js'
import { legalName, nameHash, suffixedName } from './legal-name.js'

export { globMatches, selectionMatches } from '../model/selection.js'

/** How tables and columns are called. Templates know `{schema}` and `{table}`, that of columns `{column}` too. */
export interface Naming {
  readonly project: string
  /** Only for projects of the three-level model. */
  readonly schema?: string
  readonly table: string
  /** `{column}` when absent. */
  readonly column?: string
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

/** The schema that every project of the three-level model has. */
export const defaultSchema = 'default'

/**
 * The naming, held to what the project is: where it has schemas every table is in one, `default` when none was chosen;
 * where it has none, none may be chosen. Throws `config`.
 */
export function namingWithin(naming: Naming, facts: Pick<TargetFacts, 'project' | 'schemaModel'>): Naming {
  if (facts.schemaModel) return { ...naming, schema: naming.schema ?? defaultSchema }
  const given = Object.entries(naming.tables ?? {}).find(([, table]) => table.includes('.'))
  if (naming.schema === undefined && given === undefined) return naming
  const setting = naming.schema === undefined ? `naming.tables.${given?.[0] ?? ''}` : 'naming.schema'
  const value = JSON.stringify(naming.schema ?? given?.[1] ?? '')
  throw new MigrationError('config', `${setting}: ${value} needs schemas, and project ${facts.project} has none`, {
    hint: 'leave the schema out and put {schema} into naming.table, or name a project of the three-level model',
  })
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

function fillTemplate(template: string, name: RelationName, setting: string, column?: string): string {
  return template.replace(/\{([^{}]*)\}/g, (_whole, field: string) => {
    if (field === 'schema') return name.schema
    if (field === 'table') return name.name
    if (field === 'column' && column !== undefined) return column
    throw new MigrationError('config', `${setting}: ${JSON.stringify(template)} names {${field}}`, {
      hint: `a template knows {schema} and {table}${column === undefined ? '' : ' and {column}'}`,
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
  place: { readonly relation?: RelationName; readonly naming?: Pick<Naming, 'column' | 'columns'> } = {},
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
  place: { readonly relation?: RelationName; readonly naming?: Pick<Naming, 'column' | 'columns'> },
): string | undefined {
  if (place.relation === undefined) return undefined
  const given = own(place.naming?.columns, `${relationText(place.relation)}.${name}`)
  const template = place.naming?.column
  if (given !== undefined || template === undefined) return given
  return fillTemplate(template, place.relation, 'naming.column', name)
}

/** A suffixed name may equal one that was there before: names that stay as they are come first, then the order of spelling. */
function withoutRepeats(columns: readonly { readonly name: string }[], names: readonly string[]): readonly string[] {
  const spelled = columns.map(({ name }, n) => ({ name, wanted: names[n] ?? '', n }))
  const changed = ({ name, wanted }: (typeof spelled)[number]): number => (name === wanted ? 0 : 1)
  spelled.sort((a, b) => changed(a) - changed(b) || (a.name < b.name ? -1 : 1))
  const taken = new Set<string>()
  const free = new Map<number, string>()
  for (const { name, wanted, n } of spelled) {
    let one = wanted
    for (let round = 0; taken.has(one); round += 1) one = suffixedName(wanted, nameHash(`${name}/${round}`))
    taken.add(one)
    free.set(n, one)
  }
  return columns.map((_, n) => free.get(n) ?? '')
}

function renameConcerns(from: string, to: string): readonly Concern[] {
  if (from.toLowerCase() === to) return []
  return [concernOf('RS0301', `${from} becomes ${to}`, from)]
}
