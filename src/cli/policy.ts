import type { PlanPolicy } from '../translate/relation.js'
import { defaultTypePolicy } from '../translate/types.js'
import { relationChoices } from './comparable-queries.js'
import type { LoadedConfig } from './config.js'

/** What the config chose, as the planner takes it. */
export function policyOf(loaded: LoadedConfig): PlanPolicy {
  const { types, naming, maxcompute, verify, limits, lifecycleDays, format, text } = loaded.config
  const { delimiter, nullAs, header, addQuotes, escape } = text
  const overrides = types.overrides.map(({ match, type, expression }) =>
    expression === undefined ? { match, type } : { match, type, expression },
  )
  const schema = naming.schema ?? maxcompute.schema
  return {
    types: { ...types, overrides },
    naming: {
      project: maxcompute.project,
      ...(schema === undefined ? {} : { schema }),
      table: naming.table,
      ...(naming.column === undefined ? {} : { column: naming.column }),
      tables: naming.tables,
      columns: naming.columns,
    },
    relations: relationChoices(loaded.config),
    files: { format, delimiter, nullText: nullAs, header, addQuotes, escape },
    depth: verify.default,
    partMegabytesMax: limits.partMegabytes,
    ...(lifecycleDays === undefined ? {} : { lifecycleDays }),
  }
}

/** The choices of a config that says nothing, for a project that was named by hand. */
export function defaultPolicy(project: string): PlanPolicy {
  return { types: defaultTypePolicy, naming: { project, table: '{table}' }, depth: 'aggregates' }
}
