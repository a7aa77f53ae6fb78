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
    EXISTS (SELECT 1 FROM rs.user_ u WHERE u.usesysid = holder AND u.usesuper)
    OR EXISTS (SELECT 1 FROM (${objects[kind]}) o WHERE o.oid = id AND o.owner = holder) OR (${openToAll[kind]})
    OR EXISTS (SELECT 1 FROM rs.privilege p JOIN rs.effective e ON e.grantee = p.grantee
      WHERE p.kind = '${kind}' AND p.object = id AND e.usesysid = holder
      AND p.privilege = replace(replace(upper(wanted), ' WITH GRANT OPTION', ''), 'TEMPORARY', 'TEMP')
      AND (p.admin OR NOT contains(upper(wanted), 'GRANT OPTION'))));
`
}

export const privilegeMacros = `
CREATE OR REPLACE MACRO rs.user_id(given) AS coalesce((SELECT u.usesysid FROM rs.user_ u WHERE u.usename = given),
  rs.fail('42704', 'user "' || given || '" does not exist'));
CREATE OR REPLACE MACRO rs.relation_id(given) AS coalesce((SELECT arg_min(c.oid, coalesce(c.place, 1000)) FROM (
    SELECT r.oid, n.nspname, r.relname, list_position(getvariable('rs_search_path'), n.nspname) AS place FROM rs.relation r
    JOIN rs.namespace n ON n.oid = r.relnamespace
    UNION ALL SELECT oid, nspname, relname, CASE nspname WHEN 'pg_catalog' THEN 0 END FROM rs.system_relation) c
  WHERE replace(given, '"', '') = c.nspname || '.' || c.relname OR (replace(given, '"', '') = c.relname AND c.place IS NOT NULL)),
  rs.fail('42P01', 'relation "' || given || '" does not exist'));
CREATE OR REPLACE MACRO rs.schema_id(given) AS coalesce((SELECT n.oid FROM rs.namespace n WHERE n.nspname = replace(given, '"', '')),
  rs.fail('3F000', 'schema "' || given || '" does not exist'));
CREATE OR REPLACE MACRO rs.database_id(given) AS CASE WHEN given = getvariable('rs_database') THEN 100001
  ELSE rs.fail('3D000', 'database "' || given || '" does not exist') END;
CREATE OR REPLACE MACRO rs.function_id(given) AS coalesce((SELECT min(f.oid) FROM rs.proc f JOIN rs.namespace n
  ON n.oid = f.pronamespace WHERE replace(given, '"', '') IN (n.nspname || '.' || f.proname || '(' ||
    rs.oidvectortypes(array_to_string(f.argtypes, ' ')) || ')', f.proname || '(' ||
    rs.oidvectortypes(array_to_string(f.argtypes, ' ')) || ')')),
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
