import type { PlanPolicy } from '../translate/relation.js'
import { defaultTypePolicy } from '../translate/types.js'
import type { VerificationPolicy } from '../translate/verification.js'
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
    verification: verificationOf(loaded.config),
    partMegabytesMax: limits.partMegabytes,
    ...(lifecycleDays === undefined ? {} : { lifecycleDays }),
  }
}

/** Patterns stand beside the settings of their section, in the order of the file. */
function verificationOf({ verify }: LoadedConfig['config']): VerificationPolicy {
  const {
    default: _depth,
    queries: _queries,
    manualQueries: _manualQueries,
    searchPath: _searchPath,
    differences: _differences,
    tolerances,
    accept,
    ...patterns
  } = verify
  return {
    depths: Object.entries(patterns).map(([match, depth]) => ({ match, depth })),
    tolerances,
    accepted: accept.map(({ match, checks, reason }) =>
      checks === undefined ? { match, reason } : { match, checks, reason },
    ),
  }
}

/** The choices of a config that says nothing, for a project that was named by hand. */
export function defaultPolicy(project: string): PlanPolicy {
  return { types: defaultTypePolicy, naming: { project, table: '{table}' }, depth: 'content' }
}
