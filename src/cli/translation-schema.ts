import { z } from 'zod'

/** The sections of the config that say what becomes of types, names, rows and columns. */

export const relationPattern = z.string().min(1).describe('schema.relation, with * for any characters')

export const types = z
  .strictObject({
    timestamps: z
      .enum(['ntz', 'utc'])
      .default('ntz')
      .describe(
        'TIMESTAMP becomes TIMESTAMP_NTZ through a staging table (one more write of the relation), or TIMESTAMP read under UTC',
      ),
    char: z.enum(['varchar', 'char', 'string']).default('varchar'),
    varcharAs: z.enum(['varchar', 'string']).default('varchar'),
    overrides: z
      .array(
        z.strictObject({
          match: z
            .string()
            .min(1)
            .describe('a Redshift type (numeric(12,2), timestamp) or schema.relation.column with *'),
          type: z.string().min(1).describe('the MaxCompute type'),
          expression: z
            .string()
            .optional()
            .describe('Redshift SQL for the value; {column} stands for the quoted column'),
        }),
      )
      .default([]),
  })
  .prefault({})

export const naming = z
  .strictObject({
    table: z.string().default('{table}').describe('{schema} and {table} stand for the source names'),
    tables: z.record(z.string(), z.string()).default({}).describe('schema.relation: table'),
    columns: z.record(z.string(), z.string()).default({}).describe('schema.relation.column: column'),
  })
  .prefault({})

export const relations = z
  .record(
    relationPattern,
    z.strictObject({
      where: z
        .string()
        .min(1)
        .optional()
        .describe('one condition in Redshift SQL: only rows that satisfy it are carried, measured and verified'),
      columns: z
        .array(z.string().min(1))
        .min(1)
        .optional()
        .describe('only these columns are carried, in their old order'),
    }),
  )
  .default({})
  .describe('rows and columns to carry, by schema.relation with *; the last match wins, alone')
