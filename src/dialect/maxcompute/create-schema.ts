import type { Statement } from '../../model/statement.js'
import { quoteIdentifier } from './identifier.js'

/** Of a project of the three-level model (maxcompute.md 3). */
export function createSchemaStatement(project: string, schema: string): Statement {
  return {
    purpose: `create schema ${project}.${schema}`,
    text: `CREATE SCHEMA IF NOT EXISTS ${quoteIdentifier(project)}.${quoteIdentifier(schema)}`,
    settings: { 'odps.namespace.schema': 'true', 'odps.sql.allow.namespace.schema': 'true' },
  }
}
