import type { Bound } from './binding.js'
import type { BoundCall, FunctionRule, FunctionTable } from './function-rule.js'
import { rsType, varchar } from './types.js'

const kinds = ['relation', 'schema', 'function', 'database'] as const

/** Owners, and names by which the functions may be asked. */
const objects = {
  relation: `SELECT oid, relowner AS owner FROM rs.relation UNION ALL SELECT oid, 1 FROM rs.system_relation`,
  schema: 'SELECT oid, nspowner AS owner FROM rs.namespace',
  function: 'SELECT oid, proowner AS owner FROM rs.proc',
  database: 'SELECT 100001 AS oid, 100 AS owner',
}

/** System relations that take no grant to be read; the others are a superuser's (privileges.ts). */
const openToAll: Readonly<Record<(typeof kinds)[number], string>> = {
  relation: `id IN (SELECT oid FROM rs.system_relation WHERE relname NOT IN ('svv_table_info', 'stv_mv_info'))
    AND upper(wanted) = 'SELECT'`,
  schema: `id < 100 AND upper(wanted) = 'USAGE'`,
  function: 'false',
  database: `upper(wanted) IN ('TEMP', 'TEMPORARY', 'CONNECT')`,
}

function allowedMacro(kind: (typeof kinds)[number]): string {
  return `CREATE OR REPLACE MACRO rs.has_${kind}(holder, id, wanted) AS (
    EXISTS (SELECT 1 FROM rs.user_ rs_u WHERE rs_u.usesysid = holder AND rs_u.usesuper)
    OR EXISTS (SELECT 1 FROM (${objects[kind]}) rs_o WHERE rs_o.oid = id AND rs_o.owner = holder) OR (${openToAll[kind]})
    OR EXISTS (SELECT 1 FROM rs.privilege rs_p JOIN rs.effective rs_e ON rs_e.grantee = rs_p.grantee
      WHERE rs_p.kind = '${kind}' AND rs_p.object = id AND rs_e.usesysid = holder
      AND rs_p.privilege = replace(replace(upper(wanted), ' WITH GRANT OPTION', ''), 'TEMPORARY', 'TEMP')
      AND (rs_p.admin OR NOT contains(upper(wanted), 'GRANT OPTION'))));
`
}

export const privilegeMacros = `
CREATE OR REPLACE MACRO rs.user_id(given) AS coalesce((SELECT rs_u.usesysid FROM rs.user_ rs_u WHERE rs_u.usename = given),
  rs.fail('42704', 'user "' || given || '" does not exist'));
CREATE OR REPLACE MACRO rs.relation_id(given) AS coalesce((SELECT arg_min(rs_c.oid, coalesce(rs_c.place, 1000)) FROM (
    SELECT rs_r.oid, rs_n.nspname, rs_r.relname, list_position(getvariable('rs_search_path'), rs_n.nspname) AS place FROM rs.relation rs_r
    JOIN rs.namespace rs_n ON rs_n.oid = rs_r.relnamespace
    UNION ALL SELECT oid, nspname, relname, CASE nspname WHEN 'pg_catalog' THEN 0 END FROM rs.system_relation) rs_c
  WHERE replace(given, '"', '') = rs_c.nspname || '.' || rs_c.relname OR (replace(given, '"', '') = rs_c.relname AND rs_c.place IS NOT NULL)),
  rs.fail('42P01', 'relation "' || given || '" does not exist'));
CREATE OR REPLACE MACRO rs.schema_id(given) AS coalesce((SELECT rs_n.oid FROM rs.namespace rs_n WHERE rs_n.nspname = replace(given, '"', '')),
  rs.fail('3F000', 'schema "' || given || '" does not exist'));
CREATE OR REPLACE MACRO rs.database_id(given) AS CASE WHEN given = getvariable('rs_database') THEN 100001
  ELSE rs.fail('3D000', 'database "' || given || '" does not exist') END;
CREATE OR REPLACE MACRO rs.function_id(given) AS coalesce((SELECT min(rs_f.oid) FROM rs.proc rs_f JOIN rs.namespace rs_n
  ON rs_n.oid = rs_f.pronamespace WHERE replace(given, '"', '') IN (rs_n.nspname || '.' || rs_f.proname || '(' ||
    rs.oidvectortypes(array_to_string(rs_f.argtypes, ' ')) || ')', rs_f.proname || '(' ||
    rs.oidvectortypes(array_to_string(rs_f.argtypes, ' ')) || ')')),
  rs.fail('42883', 'function "' || given || '" does not exist'));
${kinds.map(allowedMacro).join('')}`

const isText = (bound: Bound | undefined): boolean =>
  bound?.literal !== undefined || ['varchar', 'char', 'name', 'unknown'].includes(bound?.type?.name ?? '')

/** `has_x_privilege([user,] object, privilege)`; user and object by name or by id. */
function asks(kind: (typeof kinds)[number]): FunctionRule {
  const bind = ({ args }: BoundCall): Bound => {
    const [user, object, wanted] = args.length === 3 ? args : [undefined, ...args]
    const holder =
      user === undefined
        ? "getvariable('rs_user_id')"
        : isText(user)
          ? `rs.user_id(${user.sql})`
          : `CAST(${user.sql} AS INTEGER)`
    const id = isText(object) ? `rs.${kind}_id(${object?.sql ?? ''})` : `CAST(${object?.sql ?? ''} AS INTEGER)`
    return { sql: `rs.has_${kind}(${holder}, ${id}, ${wanted?.sql ?? ''})`, type: rsType('bool') }
  }
  return { arity: [2, 3], leader: true, bind }
}

export const privilegeFunctions: FunctionTable = {
  has_table_privilege: asks('relation'),
  has_schema_privilege: asks('schema'),
  has_database_privilege: asks('database'),
  has_function_privilege: asks('function'),
  oidvectortypes: {
    arity: [1, 1],
    leader: true,
    bind: ({ args }) => ({ sql: `rs.oidvectortypes(${args[0]?.sql ?? ''})`, type: varchar() }),
  },
}
