import type { Config } from './config-schema.js'

/** A GRANT of MaxCompute, and what of the command needs it. */
export interface TargetGrant {
  readonly for: 'MaxCompute'
  readonly grant: string
  readonly why: string
}

/**
 * What the user of `maxcompute.accessId` needs in the project (maxcompute.md 4.2). Who makes a table owns it, so only
 * tables that stand before need grants of their own.
 */
export function targetGrants({ maxcompute, naming }: Config): readonly TargetGrant[] {
  const { project, schema } = maxcompute
  const to = (privileges: string, of: string): string => `GRANT ${privileges} ON ${of} TO USER <user>;`
  const hasSchemas = (naming.schema ?? schema) !== undefined
  return [
    {
      for: 'MaxCompute',
      grant: to('List, CreateTable, CreateInstance', `PROJECT ${project}`),
      why: 'tables, staging tables, those of a swap and of doctor --probe, and every statement',
    },
    ...(hasSchemas
      ? ([
          {
            for: 'MaxCompute',
            grant: to('CreateSchema', `PROJECT ${project}`),
            why: 'schemas that tables are to stand in and that are not there yet',
          },
        ] as const)
      : []),
    {
      for: 'MaxCompute',
      grant: to('Describe, Select, Alter, Update, Drop', 'TABLE <table>'),
      why: 'only for tables of others that are loaded with --replace: Alter renames (swap, rollback) and drops partitions, Update loads, inserts and empties, Drop is for migrate clean, which removes the table of before',
    },
  ]
}
