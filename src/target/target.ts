import type { TargetFacts } from '../model/facts.js'
import type { Measurable } from '../model/measure.js'
import type { TableName } from '../model/names.js'
import type { ClusteringPlan } from '../model/plan.js'
import type { Answering } from '../model/query-check.js'
import type { Statement } from '../model/statement.js'
import type { Call, Work } from '../model/work.js'

export interface TableShape {
  readonly name: TableName
  readonly columns: readonly {
    readonly name: string
    readonly type: string
    readonly nullable: boolean
    readonly comment?: string
  }[]
  readonly partitionColumns: readonly { readonly name: string; readonly type: string }[]
  /** As the service tells it; absent where it does not. */
  readonly tableId?: string
  /** Seconds since 1970. */
  readonly createdAt?: number
  readonly comment?: string
  /** Absent where the table has none. */
  readonly lifecycleDays?: number
}

/** How the service keeps the rows of a table (maxcompute.md 3). Columns in lower case. */
export interface TableArrangement {
  readonly clustering?: ClusteringPlan
  /** Empty where there is none. */
  readonly primaryKey: readonly string[]
  readonly transactional: boolean
}

export type InstanceOutcome = {
  readonly instance: string
  readonly logview: string
  /** CSV for a SELECT (with a header line), text otherwise. */
  readonly result: string
}

export interface Target extends Measurable, Answering {
  ping(call: Call): Promise<void>
  /** Project properties, type edition, schema model. */
  facts(call: Call): Promise<TargetFacts>
  /** Undefined when there is no such table. */
  describe(table: TableName, call: Call): Promise<TableShape | undefined>
  /** Clustering and key, one more question. Undefined when there is no such table. */
  arrangement(table: TableName, call: Call): Promise<TableArrangement | undefined>
  /**
   * `begin` posts the statement once, with the attempt's token as job name and guid, and never blindly again;
   * `find` looks the job name up; `settle` polls until the instance ends and throws `target-refused` or `target-failed`
   * (with the service's code, message and logview) where it did not succeed.
   */
  submit(statement: Statement): Work<{ readonly instance: string }, InstanceOutcome>
}

export type { Statement }
