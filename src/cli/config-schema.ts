import { z } from 'zod'
import { bandwidthPattern, parseBandwidth, parseByteCount } from '../model/bandwidth.js'
import { access, maxcompute, onlineMigration, oss, redshift, s3 } from './place-schema.js'
import { format, naming, relationPattern, relations, text, types } from './translation-schema.js'
import { verify } from './verify-schema.js'

/** What the config file may say. No transforms: the published JSON Schema and this are the same thing. */

const atOnce = (fallback: number): z.ZodDefault<z.ZodInt> => z.int().min(1).max(64).default(fallback)

const limits = z
  .strictObject({
    unload: atOnce(4),
    transfer: atOnce(4),
    load: atOnce(8),
    verify: atOnce(4),
    chunksInFlight: atOnce(8).describe('over all relations; four objects of up to 256 KiB count as one'),
    chunkMegabytes: z
      .int()
      .min(1)
      .max(512)
      .default(8)
      .describe('of a copy; twice as many for objects of 16 GB and more, and what fits 10,000 chunks beyond 160 GB'),
    partMegabytes: z
      .int()
      .min(32)
      .max(1024)
      .default(256)
      .describe('UNLOAD MAXFILESIZE; MaxCompute reads files up to 2 GB'),
    rowGroupMegabytes: z
      .int()
      .min(32)
      .max(128)
      .optional()
      .describe('UNLOAD ROWGROUPSIZE; only the largest types of node take it. Redshift writes 32 when absent'),
  })
  .prefault({})

const transfer = z
  .strictObject({
    workers: z
      .int()
      .min(0)
      .max(16)
      .default(0)
      .describe('threads that move chunks; 0: the one that does everything else, and copies small objects'),
    bandwidth: z
      .string()
      .regex(bandwidthPattern, 'reads 50M, off, or 08:00,50M 19:00,off')
      .refine((text) => parseBandwidth(text) !== undefined, 'is at least 1M')
      .optional()
      .describe("bytes per second that are read, by this machine's clock: 50M, or 08:00,50M 19:00,off"),
    maxEgress: z
      .string()
      .refine((text) => parseByteCount(text) !== undefined, 'reads 500M, 2T, or plain bytes')
      .optional()
      .describe('bytes that a run may read from S3 to copy them, again and again where that is needed: 500G'),
    proof: z
      .enum(['full', 'light'])
      .default('full')
      .describe(
        'of what a job carried: full reads the source and compares CRC-64; light compares sizes and ends of objects',
      ),
  })
  .prefault({})

const hours = z
  .strictObject({
    unload: z.number().positive().default(24),
    transfer: z.number().positive().default(72),
    load: z.number().positive().default(24),
    verify: z.number().positive().default(24),
  })
  .describe('longest time for one step, by stage')
  .prefault({})

const window = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/)
  .optional()

const windows = z
  .strictObject({
    unload: window.describe("'22:00-06:00'"),
    transfer: window,
    load: window,
    verify: window,
    zone: z.string().min(1).optional().describe("Europe/Berlin; this machine's own when absent"),
  })
  .describe('hours of the day within which a stage starts steps; what runs when they end goes on')
  .prefault({})

const probe = z
  .strictObject({
    schema: z
      .string()
      .min(1)
      .optional()
      .describe(
        'a schema of Redshift in which doctor --probe may make a small table, and drop it; absent: it unloads constants',
      ),
  })
  .prefault({})

export const configSchema = z.strictObject({
  version: z.literal(1),
  redshift,
  s3,
  oss,
  maxcompute,
  access: access.optional(),
  onlineMigration: onlineMigration.optional(),
  select: z.array(relationPattern).min(1),
  exclude: z.array(relationPattern).default([]),
  carrier: z
    .enum(['streaming', 'online', 'auto'])
    .default('streaming')
    .describe(
      'through this machine; or by jobs of Data Online Migration; auto: large relations by job, small ones streamed',
    ),
  transfer,
  consistency: z
    .enum(['each-relation', 'single-transaction', 'frozen', 'restored'])
    .default('each-relation')
    .describe(
      'the moment the relations are read at: each its own; all in one transaction (serial, holds locks); writes frozen by you and fenced; a restored snapshot',
    ),
  scan: z
    .boolean()
    .default(false)
    .describe('planning asks the source whether its data are as the plan assumes, one scan a relation that needs it'),
  views: z
    .enum(['file', 'create'])
    .default('file')
    .describe(
      'views with a certain translation: written to files only, or made on the target as well, once their tables are loaded',
    ),
  publish: z
    .enum(['direct', 'swap'])
    .default('swap')
    .describe(
      'with --replace: load over the rows of a table that stands, or beside it and rename once verified, with the rows of before kept',
    ),
  format,
  text,
  types,
  naming,
  relations,
  verify,
  probe,
  limits,
  hours,
  windows,
  ca: z
    .string()
    .min(1)
    .optional()
    .describe(
      "PEM file of authorities to trust besides the system's, for every service; for Redshift see redshift.caFile",
    ),
  lifecycleDays: z.int().min(1).max(37231).optional().describe('LIFECYCLE of the tables'),
  runs: z.string().default('runs').describe('folder of the runs, relative to this file'),
  ddl: z.string().default('ddl/maxcompute').describe('folder for the generated DDL, relative to this file'),
})

export type Config = z.output<typeof configSchema>
