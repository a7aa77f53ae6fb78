import { z } from 'zod'
import { configSchema } from './config-schema.js'

/** The JSON Schema that editors use; `config/migrate.schema.json` is this, and a test compares them. */
export function configJsonSchema(): object {
  return { title: 'migrate.yaml of redshift-to-maxcompute', ...z.toJSONSchema(configSchema, { io: 'input' }) }
}
