import { z } from 'zod'

/** The section of the config that says how deep relations are compared, and what may differ. */

const depth = z.enum(['count', 'aggregates', 'content'])

const reason = z.string().min(1).describe('why; the report repeats it')

export const verify = z
  .object({
    default: depth
      .default('content')
      .describe(
        'count: rows, and values of each column; aggregates: also sums, extremes, lengths; content: also a fingerprint of all rows (one more scan a side)',
      ),
    queries: z
      .array(z.string())
      .default([])
      .describe(
        'Redshift queries that both sides answer: *.sql files, or folders of them, translated; *.yaml files hold paired queries (one query in the SQL of each side)',
      ),
    manualQueries: z
      .enum(['list', 'fail'])
      .default('list')
      .describe('queries without a certain translation: listed, or the command ends with 10'),
    searchPath: z
      .array(z.string().min(1))
      .default(['public'])
      .describe('schemas in which queries look for relations without a schema'),
    differences: z.int().min(1).max(10_000).default(20).describe('rows that are named of a relation that differs'),
    tolerances: z
      .array(
        z.strictObject({
          match: z.string().min(1).describe('schema.relation.column of floats, with *'),
          relative: z.number().min(0).max(1).describe('largest relative error of sums and extremes'),
          reason,
        }),
      )
      .default([]),
    accept: z
      .array(
        z.strictObject({
          match: z.string().min(1).describe('schema.relation.column, with *'),
          checks: z.array(z.string().min(1)).min(1).optional().describe('the checks that may differ; absent: all'),
          reason,
        }),
      )
      .default([])
      .describe('columns that are known to differ: reported, and no discrepancy; not in the fingerprint'),
  })
  .catchall(depth)
  .describe(
    'besides these settings: patterns of relations (sales.*, tmp_*), each with its depth; the last match decides',
  )
  .prefault({})
