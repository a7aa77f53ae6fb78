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
    dates: z
      .enum(['check', 'null', 'clamp', 'text'])
      .default('check')
      .describe(
        'dates and times outside the years 1 to 9999: a relation that has some is not unloaded; they become NULL, or the nearest moment; or such columns become text',
      ),
    floats: z
      .enum(['check', 'keep', 'null'])
      .default('check')
      .describe('NaN and infinities: a relation that has some is not unloaded; they are carried, or become NULL'),
    smallestBigint: z
      .enum(['check', 'keep', 'decimal', 'null'])
      .default('check')
      .describe(
        '-9223372036854775808: a relation that has it is not unloaded; it is carried, or becomes NULL; or every BIGINT becomes DECIMAL(20,0)',
      ),
    longVarbyte: z
      .enum(['check', 'null'])
      .default('check')
      .describe('VARBYTE over 32,767 bytes: a relation that has some is not unloaded, or they become NULL'),
    largeSuper: z
      .enum(['check', 'null'])
      .default('check')
      .describe('SUPER over 8 MB: a relation that has some is not unloaded, or they become NULL'),
    decimalScale: z
      .enum(['block', 'check', 'extended', 'text', 'round'])
      .default('block')
      .describe(
        'NUMERIC with more than 18 digits behind the point: blocked; DECIMAL(38,18) where no value loses a digit; with the flag for extended scale; as text; rounded',
      ),
    hllsketch: z.enum(['block', 'estimate']).default('block').describe('HLLSKETCH: blocked, or its estimate as BIGINT'),
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
    schema: z
      .string()
      .min(1)
      .optional()
      .describe(
        "template of the target schema, for projects with schemas; {schema} stands for the source's. Absent: default",
      ),
    table: z.string().default('{table}').describe('{schema} and {table} stand for the source names'),
    column: z
      .string()
      .min(1)
      .optional()
      .describe('{schema}, {table} and {column} stand for the source names; absent: {column}'),
    tables: z.record(z.string(), z.string()).default({}).describe('schema.relation: table, or schema.table'),
    columns: z.record(z.string(), z.string()).default({}).describe('schema.relation.column: column'),
  })
  .prefault({})

const formats = z.enum(['auto', 'parquet', 'csv', 'text'])

export const format = formats
  .default('auto')
  .describe(
    'what the parts are: parquet; csv or text, in which all is text and loaded through a staging table; auto: parquet, and csv for relations that parquet cannot carry',
  )

export const text = z
  .strictObject({
    compression: z.enum(['gzip', 'zstd', 'bzip2', 'none']).default('gzip').describe('gzip: MaxCompute reads no other'),
    delimiter: z.string().default('|').describe('of text, one of | , ; ^ ~ tab; csv has commas'),
    nullAs: z.string().default('\\N').describe('what stands for NULL'),
    header: z.boolean().default(false).describe('the first line of every part names the columns'),
    addQuotes: z.boolean().default(false).describe('quotes round every field of text'),
    escape: z.boolean().default(false).describe('ESCAPE in text; not with addQuotes'),
  })
  .describe('how csv and text parts are written')
  .prefault({})

export const relations = z
  .record(
    relationPattern,
    z.strictObject({
      format: formats.optional().describe('as for all relations when absent'),
      parallel: z
        .boolean()
        .optional()
        .describe('false: UNLOAD … PARALLEL OFF, few parts written one after the other, for small relations'),
      plainText: z
        .array(z.string().min(1))
        .min(1)
        .optional()
        .describe(
          'CHAR and VARCHAR columns that csv and text carry as they are; without line ends, quotes, backslashes and delimiters, which is asked',
        ),
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
      partition: z
        .union([
          z.strictObject({
            by: z.string().min(1).describe("the source's column"),
            unit: z.enum(['year', 'month', 'day', 'value']).default('value'),
            unloadPartitioned: z
              .boolean()
              .optional()
              .describe('UNLOAD makes a prefix for each partition, and LOAD needs no staging table; Parquet only'),
          }),
          z.strictObject({
            name: z.string().min(1).describe("of the partition's column"),
            value: z.string().min(1).describe('the partition that all rows go to'),
          }),
        ])
        .optional()
        .describe(
          'the table is partitioned by a derived column of text, while the data column stays, or has one partition for all rows',
        ),
      clustering: z
        .union([
          z.literal('auto'),
          z.strictObject({
            kind: z.enum(['hash', 'range']).default('hash'),
            by: z.array(z.string().min(1)).min(1).describe("the source's columns"),
            sortedBy: z.array(z.string().min(1)).min(1).optional().describe('absent: by'),
            buckets: z.int().min(1).max(4096).optional().describe('for hash; absent: by the size of the relation'),
          }),
        ])
        .optional()
        .describe('auto: by the distribution key, else by the sort key'),
      primaryKey: z
        .boolean()
        .optional()
        .describe("a Delta table with the source's primary key, which the snapshot must prove unique"),
    }),
  )
  .default({})
  .describe(
    'rows and columns to carry and the shape of the table, by schema.relation with *; the last match wins, alone',
  )
