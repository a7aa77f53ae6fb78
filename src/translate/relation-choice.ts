import { rowFilterProblem } from '../dialect/redshift/row-filter.js'
import type { CatalogEntry } from '../model/catalog.js'
import { MigrationError } from '../model/errors.js'
import { relationText } from '../model/names.js'
import type { RelationPlan } from '../model/plan.js'
import { globMatches } from '../model/selection.js'
import type { ClusteringChoice } from './clustering.js'
import type { FormatChoice } from './file-format.js'
import type { PartitionChoice } from './partition.js'

/** Which rows and columns of relations are carried, how they travel, and how their tables are arranged. */
export interface RelationChoice {
  /** `schema.name` with `*` for any characters. */
  readonly match: string
  /** One condition in Redshift's SQL. */
  readonly where?: string
  /** Names as the source spells them. */
  readonly columns?: readonly string[]
  readonly partition?: PartitionChoice
  readonly clustering?: ClusteringChoice
  /** A Delta table with the source's PRIMARY KEY. */
  readonly primaryKey?: boolean
  /** As for all relations when absent. */
  readonly format?: FormatChoice
  /** False: UNLOAD writes its parts one after the other, not a slice each. */
  readonly parallel?: boolean
  /** Columns of texts that csv and text carry as they are; as the source spells them. */
  readonly plainText?: readonly string[]
}

/** Why these arrangements do not go together; undefined when they do. */
export function arrangementProblem({
  partition,
  clustering,
  primaryKey = false,
}: Omit<RelationChoice, 'match'>): string | undefined {
  if (partition !== undefined && clustering !== undefined) {
    return 'partition does not go with clustering: clustered tables take no partitions that the rows name'
  }
  if (primaryKey && clustering !== undefined)
    return 'primaryKey does not go with clustering: Delta tables are not clustered'
  if (primaryKey && partition !== undefined)
    return 'primaryKey does not go with partition: in a partitioned Delta table the key is unique in each partition only'
  return undefined
}

/** The last choice that covers `schema.name`; it stands alone, nothing of an earlier one is added. */
export function choiceOf(choices: readonly RelationChoice[], relation: string): RelationChoice | undefined {
  return choices.findLast((choice) => globMatches(choice.match, relation))
}

/** The entry without the columns that stay behind, and what the plan says of rows and columns. Throws `config`. */
export function carriedPart(
  entry: CatalogEntry,
  choices: readonly RelationChoice[],
): { readonly entry: CatalogEntry } & Pick<RelationPlan, 'where' | 'leftOut' | 'serialParts'> {
  const choice = choiceOf(choices, relationText(entry))
  const part = {
    ...(choice?.where === undefined ? {} : { where: checkedFilter(choice.where, choice) }),
    ...(choice?.parallel === false ? { serialParts: true } : {}),
  }
  if (choice?.columns === undefined) return { entry, ...part }
  refuseUnknown(entry, choice, choice.columns)
  const named = new Set(choice.columns)
  const leftOut = entry.columns.filter((column) => !named.has(column.name)).map((column) => column.name)
  const columns = entry.columns.filter((column) => named.has(column.name))
  return { entry: { ...entry, columns }, ...part, ...(leftOut.length === 0 ? {} : { leftOut }) }
}

/** The condition reaches the source in measures before it does in an UNLOAD: it is checked where it enters a plan. */
function checkedFilter(where: string, choice: RelationChoice): string {
  const problem = rowFilterProblem(where)
  if (problem === undefined) return where
  throw new MigrationError('config', `relations.${choice.match}.where: ${problem}`)
}

function refuseUnknown(entry: CatalogEntry, choice: RelationChoice, columns: readonly string[]): void {
  const names = new Set(entry.columns.map((column) => column.name))
  const unknown = columns.filter((name) => !names.has(name))
  if (unknown.length === 0) return
  const subject = `relations.${choice.match}.columns: ${relationText(entry)} has no column`
  throw new MigrationError('config', `${subject} ${unknown.join(', ')}`, {
    hint: `it has ${[...names].slice(0, 20).join(', ')}${names.size > 20 ? ', …' : ''}`,
  })
}
