import type { CatalogEntry } from '../model/catalog.js'
import { MigrationError } from '../model/errors.js'
import type { Assumption, ColumnPlan, Concern, RelationPlan } from '../model/plan.js'
import { clusteringOf } from './clustering.js'
import { partitionOf } from './partition.js'
import { primaryKeyOf } from './primary-key.js'
import { arrangementProblem, type RelationChoice } from './relation-choice.js'

/** What the plan says of the table's optional shape; such a table is filled from a staging table. */
export type Arrangement = Pick<RelationPlan, 'partition' | 'clustering' | 'primaryKey'> & {
  readonly strategy?: 'staged'
}

export interface Arranged {
  readonly arrangement: Arrangement
  readonly concerns: readonly Concern[]
  readonly assumptions: readonly Assumption[]
}

interface Arrangeable {
  readonly entry: CatalogEntry
  readonly columns: readonly ColumnPlan[]
  readonly where: string | undefined
}

/** Partitions, clustering or a primary key, as they were chosen. Throws `config` for a choice that the relation cannot have. */
export function arrangementOf(choice: RelationChoice | undefined, of: Arrangeable): Arranged {
  if (choice === undefined) return { arrangement: {}, concerns: [], assumptions: [] }
  const problem = arrangementProblem(choice)
  if (problem !== undefined) throw new MigrationError('config', `relations.${choice.match}: ${problem}`)
  const { concerns, assumptions = [], ...arrangement } = chosen(choice, of)
  const isPlain = Object.keys(arrangement).length === 0
  const isDirect = isPlain || arrangement.partition?.unloaded === true || arrangement.partition?.fixed !== undefined
  return { arrangement: isDirect ? arrangement : { ...arrangement, strategy: 'staged' }, concerns, assumptions }
}

function chosen(
  { match, partition, clustering, primaryKey = false }: RelationChoice,
  { entry, columns, where }: Arrangeable,
): Omit<Arrangement, 'strategy'> & {
  readonly concerns: readonly Concern[]
  readonly assumptions?: readonly Assumption[]
} {
  const setting = `relations.${match}`
  if (partition !== undefined) {
    const source = { schema: entry.schema, name: entry.name }
    const rows = where === undefined ? {} : { where }
    return partitionOf(partition, { source, ...rows, columns, setting: `${setting}.partition` })
  }
  if (clustering !== undefined) return clusteringOf(clustering, { entry, columns, setting: `${setting}.clustering` })
  return primaryKey ? primaryKeyOf(entry, columns, where) : { concerns: [] }
}
