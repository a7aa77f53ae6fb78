import type { Config } from './config-schema.js'

/** What a run was made for. A run goes on only under the same setup; limits, deadlines and keys may change. */
export type Setup = Readonly<Record<string, unknown>>

export function setupOf(config: Config): Setup {
  return {
    'redshift.host': sourceName(config),
    'redshift.port': config.redshift.port,
    'redshift.database': config.redshift.database,
    's3.bucket': config.s3.bucket,
    's3.prefix': config.s3.prefix,
    'oss.bucket': config.oss.bucket,
    'oss.prefix': config.oss.prefix,
    'maxcompute.endpoint': config.maxcompute.endpoint,
    'maxcompute.project': config.maxcompute.project,
    'maxcompute.schema': config.maxcompute.schema ?? null,
    select: config.select,
    exclude: config.exclude,
    consistency: config.consistency,
    carrier: config.carrier,
    format: config.format,
    text: config.text,
    types: config.types,
    naming: config.naming,
    relations: config.relations,
    'verify.default': config.verify.default,
    'verify.patterns': patternsOf(config),
    'verify.tolerances': config.verify.tolerances,
    'verify.accept': config.verify.accept,
    lifecycleDays: config.lifecycleDays ?? null,
  }
}

function patternsOf({ verify }: Config): Setup {
  const {
    default: _depth,
    queries: _queries,
    manualQueries: _manualQueries,
    differences: _differences,
    searchPath: _searchPath,
    tolerances: _tolerances,
    accept: _accept,
    ...patterns
  } = verify
  return patterns
}

/** The host or, where nobody needs to know it, the workgroup or cluster. */
export function sourceName({ redshift }: Config): string {
  return redshift.host ?? redshift.workgroup ?? redshift.cluster ?? ''
}

/** The first setting that differs, with both values; undefined when the setups are the same. */
export function setupDifference(made: Setup, now: Setup): { key: string; made: string; now: string } | undefined {
  for (const key of new Set([...Object.keys(made), ...Object.keys(now)])) {
    const [before, after] = [JSON.stringify(made[key]), JSON.stringify(now[key])]
    if (before !== after) return { key, made: before ?? 'unset', now: after ?? 'unset' }
  }
  return undefined
}
