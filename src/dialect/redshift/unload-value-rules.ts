import type { UnloadClause } from './parse-unload.js'
import type { RuleInput, UnloadRule } from './unload-rules.js'

/** In MB (redshift.md 1.2). */
const partMegabytes = { least: 5, most: 6.2 * 1024 }
const rowGroupMegabytes = { least: 32, most: 128 }

/** The nodes that take ROWGROUPSIZE; the documents say nothing of newer ones and of Serverless. */
const rowGroupNodes = /^(?:ra3\.(?:4|16)xl(?:arge|plus)?|d[sc]2\.8xl(?:arge)?)$/

/** Types of a partition key (redshift.md 1.2), as a cast may spell them. */
const partitionTypes =
  /^(?:smallint|int2|integer|int|int4|bigint|int8|decimal|numeric|real|float4|boolean|bool|character|char|nchar|bpchar|character varying|varchar|nvarchar|text|date|timestamp|timestamp without time zone)$/

function clause({ shape }: RuleInput, name: string): UnloadClause | undefined {
  return shape.clauses.find((one) => one.name === name)
}

function isWithin(size: UnloadClause, { least, most }: { readonly least: number; readonly most: number }): boolean {
  const megabytes = Number(size.value) * (size.unit === 'GB' ? 1024 : 1)
  return megabytes >= least && megabytes <= most
}

function brokenBy(name: string, isKept: (given: UnloadClause, input: RuleInput) => boolean): UnloadRule['find'] {
  return (input) => {
    const given = clause(input, name)
    return given === undefined || isKept(given, input) ? undefined : given.at
  }
}

const sizes: readonly UnloadRule[] = [
  {
    rule: 'maxfilesize-range',
    message: 'MAXFILESIZE is from 5 MB to 6.2 GB',
    find: brokenBy('maxfilesize', (given) => isWithin(given, partMegabytes)),
  },
  {
    rule: 'maxfilesize-required',
    message: 'without MAXFILESIZE a part may be larger than MaxCompute reads',
    find: (input) => (clause(input, 'maxfilesize') === undefined ? input.shape.to.end : undefined),
  },
  {
    rule: 'rowgroupsize-without-parquet',
    message: 'ROWGROUPSIZE needs PARQUET',
    find: brokenBy('rowgroupsize', (_, input) => clause(input, 'parquet') !== undefined),
  },
  {
    rule: 'rowgroupsize-integer',
    message: 'ROWGROUPSIZE is a whole number',
    find: brokenBy('rowgroupsize', (given) => /^\d+$/.test(given.value ?? '')),
  },
  {
    rule: 'rowgroupsize-range',
    message: 'ROWGROUPSIZE is from 32 MB to 128 MB',
    find: brokenBy('rowgroupsize', (given) => isWithin(given, rowGroupMegabytes)),
  },
  {
    rule: 'rowgroupsize-node-type',
    message: 'ROWGROUPSIZE is not taken by this type of node',
    find: brokenBy('rowgroupsize', (_, { within }) => rowGroupNodes.test(within.nodeType ?? 'ra3.4xlarge')),
  },
]

function partitionNames(given: UnloadClause): readonly string[] {
  return given.columns?.map((column) => column.text.toLowerCase()) ?? []
}

const partitions: readonly UnloadRule[] = [
  {
    rule: 'partition-by-literal',
    message: 'PARTITION BY takes columns, not literals',
    find: brokenBy('partition', (given) => given.columns?.every((column) => column.kind !== 'literal') ?? true),
  },
  {
    rule: 'partition-by-unknown-column',
    message: 'a column of PARTITION BY is not in the select',
    find: brokenBy('partition', (given, { items }) =>
      partitionNames(given).every((name) => items.some((item) => item.alias?.toLowerCase() === name)),
    ),
  },
  {
    rule: 'partition-by-all-columns',
    message: 'PARTITION BY leaves no column for the files',
    find: brokenBy('partition', (given, { items }) =>
      items.some((item) => !partitionNames(given).includes(item.alias?.toLowerCase() ?? '')),
    ),
  },
  {
    rule: 'partition-by-type',
    message: 'a column of this type cannot be a partition key',
    find: brokenBy('partition', (given, { items }) =>
      items
        .filter((item) => partitionNames(given).includes(item.alias?.toLowerCase() ?? ''))
        .every((item) => item.castType === undefined || partitionTypes.test(item.castType)),
    ),
  },
]

const destinations: readonly UnloadRule[] = [
  {
    rule: 'destination-not-s3',
    message: "TO is 's3://bucket/prefix'",
    find: ({ shape: { to } }) =>
      /^s3:\/\/[a-z0-9][a-z0-9.-]+\//i.test(to.text) || isAccessPoint(to.text) ? undefined : to.at,
  },
  {
    rule: 'access-point-alias',
    message: 'an access point is not supported, only a bucket',
    find: ({ shape: { to } }) => (isAccessPoint(to.text) ? to.at : undefined),
  },
  {
    rule: 'hidden-name',
    message: 'readers do not see objects whose names begin with _ or .',
    find: ({ shape: { to } }) => (/\/[_.][^/]*$/.test(to.text) ? to.at : undefined),
  },
]

function isAccessPoint(url: string): boolean {
  return /^s3:\/\/(?:[^/]+-s3alias|[^/]+--ol-s3|arn:[^/]*:s3[^/]*:accesspoint)(?:\/|$)/i.test(url)
}

export const valueRules: readonly UnloadRule[] = [...sizes, ...partitions, ...destinations]
