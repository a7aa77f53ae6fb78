import type { CatalogView } from './catalog-view.js'

const leader = 'leader' as const

/** Whoever can be granted something, by the code that rs.privilege names them with. */
const identities = `(SELECT 'u' || usesysid AS code, usesysid AS id, usename AS name, 'user' AS kind FROM rs.user_
  UNION ALL SELECT 'g' || grosysid, grosysid, groname, 'group' FROM rs.group_
  UNION ALL SELECT 'r' || role_id, role_id, role_name, 'role' FROM rs.role_
  UNION ALL SELECT 'p', 0, 'public', 'public')`

const granted = `rs.privilege p JOIN ${identities} i ON i.code = p.grantee`
const grantor = 'rs.pg_get_userbyid(p.grantor)'
const mine = `(getvariable('rs_superuser') OR p.grantor = getvariable('rs_user_id') OR p.grantee IN
  (SELECT e.grantee FROM rs.effective e WHERE e.usesysid = getvariable('rs_user_id')))`
const identityColumns = 'identity_id:int4 identity_name identity_type admin_option:bool'

/** Letters of an aclitem, as PostgreSQL 8 writes them, with Redshift's D for DROP. */
const letters = `CASE p.privilege WHEN 'SELECT' THEN 'r' WHEN 'INSERT' THEN 'a' WHEN 'UPDATE' THEN 'w' WHEN 'DELETE' THEN 'd'
  WHEN 'REFERENCES' THEN 'x' WHEN 'DROP' THEN 'D' WHEN 'ALTER' THEN 'A' WHEN 'TRUNCATE' THEN 't' WHEN 'EXECUTE' THEN 'X'
  WHEN 'USAGE' THEN 'U' WHEN 'CREATE' THEN 'C' WHEN 'TEMP' THEN 'T' ELSE '' END || CASE WHEN p.admin THEN '*' ELSE '' END`

const item = `CASE i.kind WHEN 'public' THEN '' WHEN 'user' THEN i.name ELSE i.kind || ' ' || i.name END`

/** SQL of `(object, acl)`: `{owner=…/owner,reader=r/owner,"group g=r/owner"}`, one row for what has grants. */
export function aclRows(kind: 'relation' | 'schema' | 'function', owners: string, all: string): string {
  return `(SELECT g.object, '{' || o.owner || '=${all}/' || o.owner || ',' || string_agg(CASE WHEN g.entry LIKE '% %'
      THEN '"' || g.entry || '"' ELSE g.entry END, ',' ORDER BY g.entry) || '}' AS acl
    FROM (SELECT p.object, ${item} || '=' || string_agg(${letters}, '' ORDER BY p.privilege) || '/' || ${grantor} AS entry
      FROM ${granted} WHERE p.kind = '${kind}' GROUP BY p.object, i.kind, i.name, p.grantor) g
    JOIN (${owners}) o ON o.oid = g.object GROUP BY g.object, o.owner)`
}

export const privilegeViews: Readonly<Record<string, CatalogView>> = {
  svv_relation_privileges: {
    node: leader,
    columns: `namespace_name relation_name privilege_type ${identityColumns} privilege_scope grantor_name`,
    sql: `SELECT n.nspname, n.relname, p.privilege, i.id, i.name, i.kind, p.admin, 'RELATION', ${grantor} FROM ${granted}
      JOIN (SELECT r.oid, s.nspname, r.relname FROM rs.relation r JOIN rs.namespace s ON s.oid = r.relnamespace
        UNION ALL SELECT oid, nspname, relname FROM rs.system_relation) n ON n.oid = p.object
      WHERE p.kind = 'relation' AND ${mine}`,
  },
  svv_schema_privileges: {
    node: leader,
    columns: `namespace_name privilege_type ${identityColumns} privilege_scope grantor_name`,
    sql: `SELECT n.nspname, p.privilege, i.id, i.name, i.kind, p.admin, 'SCHEMA', ${grantor} FROM ${granted}
      JOIN rs.namespace n ON n.oid = p.object WHERE p.kind = 'schema' AND ${mine}`,
  },
  svv_function_privileges: {
    node: leader,
    columns: `namespace_name function_name argument_types privilege_type ${identityColumns} privilege_scope grantor_name`,
    sql: `SELECT n.nspname, f.proname, rs.oidvectortypes(array_to_string(f.argtypes, ' ')), p.privilege, i.id, i.name, i.kind,
      p.admin, 'FUNCTION', ${grantor} FROM ${granted} JOIN rs.proc f ON f.oid = p.object
      JOIN rs.namespace n ON n.oid = f.pronamespace WHERE p.kind = 'function' AND ${mine}`,
  },
  svv_database_privileges: {
    node: leader,
    columns: `database_name privilege_type ${identityColumns}`,
    sql: `SELECT getvariable('rs_database'), p.privilege, i.id, i.name, i.kind, p.admin FROM ${granted}
      WHERE p.kind = 'database' AND ${mine}`,
  },
  svv_roles: {
    node: leader,
    columns: 'role_id:int4 role_name role_owner external_id',
    sql: 'SELECT role_id, role_name, rs.pg_get_userbyid(role_owner), NULL FROM rs.role_',
  },
  svv_user_grants: {
    node: leader,
    columns: 'user_id:int4 user_name role_id:int4 role_name admin_option:bool',
    sql: `SELECT u.usesysid, u.usename, r.role_id, r.role_name, m.admin FROM rs.member m
      JOIN rs.user_ u ON 'u' || u.usesysid = m.member JOIN rs.role_ r ON 'r' || r.role_id = m.holder`,
  },
  svv_role_grants: {
    node: leader,
    columns: 'role_id:int4 role_name granted_role_id:int4 granted_role_name',
    sql: `SELECT t.role_id, t.role_name, r.role_id, r.role_name FROM rs.member m
      JOIN rs.role_ t ON 'r' || t.role_id = m.member JOIN rs.role_ r ON 'r' || r.role_id = m.holder`,
  },
  pg_group: {
    node: leader,
    columns: 'groname:name grosysid:int4 grolist',
    sql: `SELECT g.groname, g.grosysid, (SELECT '{' || string_agg(substr(m.member, 2), ',' ORDER BY m.member) || '}'
      FROM rs.member m WHERE m.holder = 'g' || g.grosysid) FROM rs.group_ g`,
  },
  pg_user: {
    node: leader,
    columns: 'usename:name usesysid:int4 usecreatedb:bool usesuper:bool usecatupd:bool passwd valuntil useconfig',
    sql: `SELECT usename, usesysid, usecreatedb, usesuper, usesysid = 1, '********', NULL, NULL FROM rs.user_`,
  },
}
