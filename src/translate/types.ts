import type { CatalogColumn } from '../model/catalog.js'
import type { RelationName } from '../model/names.js'
import type { Assumption, ColumnPlan, Concern } from '../model/plan.js'
import { commentByteCountMax, cutToBytes } from './comment.js'
import { concernOf } from './concern-codes.js'
import { withinLimits } from './data-limits.js'
import { defaultLiteral } from './default-literal.js'
import { mapType, type TypeDraft } from './type-mapping.js'
import { overrideType } from './type-override.js'
import { overrideFor, type TypePolicy } from './type-policy.js'

export { defaultTypePolicy, type TypeOverride, type TypePolicy } from './type-policy.js'

export interface ColumnTranslation {
  readonly plan: ColumnPlan
  readonly concerns: readonly Concern[]
  readonly assumptions: readonly Assumption[]
}

export interface ColumnPlace {
  /** Overrides by `schema.table.column` apply only where the relation is told. */
  readonly relation?: RelationName
  /** The target's column name; the source's in lower case when absent. */
  readonly target?: string
}

/** What becomes of a column (redshift.md 4.2). Its concerns carry the source's column name. */
export function translateColumn(column: CatalogColumn, policy: TypePolicy, place: ColumnPlace = {}): ColumnTranslation {
  const target = place.target ?? column.name.toLowerCase()
  const draft = draftOf(column, policy, target, place.relation)
  const { concerns, assumptions = [], makesNulls = false, ...typed } = draft
  const surroundings = defaultAndComment(column, draft)
  const plan: ColumnPlan = {
    source: column.name,
    sourceType: column.type,
    target,
    ...typed,
    notNull: column.notNull && !makesNulls,
    ...surroundings.plan,
  }
  return { plan, concerns: [...concerns, ...surroundings.concerns], assumptions }
}

/** The expression of an override is unloaded as it stands; what it may give is its author's affair. */
function draftOf(
  column: CatalogColumn,
  policy: TypePolicy,
  target: string,
  relation: RelationName | undefined,
): TypeDraft {
  const override = overrideFor(column, relation, policy)
  if (override === undefined) return withinLimits(mapType(column, policy, target, false), column, policy)
  const draft = overrideType(column, override, policy, target)
  return override.expression === undefined ? withinLimits(draft, column, policy) : draft
}

function defaultAndComment(
  column: CatalogColumn,
  draft: TypeDraft,
): { readonly plan: Partial<ColumnPlan>; readonly concerns: readonly Concern[] } {
  const comment = column.comment === undefined ? '' : cutToBytes(column.comment, commentByteCountMax)
  const isCut = comment.length < (column.comment ?? '').length
  const literal = column.defaultText === undefined ? null : defaultLiteral(column.defaultText, draft)
  return {
    plan: {
      ...(literal === null || literal === undefined ? {} : { defaultText: literal }),
      ...(comment === '' ? {} : { comment }),
    },
    concerns: [
      ...(literal === undefined ? [defaultConcern(column)] : []),
      ...(column.identity === undefined ? [] : [identityConcern(column)]),
      ...(isCut ? [concernOf('RS0205', `the comment of ${column.name} is cut`, column.name)] : []),
    ],
  }
}

function defaultConcern(column: CatalogColumn): Concern {
  return concernOf('RS0201', `${column.name} loses its default ${column.defaultText ?? ''}`, column.name)
}

function identityConcern(column: CatalogColumn): Concern {
  const { seed = '', step = '' } = column.identity ?? {}
  const message = `${column.name} was IDENTITY(${seed},${step}); its values are carried, new ones are not made`
  return concernOf('RS0202', message, column.name)
}
