import type { CatalogView } from './catalog-view.js'
import { aclRows } from './privilege-views.js'
import { typeRowsSql } from './type-facts.js'

const leader = 'leader' as const

const classColumns =
  'oid:oid relname:name relnamespace:oid reltype:oid relowner:int4 relam:oid relfilenode:oid reltablespace:oid ' +
  'relpages:int4 reltuples:float4 relhasindex:bool relisshared:bool relkind relnatts:int2 relhasoids:bool ' +
  'relhaspkey:bool relhasrules:bool reldiststyle:int2 relacl'

/** Redshift makes an index of every primary and unique key, for drivers to read; nothing is stored in it. */
const keyIndexes = `(SELECT 1000000000 + c.oid AS oid, c.conname, c.connamespace, c.contype, c.conrelid, c.conkey
  FROM rs.constraint_ c WHERE c.contype IN ('p', 'u'))`

const schemaOwners = 'SELECT oid, rs.pg_get_userbyid(nspowner) AS owner FROM rs.namespace'
const relationOwners = 'SELECT oid, rs.pg_get_userbyid(relowner) AS owner FROM rs.relation'

/** PG_* tables (redshift.md 3.2), with Redshift's columns beside PostgreSQL's. */
export const pgViews: Readonly<Record<string, CatalogView>> = {
  pg_namespace: {
    node: leader,
    columns: 'oid:oid nspname:name nspowner:int4 nspacl',
    sql: `SELECT n.oid, n.nspname, n.nspowner, a.acl FROM rs.namespace n
      LEFT JOIN ${aclRows('schema', schemaOwners, 'UC')} a ON a.object = n.oid`,
  },
  pg_class: {
    node: leader,
    columns: classColumns,
    sql: `SELECT r.oid, r.relname, r.relnamespace, 0, r.relowner, 0, r.oid, 0, 0, 0.001::FLOAT, false, false, r.relkind,
      (SELECT count(*) FROM rs.attribute a WHERE a.attrelid = r.oid)::SMALLINT, false,
      EXISTS (SELECT 1 FROM rs.constraint_ c WHERE c.conrelid = r.oid AND c.contype = 'p'), r.relkind = 'v',
      r.reldiststyle, a.acl FROM rs.relation r LEFT JOIN ${aclRows('relation', relationOwners, 'arwdRxtD')} a ON a.object = r.oid
      UNION ALL SELECT i.oid, i.conname, i.connamespace, 0, r.relowner, 403, i.oid, 0, 0, 0.001::FLOAT, false, false, 'i',
      len(i.conkey)::SMALLINT, false, false, false, 0, NULL FROM ${keyIndexes} i JOIN rs.relation r ON r.oid = i.conrelid
      UNION ALL SELECT 1259, 'pg_class', 11, 0, 1, 0, 1259, 0, 0, 0.001::FLOAT, false, false, 'r',
      ${classColumns.split(' ').length}::SMALLINT, false, false, false, 0, NULL`,
  },
  pg_class_info: {
    node: leader,
    columns:
      'reloid:oid relname:name relnamespace:oid relowner:int4 relkind reldiststyle:int2 releffectivediststyle:int4 ' +
      'relcreationtime:timestamp',
    sql: `SELECT oid, relname, relnamespace, relowner, relkind, reldiststyle,
      CASE reldiststyle WHEN 9 THEN 10 ELSE reldiststyle END, created FROM rs.relation`,
  },
  pg_attribute: {
    node: leader,
    columns:
      'attrelid:oid attname:name atttypid:oid attstattarget:int4 attlen:int2 attnum:int2 attndims:int4 atttypmod:int4 ' +
      'attnotnull:bool atthasdef:bool attisdropped:bool attislocal:bool attinhcount:int4 attisdistkey:bool ' +
      'attispreloaded:bool attsortkeyord:int4 attencodingtype:int2 attencrypttype:int2',
    sql: `SELECT attrelid, attname, atttypid, -1, attlen::SMALLINT, attnum::SMALLINT, 0, atttypmod, attnotnull,
      adsrc IS NOT NULL, attisdropped, true, 0, attisdistkey, false, attsortkeyord,
      coalesce((SELECT e.code FROM rs.encoding e WHERE e.name = encoding), 0)::SMALLINT, 0::SMALLINT FROM rs.attribute a
      WHERE NOT EXISTS (SELECT 1 FROM rs.relation r WHERE r.oid = a.attrelid AND r.late_binding)
      UNION ALL SELECT i.oid, a.attname, a.atttypid, -1, a.attlen::SMALLINT, list_position(i.conkey, a.attnum)::SMALLINT, 0,
      a.atttypmod, false, false, false, true, 0, false, false, 0, 0::SMALLINT, 0::SMALLINT
      FROM ${keyIndexes} i JOIN rs.attribute a ON a.attrelid = i.conrelid AND list_contains(i.conkey, a.attnum)`,
  },
  pg_index: {
    node: leader,
    columns:
      'indexrelid:oid indrelid:oid indkey indnatts:int2 indisunique:bool indisprimary:bool indisclustered:bool indexprs ' +
      'indpred',
    sql: `SELECT oid, conrelid, array_to_string(conkey, ' '), len(conkey)::SMALLINT, true, contype = 'p', false, NULL, NULL
      FROM ${keyIndexes}`,
  },
  pg_attrdef: {
    node: leader,
    columns: 'oid:oid adrelid:oid adnum:int2 adbin adsrc',
    // adbin is a tree that only pg_get_expr reads; nobody is to find the text in it.
    sql: `SELECT attrelid * 1000 + attnum, attrelid, attnum::SMALLINT, rs.default_tree(attrelid, attnum), adsrc
      FROM rs.attribute WHERE adsrc IS NOT NULL`,
  },
  pg_constraint: {
    node: leader,
    columns:
      'oid:oid conname:name connamespace:oid contype condeferrable:bool condeferred:bool conrelid:oid contypid:oid ' +
      'confrelid:oid confupdtype confdeltype confmatchtype conkey confkey conbin consrc',
    sql: `SELECT oid, conname, connamespace, contype, false, false, conrelid, 0, confrelid,
      CASE contype WHEN 'f' THEN 'a' ELSE ' ' END, CASE contype WHEN 'f' THEN 'a' ELSE ' ' END, CASE contype WHEN 'f' THEN 'u' ELSE ' ' END,
      '{' || array_to_string(conkey, ',') || '}', '{' || array_to_string(confkey, ',') || '}', NULL, NULL FROM rs.constraint_`,
  },
  pg_depend: {
    node: leader,
    columns: 'classid:oid objid:oid objsubid:int4 refclassid:oid refobjid:oid refobjsubid:int4 deptype',
    // Of all that depends on something, only foreign keys on the index of what they refer to.
    sql: `SELECT 2606, f.oid, 0, 1259, i.oid, 0, 'n' FROM rs.constraint_ f JOIN ${keyIndexes} i
      ON i.conrelid = f.confrelid AND i.conkey = f.confkey WHERE f.contype = 'f'`,
  },
  pg_description: {
    node: leader,
    columns: 'objoid:oid classoid:oid objsubid:int4 description',
    sql: 'SELECT objoid, 1259, objsubid, description FROM rs.description',
  },
  pg_database: {
    node: leader,
    columns: 'oid:oid datname:name datdba:int4 encoding:int4',
    sql: `SELECT 100001, getvariable('rs_database'), 100, 6`,
  },
  pg_type: {
    node: leader,
    columns:
      'oid:oid typname:name typnamespace:oid typowner:int4 typlen:int2 typtype typisdefined:bool typdelim typrelid:oid ' +
      'typelem:oid typnotnull:bool typbasetype:oid typtypmod:int4 typndims:int4 typdefault',
    // None is a domain, a row or an array: what tells of those is 0, false or -1.
    sql: `SELECT oid, typname, 11, 1, typlen::SMALLINT, 'b', true, ',', 0, CASE typname WHEN 'name' THEN 18 ELSE 0 END, false,
      0, -1, 0, NULL FROM (VALUES ${typeRowsSql()}) v(oid, typname, typlen)`,
  },
  pg_views: {
    node: leader,
    columns: 'schemaname:name viewname:name viewowner:name definition',
    sql: `SELECT n.nspname, r.relname, rs.pg_get_userbyid(r.relowner), r.definition FROM rs.relation r
      JOIN rs.namespace n ON n.oid = r.relnamespace WHERE r.relkind = 'v'`,
  },
  pg_tables: {
    node: leader,
    columns:
      'schemaname:name tablename:name tableowner:name tablespace:name hasindexes:bool hasrules:bool hastriggers:bool',
    sql: `SELECT n.nspname, r.relname, rs.pg_get_userbyid(r.relowner), NULL, false, false, false FROM rs.relation r
      JOIN rs.namespace n ON n.oid = r.relnamespace WHERE r.relkind = 'r'`,
  },
  pg_table_def: {
    node: leader,
    columns: 'schemaname:name tablename:name column type encoding distkey:bool sortkey:int4 notnull:bool',
    sql: `SELECT n.nspname, r.relname, a.attname, rs.format_type(a.atttypid, a.atttypmod), a.encoding, a.attisdistkey,
      a.attsortkeyord, a.attnotnull FROM rs.attribute a JOIN rs.relation r ON r.oid = a.attrelid
      JOIN rs.namespace n ON n.oid = r.relnamespace
      WHERE r.relkind = 'r' AND NOT a.attisdropped AND list_contains(getvariable('rs_search_path'), n.nspname)`,
  },
}
