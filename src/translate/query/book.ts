import type { RelationName, TableName } from '../../model/names.js'
import type { ColumnPlan, RelationPlan } from '../../model/plan.js'
import type { Exactness, QueryType } from './value.js'

export interface BookColumn {
  /** As the source spells it. */
  readonly source: string
  readonly target: string
  readonly type: QueryType
  readonly nullable: boolean
  /** Absent: as exact as its type. */
  readonly exactness?: Exactness
}

export interface BookRelation {
  readonly source: RelationName
  readonly target: TableName
  readonly columns: readonly BookColumn[]
  /** MaxCompute refuses to scan all partitions unless it is told to. */
  readonly partitioned: boolean
}

/** The relations that a query may name, and where one without a schema is looked for. */
export interface QueryBook {
  readonly relations: readonly BookRelation[]
  readonly searchPath: readonly string[]
}

export function bookRelation(plan: RelationPlan): BookRelation {
  return {
    source: plan.source,
    target: plan.target,
    partitioned: plan.partition !== undefined,
    columns: plan.columns.map((column) => ({
      source: column.source,
      target: column.target,
      type: columnType(column),
      nullable: !column.notNull,
    })),
  }
}

/** Opaque where the target does not hold what the source held: a moment as text, a sketch as its estimate. */
export function columnType(column: ColumnPlan): QueryType {
  const { base, precision = 18, scale = 0 } = column.sourceType
  const held = column.targetType
  switch (base) {
    case 'smallint':
      return whenHeld(held, /^(SMALLINT|INT|BIGINT)$/, { family: 'integer', precision: 5, scale: 0 })
    case 'integer':
      return whenHeld(held, /^(INT|BIGINT)$/, { family: 'integer', precision: 10, scale: 0 })
    case 'bigint':
      return whenHeld(held, /^BIGINT$/, { family: 'integer', precision: 19, scale: 0 })
    case 'numeric':
      return held === `DECIMAL(${precision},${scale})` ? { family: 'decimal', precision, scale } : { family: 'opaque' }
    case 'real':
    case 'double precision':
      return whenHeld(held, /^(FLOAT|DOUBLE)$/, { family: 'float' })
    case 'boolean':
      return whenHeld(held, /^BOOLEAN$/, { family: 'boolean' })
    case 'character':
    case 'character varying':
      return whenHeld(held, /^(STRING|VARCHAR\(\d+\)|CHAR\(\d+\))$/, {
        family: 'text',
        ...(base === 'character' ? { padded: true } : {}),
      })
    case 'date':
      return whenHeld(held, /^DATE$/, { family: 'date' })
    case 'timestamp without time zone':
      return whenHeld(held, /^TIMESTAMP_NTZ$/, { family: 'timestamp' })
    default:
      return { family: 'opaque' }
  }
}

function whenHeld(held: string, fitting: RegExp, type: QueryType): QueryType {
  return fitting.test(held) ? type : { family: 'opaque' }
}
