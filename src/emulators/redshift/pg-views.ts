import type { CatalogView } from './catalog-view.js'

const leader = 'leader' as const

/** PG_* tables (redshift.md 3.2), with Redshift's columns beside PostgreSQL's. */
export const pgViews: Readonly<Record<string, CatalogView>> = {
  pg_namespace: {
    node: leader,
    columns: 'oid:oid nspname:name nspowner:int4 nspacl',
    sql: 'SELECT oid, nspname, nspowner, NULL FROM rs.namespace',
  },
  pg_class: {
    node: leader,
    columns:
      'oid:oid relname:name relnamespace:oid reltype:oid relowner:int4 relam:oid relfilenode:oid reltablespace:oid ' +
      'relpages:int4 reltuples:float4 relhasindex:bool relisshared:bool relkind relnatts:int2 relhasoids:bool ' +
      'relhaspkey:bool relhasrules:bool reldiststyle:int2 relacl',
    sql: `SELECT r.oid, r.relname, r.relnamespace, 0, r.relowner, 0, r.oid, 0, 0, 0.001::FLOAT, false, false, r.relkind,
      (SELECT count(*) FROM rs.attribute a WHERE a.attrelid = r.oid)::SMALLINT, false,
      EXISTS (SELECT 1 FROM rs.constraint_ c WHERE c.conrelid = r.oid AND c.contype = 'p'), r.relkind = 'v',
      r.reldiststyle, NULL FROM rs.relation r`,
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
      WHERE NOT EXISTS (SELECT 1 FROM rs.relation r WHERE r.oid = a.attrelid AND r.late_binding)`,
  },
  pg_attrdef: {
    node: leader,
    columns: 'oid:oid adrelid:oid adnum:int2 adbin adsrc',
    sql: 'SELECT attrelid * 1000 + attnum, attrelid, attnum::SMALLINT, NULL, adsrc FROM rs.attribute WHERE adsrc IS NOT NULL',
  },
  pg_constraint: {
    node: leader,
    columns:
      'oid:oid conname:name connamespace:oid contype condeferrable:bool condeferred:bool conrelid:oid contypid:oid ' +
      'confrelid:oid confupdtype confdeltype confmatchtype conkey confkey conbin consrc',
    sql: `SELECT oid, conname, connamespace, contype, false, false, conrelid, 0, confrelid, ' ', ' ', ' ',
      '{' || array_to_string(conkey, ',') || '}', '{' || array_to_string(confkey, ',') || '}', NULL, NULL FROM rs.constraint_`,
  },
  pg_description: {
    node: leader,
    columns: 'objoid:oid classoid:oid objsubid:int4 description',
    sql: 'SELECT objoid, 1259, objsubid, description FROM rs.description',
  },
  pg_user: {
    node: leader,
    columns: 'usename:name usesysid:int4 usecreatedb:bool usesuper:bool usecatupd:bool passwd valuntil useconfig',
    sql: `SELECT usename, usesysid, true, true, usesysid = 1, '********', NULL, NULL FROM rs.user_`,
  },
  pg_database: {
    node: leader,
    columns: 'oid:oid datname:name datdba:int4 encoding:int4',
    sql: `SELECT 100001, getvariable('rs_database'), 100, 6`,
  },
  pg_type: {
    node: leader,
    columns: 'oid:oid typname:name typnamespace:oid typlen:int2 typtype',
    sql: `SELECT DISTINCT atttypid, rs.format_type(atttypid, -1), 11, attlen::SMALLINT, 'b' FROM rs.attribute`,
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
