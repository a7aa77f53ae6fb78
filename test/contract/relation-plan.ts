import type { SourceType } from '../../src/model/catalog.js'
import type { RelationName } from '../../src/model/names.js'
import type { ColumnPlan, RelationPlan, ValueKind } from '../../src/model/plan.js'

/** A column that is carried as it is. */
export function columnPlan(name: string, typeText: string, kind: ValueKind): ColumnPlan {
  const base = typeText.replace(/\(.*$/, '') as SourceType['base']
  return {
    source: name,
    sourceType: { base, text: typeText },
    target: name,
    targetType: 'STRING',
    unloadExpression: `"${name}"`,
    kind,
    notNull: false,
  }
}

/** A plan by hand, with parts as small as UNLOAD makes them. */
export function relationPlan(source: RelationName, columns: readonly ColumnPlan[]): RelationPlan {
  const relationId = `${source.name}-00000000`
  return {
    relationId,
    source,
    target: { project: 'contract', name: source.name },
    columns,
    strategy: 'direct',
    consignment: relationId,
    concerns: [],
    depth: 'aggregates',
    partMegabytesMax: 5,
  }
}
