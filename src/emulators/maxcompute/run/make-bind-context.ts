import type { BindContext } from '../bind/bind-context.js'
import { bindQuery } from '../bind/query.js'
import { semanticError } from '../odps-error.js'
import type { Project } from '../project.js'
import type { Settings } from '../settings.js'

/** What a statement is bound with. `within`: the views that are being bound, none of which may read itself. */
export function bindContext(project: Project, settings: Settings, within: readonly string[] = []): BindContext {
  const bind: BindContext = {
    project: project.name,
    settings,
    switches: project.switches,
    now: Date.now(),
    findTable: (name) => project.tables.get(name),
    bindView: (name, at) => {
      const view = project.views.get(name)
      if (within.includes(name)) throw semanticError(at, `view ${name} reads itself`)
      if (view === undefined) return undefined
      const { sql, columns } = bind.bindAsView(name, view.query)
      if (columns.length !== view.columns.length)
        throw semanticError(at, `view ${name} is no longer valid: its query gives ${columns.length} columns`)
      return { sql, columns: columns.map(({ type }, n) => ({ name: view.columns[n]?.name ?? '', type })) }
    },
    bindAsView: (name, query) => bindQuery(query, undefined, bindContext(project, settings, [...within, name])),
    bindQuery: (query, parent) => bindQuery(query, parent, bind),
  }
  return bind
}
