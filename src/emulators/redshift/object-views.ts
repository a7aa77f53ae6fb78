import type { CatalogView } from './catalog-view.js'
import { aclRows } from './privilege-views.js'

const leader = 'leader' as const
const database = "getvariable('rs_database')"
const truth = (condition: string): string => `CASE WHEN ${condition} THEN 't' ELSE 'f' END`

/** `database, schema, owner, name, is_stale, autorefresh` of every materialized view. */
const materialized = `(SELECT n.nspname, rs.pg_get_userbyid(r.relowner) AS owner, r.relname, ${truth('m.is_stale')} AS stale,
    ${truth('m.autorefresh')} AS autorefresh FROM rs.materialized m JOIN rs.relation r ON r.oid = m.oid
    JOIN rs.namespace n ON n.oid = r.relnamespace)`

/** Languages of PG_LANGUAGE; Lambda functions have `exfunc`. The oids of the last three are not published. */
const languages = `(VALUES (12, 'internal', false), (13, 'c', false), (14, 'sql', true), (100125, 'plpgsql', true),
  (101213, 'plpythonu', true), (108641, 'exfunc', true)) l(oid, lanname, lanpltrusted)`

const functionOwners = 'SELECT oid, rs.pg_get_userbyid(proowner) AS owner FROM rs.proc'

const routineColumns =
  'proname:name pronamespace:oid proowner:int4 prolang:oid proisagg:bool prosecdef:bool proisstrict:bool proretset:bool ' +
  'provolatile pronargs:int2 prorettype:oid proargtypes proargnames prosrc probin proacl'

/** pg_proc's own columns after its oid; without names proargnames is NULL. */
const routines = `p.proname, p.pronamespace, p.proowner, l.oid AS prolang, false, false, false, false, p.provolatile,
  len(p.argtypes)::SMALLINT, p.rettype, array_to_string(p.argtypes, ' '),
  CASE WHEN len(list_filter(p.argnames, lambda a: a <> '')) > 0
    THEN '{' || array_to_string(list_transform(p.argnames, lambda a: CASE WHEN a = '' THEN '""' ELSE a END), ',') || '}' END,
  p.prosrc, NULL, a.acl`

const fromRoutines = `FROM rs.proc p JOIN ${languages} ON l.lanname = p.language
  LEFT JOIN ${aclRows('function', functionOwners, 'X')} a ON a.object = p.oid`

/** Materialized views, routines and Spectrum (redshift.md 3.2, 3.3). */
export const objectViews: Readonly<Record<string, CatalogView>> = {
  svv_mv_info: {
    node: leader,
    columns: 'database_name schema_name user_name name is_stale state:int4 autorewrite autorefresh',
    sql: `SELECT ${database}, nspname, owner, relname, stale, 0, 'f', autorefresh FROM ${materialized}`,
  },
  stv_mv_info: {
    node: 'either',
    columns: 'db_name schema name updated_upto_xid:int8 is_stale owner_user_name state:int4 autorewrite autorefresh',
    sql: `SELECT rpad(${database}, 128, ' '), rpad(nspname, 128, ' '), rpad(relname, 128, ' '), 0, stale,
      rpad(owner, 128, ' '), 0, 'f', autorefresh FROM ${materialized}`,
  },
  pg_proc: {
    node: leader,
    columns: `oid:oid ${routineColumns}`,
    sql: `SELECT p.oid, ${routines} ${fromRoutines}`,
  },
  pg_proc_info: {
    node: leader,
    columns: `prooid:oid ${routineColumns} prokind proargmodes proallargtypes`,
    sql: `SELECT p.oid, ${routines}, p.prokind, CASE WHEN list_contains(p.argmodes, 'o') OR list_contains(p.argmodes, 'b')
      THEN '{' || array_to_string(p.argmodes, ',') || '}' END, NULL ${fromRoutines}`,
  },
  pg_language: {
    node: leader,
    columns: 'oid:oid lanname:name lanispl:bool lanpltrusted:bool lanplcallfoid:oid lanvalidator:oid lanacl',
    sql: `SELECT oid, lanname, oid > 14, lanpltrusted, 0, 0, NULL FROM ${languages}`,
  },
  svv_redshift_functions: {
    node: leader,
    columns: 'database_name schema_name function_name function_type argument_type result_type',
    sql: `SELECT ${database}, n.nspname, p.proname, CASE p.prokind WHEN 'p' THEN 'STORED PROCEDURE' ELSE 'REGULAR FUNCTION' END,
      rs.oidvectortypes(array_to_string(p.argtypes, ' ')), p.rettext FROM rs.proc p
      JOIN rs.namespace n ON n.oid = p.pronamespace`,
  },
  'information_schema.routines': {
    node: leader,
    columns:
      'specific_catalog specific_schema specific_name routine_catalog routine_schema routine_name routine_type data_type ' +
      'routine_body routine_definition external_language is_deterministic',
    sql: `SELECT ${database}, n.nspname, p.proname || '_' || p.oid, ${database}, n.nspname, p.proname,
      CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, p.rettext,
      CASE p.language WHEN 'sql' THEN 'SQL' ELSE 'EXTERNAL' END, p.prosrc, upper(p.language),
      CASE p.provolatile WHEN 'i' THEN 'YES' ELSE 'NO' END FROM rs.proc p JOIN rs.namespace n ON n.oid = p.pronamespace`,
  },
  pg_external_schema: {
    node: leader,
    columns: 'esoid:oid eskind:int2 esdbname esoptions',
    sql: 'SELECT esoid, eskind::SMALLINT, esdbname, esoptions FROM rs.external_schema',
  },
  svv_external_schemas: {
    node: leader,
    columns: 'esoid:oid eskind:int2 schemaname:name esowner:int4 databasename esoptions',
    sql: `SELECT x.esoid, x.eskind::SMALLINT, n.nspname, n.nspowner, x.esdbname, x.esoptions FROM rs.external_schema x
      JOIN rs.namespace n ON n.oid = x.esoid`,
  },
  svv_external_databases: {
    node: leader,
    columns: 'eskind:int2 esoptions databasename location parameters',
    sql: 'SELECT DISTINCT eskind::SMALLINT, esoptions, esdbname, NULL, NULL FROM rs.external_schema',
  },
  svv_external_tables: {
    node: leader,
    columns:
      'redshift_database_name schemaname tablename tabletype location input_format output_format serialization_lib ' +
      'serde_parameters compressed:int4 parameters',
    sql: `SELECT ${database}, schemaname, tablename, 'EXTERNAL_TABLE', location, input_format, output_format, serialization_lib,
      serde_parameters, 0, parameters FROM rs.external_table`,
  },
  svv_external_columns: {
    node: leader,
    columns:
      'redshift_database_name schemaname tablename columnname external_type columnnum:int4 part_key:int4 is_nullable',
    sql: `SELECT ${database}, schemaname, tablename, columnname, external_type, columnnum, part_key, 'true'
      FROM rs.external_column`,
  },
  svv_external_partitions: {
    node: leader,
    columns:
      'redshift_database_name schemaname tablename values location input_format output_format serialization_lib ' +
      'serde_parameters compressed:int4 parameters',
    sql: `SELECT ${database}, p.schemaname, p.tablename, p.key_values, p.location, t.input_format, t.output_format,
      t.serialization_lib, t.serde_parameters, 0, t.parameters FROM rs.external_partition p
      JOIN rs.external_table t ON t.schemaname = p.schemaname AND t.tablename = p.tablename`,
  },
}
