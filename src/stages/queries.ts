import type { PairedQuery } from '../model/measure.js'
import { relationText } from '../model/names.js'
import type { RelationPlan } from '../model/plan.js'
import { partitionQuery } from '../translate/partition.js'
import type { Travel } from './stage.js'

/** What is asked of a relation and its table beside the measures: the queries of the config, and the rows of each partition. */
export function queriesOf(plan: RelationPlan, travel: Travel): readonly PairedQuery[] {
  const chosen = travel.settings.queries.filter((query) => query.relation === relationText(plan.source))
  const partitions = partitionQuery(plan)
  return partitions === undefined ? chosen : [...chosen, partitions]
}
