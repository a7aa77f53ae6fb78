import { z } from 'zod'

const count = z.int().nonnegative()
const value = z.string().nullable().describe('canonical text; null for SQL NULL, or where a side did not answer')
const leg = z.enum(['unload', 'transfer', 'load', 'verify'])
const verdict = z.enum(['verified', 'differs', 'unverified', 'failed', 'blocked'])

const concern = z.strictObject({
  code: z.string().describe('RS0101; migrate explain tells more'),
  class: z.enum(['note', 'lossy', 'blocking']),
  column: z.string().optional(),
  message: z.string(),
})

const unmigrated = z.strictObject({
  kind: z.string().optional(),
  schema: z.string(),
  name: z.string(),
  reason: z.string(),
})

const discrepancy = z.strictObject({
  check: z.string(),
  relation: z.string(),
  column: z.string().optional(),
  source: value,
  target: value,
  message: z.string(),
})

const accepted = z.strictObject({ ...discrepancy.shape, reason: z.string().describe("the config's") })

const check = z.looseObject({
  check: z.string(),
  comparedCount: count,
  discrepancies: z.array(discrepancy),
  accepted: z.array(accepted).optional(),
})

const answer = z.strictObject({
  query: z.string(),
  columns: z.array(z.string()),
  rows: z.array(z.array(value)),
})

const coverage = z.strictObject({
  kind: z.string(),
  foundCount: count.describe('the sum of the others'),
  migratedCount: count,
  changedCount: count,
  blockedCount: count,
  manualCount: count,
  skippedCount: count,
})

const milliseconds = z.partialRecord(leg, z.number().nonnegative())

const totals = z.strictObject({
  verdicts: z.record(verdict, count),
  rowCount: count,
  byteCount: count,
  partCount: count,
  comparedCount: count,
  differenceCount: count,
  milliseconds,
  longest: z.array(z.strictObject({ relation: z.string(), verdict, byteCount: count, milliseconds })),
})

const risk = z.strictObject({
  column: z.string(),
  cover: z.enum(['hash', 'tolerance', 'length', 'nulls', 'aggregates', 'accepted']),
  text: z.string().describe('what may still differ unseen'),
})

const relation = z.looseObject({
  relation: z.string(),
  table: z.string(),
  where: z.string().optional(),
  leftOut: z.array(z.string()).optional(),
  strategy: z.enum(['direct', 'staged']),
  depth: z.enum(['count', 'aggregates', 'content']),
  states: z.record(leg, z.string()),
  failure: z.string().optional(),
  rowCount: count.optional(),
  byteCount: count.optional(),
  partCount: count.optional(),
  snapshot: z.string().optional(),
  crc64: z.array(z.string()).describe('of each object, decimal; CRC-64/XZ'),
  crossing: z
    .looseObject({
      by: z.enum(['streaming', 'online']),
      job: z
        .strictObject({
          name: z.string(),
          how: z.string(),
          told: z
            .strictObject({ total: count, copied: count, failed: count, skipped: count })
            .partial()
            .optional()
            .describe('objects, as the service counts them'),
          differences: z.array(z.string()).optional().describe('what it tells, where that is not what was found'),
        })
        .optional(),
      rerouted: z.string().optional().describe('why it was streamed although a job was planned for it'),
      proofs: z.record(z.string(), count).describe('parts, by how far their bytes are proven'),
      resent: z.array(z.strictObject({ key: z.string(), reason: z.string() })).optional(),
    })
    .optional(),
  milliseconds,
  instances: z.array(z.strictObject({ step: z.string(), instance: z.string(), logview: z.string() })),
  concerns: z.array(concern),
  assumptions: z.array(z.strictObject({ code: z.string(), column: z.string(), message: z.string() })).optional(),
  checks: z.array(check),
  values: z.array(
    z.strictObject({
      column: z.string().optional(),
      measure: z.string(),
      source: value,
      target: value,
      equal: z.boolean(),
      agrees: z.boolean().describe('compared, and equal or within what is taken for the same'),
    }),
  ),
  statements: z.strictObject({ source: z.array(z.string()), target: z.array(z.string()) }),
  risks: z.array(risk),
  answers: z.strictObject({ source: z.array(answer), target: z.array(answer) }),
  verdict,
})

const query = z.looseObject({
  name: z.string(),
  file: z.string(),
  line: z.int(),
  verdict: z.enum(['equal', 'differs', 'failed', 'not-comparable', 'manual', 'waiting']),
  reason: z.string().optional().describe('why it was not compared, or not for certain'),
  relations: z.array(z.string()),
  source: z.string().describe('the statement'),
  target: z.string().optional().describe('its translation'),
  settings: z.record(z.string(), z.string()).optional(),
  columns: z.array(z.strictObject({ name: z.string(), compared: z.string() })),
  orderedBy: z.array(z.string()),
  sourceRowCount: count.optional(),
  targetRowCount: count.optional(),
  comparedCount: count,
  nearCount: count.describe('values that divide and are within one unit'),
  near: z.array(z.strictObject({ column: z.string(), source: z.string(), target: z.string(), unit: z.string() })),
  discrepancies: z.array(discrepancy),
})

/** `report.json`. Fields are only ever added. */
export const reportSchema = z.looseObject({
  document: z.literal('report'),
  version: z.literal(1),
  run: z.string(),
  toolVersion: z.string(),
  source: z.string(),
  target: z.string(),
  consistency: z.enum(['each-relation', 'single-transaction', 'frozen', 'restored']),
  moved: z.array(z.strictObject({ relation: z.string(), measure: z.string(), before: value, after: value })).optional(),
  relationCount: count,
  skipped: z.array(unmigrated),
  manual: z.array(unmigrated),
  coverage: z.array(coverage),
  concerns: z.array(concern),
  totals,
  views: z
    .array(
      z.looseObject({
        view: z.string(),
        fate: z.enum(['created', 'manual', 'waiting', 'failed']),
        table: z.string().optional(),
        reason: z.string().optional(),
        statement: z.string().optional(),
      }),
    )
    .optional()
    .describe('where views were to be made'),
  queries: z.array(query).optional().describe("the user's own, as both sides answered them"),
  exitCode: z.int().optional().describe('of the run; absent while it has not ended'),
  relations: z.array(relation),
})

/** `config/report.schema.json` is this, and a test compares them. */
export function reportJsonSchema(): object {
  return { title: 'report.json of redshift-to-maxcompute', ...z.toJSONSchema(reportSchema) }
}
