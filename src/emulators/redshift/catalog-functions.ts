import { type Bound, quoteText, type SessionFacts } from './binding.js'
import type { BoundCall, FunctionRule, FunctionTable } from './function-rule.js'
import { relationOid } from './expression-parser.js'
import { unsupported } from './fault.js'
import { keyElement, schemaElement } from './function-parser.js'
import { engineType } from './type-facts.js'
import { rsType, type RsType, varchar } from './types.js'

const boolean = rsType('bool')

/** A constant of the session. */
function fact(type: RsType, value: (session: SessionFacts) => string | number, leader = true): FunctionRule {
  const bind = ({ context }: BoundCall): Bound => {
    const found = value(context.session)
    return { sql: `CAST(${typeof found === 'number' ? String(found) : quoteText(found)} AS ${engineType(type)})`, type }
  }
  return leader ? { arity: [0, 0], bind, leader } : { arity: [0, 0], bind }
}

function lookup(name: string, type: RsType, least: number, most = least): FunctionRule {
  const bind = ({ args }: BoundCall): Bound => ({
    sql: `rs.${name}(${args.map((arg) => arg.sql).join(', ')})`,
    type,
  })
  return { arity: [least, most], bind, leader: true }
}

function setting({ args: [name] }: BoundCall): Bound {
  return { sql: `rs.setting(${name?.sql ?? ''})`, type: varchar() }
}

/** `(current_schemas(…))[n]`: beyond the array's ends there is NULL, its first element is 1. */
function schemaAt({ args: [implicit, index] }: BoundCall): Bound {
  const at = index?.sql ?? ''
  const sql = `(CASE WHEN ${at} > 0 THEN rs.current_schemas(${implicit?.sql ?? ''})[${at}] END)`
  return { sql, type: rsType('name') }
}

/** The n-th column number of a key, from its text `{1,2}`. */
function keyAt({ args: [keys, index] }: BoundCall): Bound {
  const sql = `CAST(list_extract(string_split(trim(${keys?.sql ?? ''}, '{}'), ','), ${index?.sql ?? '1'}) AS SMALLINT)`
  return { sql, type: rsType('int2') }
}

export const catalogFunctions: FunctionTable = {
  [keyElement]: { arity: [2, 2], leader: true, bind: keyAt },
  [relationOid]: {
    arity: [1, 1],
    leader: true,
    bind: ({ args }) => ({ sql: `rs.relation_id(${args[0]?.sql ?? ''})`, type: rsType('oid') }),
  },
  version: fact(varchar(), (session) => session.version),
  current_database: fact(rsType('name'), (session) => session.database),
  current_user: fact(rsType('name'), (session) => session.user, false),
  session_user: fact(rsType('name'), (session) => session.user, false),
  user: fact(rsType('name'), (session) => session.user, false),
  current_user_id: fact(rsType('int4'), (session) => session.userId, false),
  current_schema: lookup('current_schema', rsType('name'), 0),
  current_schemas: {
    arity: [1, 1],
    bind: () => {
      throw unsupported('current_schemas() without a subscript')
    },
  },
  [schemaElement]: { arity: [2, 2], leader: true, bind: schemaAt },
  pg_backend_pid: fact(rsType('int4'), (session) => session.processId),
  pg_last_unload_count: fact(rsType('int8'), (session) => session.lastUnloadCount),
  pg_last_unload_id: fact(rsType('int8'), (session) => session.lastUnloadId),
  pg_last_query_id: fact(rsType('int8'), (session) => session.lastQueryId),
  pg_last_copy_count: fact(rsType('int8'), () => 0),
  pg_client_encoding: fact(rsType('name'), () => 'UTF8'),
  current_setting: { arity: [1, 1], leader: true, bind: setting },
  format_type: lookup('format_type', varchar(), 2),
  format_encoding: lookup('format_encoding', varchar(), 1),
  pg_get_constraintdef: lookup('pg_get_constraintdef', varchar(), 1, 2),
  pg_get_expr: lookup('pg_get_expr', varchar(), 2, 3),
  pg_get_viewdef: lookup('pg_get_viewdef', varchar(), 1, 2),
  pg_get_userbyid: lookup('pg_get_userbyid', rsType('name'), 1),
  pg_function_is_visible: lookup('pg_function_is_visible', boolean, 1),
  pg_table_is_visible: lookup('pg_table_is_visible', boolean, 1),
  obj_description: lookup('obj_description', varchar(), 1, 2),
  col_description: lookup('col_description', varchar(), 2),
}
