import { accountViews } from './account-views.js'
import type { BoundColumn } from './binding.js'
import type { CatalogView } from './catalog-view.js'
import { historyViews } from './history-views.js'
import { objectViews } from './object-views.js'
import { pgViews } from './pg-views.js'
import { privilegeViews } from './privilege-views.js'
import { svvViews } from './svv-views.js'
import { rsType, type TypeName, varchar } from './types.js'

export interface CatalogRelation {
  readonly schema: 'pg_catalog' | 'information_schema'
  readonly columns: readonly BoundColumn[]
  readonly sql: string
  readonly node: CatalogView['node']
}

const sources: readonly Readonly<Record<string, CatalogView>>[] = [
  pgViews,
  svvViews,
  historyViews,
  accountViews,
  objectViews,
  privilegeViews,
]

/** By name; those of information_schema as `information_schema.tables`. */
export const catalogRelations: ReadonlyMap<string, CatalogRelation> = new Map(
  sources.flatMap((views) => Object.entries(views)).map(([name, view]) => [name, relationFrom(name, view)]),
)

function relationFrom(name: string, view: CatalogView): CatalogRelation {
  const columns = view.columns
    .trim()
    .split(/\s+/)
    .map((text) => {
      const [column = '', type] = text.split(':')
      return { name: column, type: type === undefined ? varchar() : rsType(type as TypeName) }
    })
  const schema = name.startsWith('information_schema.') ? 'information_schema' : 'pg_catalog'
  return { schema, columns, sql: view.sql, node: view.node }
}
