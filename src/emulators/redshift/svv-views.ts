import type { CatalogView } from './catalog-view.js'

const leader = 'leader' as const
const database = "getvariable('rs_database')"

/** SVV_ and information_schema show what the user may use (redshift.md 3.1). */
const visible = `(getvariable('rs_superuser') OR r.relowner = getvariable('rs_user_id') OR r.oid IN (SELECT p.object
  FROM rs.privilege p JOIN rs.effective e ON e.grantee = p.grantee WHERE p.kind = 'relation'
  AND e.usesysid = getvariable('rs_user_id')))`

/** The user's columns, with what several views derive from them. */
const columns = `(SELECT n.nspname, r.relname, r.relkind, a.attname, a.attrelid, a.encoding, a.attisdistkey, a.attsortkeyord,
    row_number() OVER (PARTITION BY a.attrelid ORDER BY a.attnum)::INTEGER AS position, a.adsrc,
    CASE WHEN a.attnotnull THEN 'NO' ELSE 'YES' END AS nullable, rs.format_type(a.atttypid, -1) AS type_name,
    CASE WHEN a.atttypid IN (1042, 1043) THEN a.atttypmod - 4 END AS length,
    CASE a.atttypid WHEN 1700 THEN (a.atttypmod - 4) >> 16 WHEN 21 THEN 16 WHEN 23 THEN 32 WHEN 20 THEN 64 END AS precision_,
    CASE a.atttypid WHEN 1700 THEN (a.atttypmod - 4) & 65535 WHEN 21 THEN 0 WHEN 23 THEN 0 WHEN 20 THEN 0 END AS scale_,
    (SELECT d.description FROM rs.description d WHERE d.objoid = a.attrelid AND d.objsubid = a.attnum) AS remarks
  FROM rs.attribute a JOIN rs.relation r ON r.oid = a.attrelid JOIN rs.namespace n ON n.oid = r.relnamespace
  WHERE NOT a.attisdropped AND ${visible}) c`

const relations = `(SELECT n.nspname, r.relname, r.relkind, r.oid, r.late_binding,
    CASE r.relkind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END AS kind,
    (SELECT d.description FROM rs.description d WHERE d.objoid = r.oid AND d.objsubid = 0) AS remarks
  FROM rs.relation r JOIN rs.namespace n ON n.oid = r.relnamespace WHERE ${visible}) t`

/** What the columns of each table say together: one pass over all of them, since a subquery for each table does not scale. */
const columnFigures = `(SELECT attrelid, count(*) AS column_count, bool_or(encoding <> 'none') AS encoded,
    min(attname) FILTER (attisdistkey) AS distkey, min(attname) FILTER (attsortkeyord = 1) AS sortkey,
    coalesce(max(atttypmod - 4) FILTER (atttypid = 1043), 0)::INTEGER AS max_varchar,
    count(*) FILTER (attsortkeyord <> 0)::INTEGER AS sortkey_count FROM rs.attribute GROUP BY attrelid)`

/** Row counts come from the engine; a table without rows is not shown (redshift.md 3.4). */
const tableInfo = `SELECT ${database}, n.nspname, r.oid, r.relname,
    CASE WHEN a.encoded THEN 'Y' ELSE 'N' END,
    CASE r.reldiststyle WHEN 0 THEN 'EVEN' WHEN 8 THEN 'ALL' WHEN 9 THEN 'AUTO(ALL)' ELSE 'KEY(' || a.distkey || ')' END,
    CASE r.sort_style WHEN 'AUTO' THEN 'AUTO(SORTKEY)' WHEN 'INTERLEAVED' THEN 'INTERLEAVED' ELSE a.sortkey END,
    a.max_varchar, NULL, a.sortkey_count, (a.column_count + 3) * 2 + e.estimated_size // 100000,
    0.0001::DECIMAL(10,4), 0::BIGINT, 0.00::DECIMAL(5,2), 0.00::DECIMAL(5,2), e.estimated_size::DECIMAL(38,0), NULL, NULL,
    e.estimated_size::DECIMAL(38,0), NULL, NULL, r.created
  FROM rs.relation r JOIN rs.namespace n ON n.oid = r.relnamespace
  JOIN ${columnFigures} a ON a.attrelid = r.oid
  JOIN duckdb_tables() e ON e.schema_name = 'u_' || n.nspname AND e.table_name = r.relname
  WHERE r.relkind = 'r' AND e.estimated_size > 0`

const redshiftColumns = `SELECT ${database}, nspname, relname, attname, position, type_name, adsrc, nullable, encoding,
    attisdistkey, attsortkeyord, NULL, remarks FROM ${columns}`

const schemas = `SELECT ${database}, nspname, nspowner, 'local', NULL, NULL FROM rs.namespace`

/** SVV_* and information_schema (redshift.md 3.1, 3.4, 3.5). */
export const svvViews: Readonly<Record<string, CatalogView>> = {
  svv_table_info: {
    node: leader,
    columns:
      'database schema table_id:oid table encoded diststyle sortkey1 max_varchar:int4 sortkey1_enc sortkey_num:int4 size:int8 ' +
      'pct_used:numeric empty:int8 unsorted:numeric stats_off:numeric tbl_rows:numeric skew_sortkey1:numeric ' +
      'skew_rows:numeric estimated_visible_rows:numeric risk_event vacuum_sort_benefit:numeric create_time:timestamp',
    sql: tableInfo,
  },
  svv_tables: {
    node: leader,
    columns: 'table_catalog table_schema table_name table_type remarks',
    sql: `SELECT ${database}, nspname, relname, CASE relkind WHEN 'v' THEN 'VIEW' ELSE 'BASE TABLE' END, remarks FROM ${relations}`,
  },
  svv_columns: {
    node: leader,
    columns:
      'table_catalog table_schema table_name column_name ordinal_position:int4 column_default is_nullable data_type ' +
      'character_maximum_length:int4 numeric_precision:int4 numeric_precision_radix:int4 numeric_scale:int4 ' +
      'datetime_precision:int4 interval_type interval_precision domain_name remarks',
    sql: `SELECT ${database}, nspname, relname, attname, position, adsrc, nullable, type_name, length, precision_,
      CASE WHEN precision_ IS NULL THEN NULL WHEN type_name = 'numeric' THEN 10 ELSE 2 END, scale_, NULL, NULL, NULL, NULL, remarks
      FROM ${columns}`,
  },
  svv_redshift_databases: {
    node: leader,
    columns: 'database_name database_owner:int4 database_type database_acl database_options database_isolation_level',
    sql: `SELECT ${database}, 100, 'local', NULL, NULL, 'Snapshot Isolation'`,
  },
  svv_redshift_schemas: {
    node: leader,
    columns: 'database_name schema_name schema_owner:int4 schema_type schema_acl schema_option',
    sql: schemas,
  },
  svv_all_schemas: {
    node: leader,
    columns: 'database_name schema_name schema_owner:int4 schema_type schema_acl source_database schema_option',
    sql: `SELECT ${database}, nspname, nspowner, 'local', NULL, NULL, NULL FROM rs.namespace`,
  },
  svv_redshift_tables: {
    node: leader,
    columns: 'database_name schema_name table_name table_type table_acl remarks',
    sql: `SELECT ${database}, nspname, relname, kind, NULL, remarks FROM ${relations}`,
  },
  svv_all_tables: {
    node: leader,
    columns: 'database_name schema_name table_name table_acl table_type remarks',
    sql: `SELECT ${database}, nspname, relname, NULL, kind, remarks FROM ${relations}`,
  },
  svv_redshift_columns: {
    node: leader,
    columns:
      'database_name schema_name table_name column_name ordinal_position:int4 data_type column_default is_nullable ' +
      'encoding distkey:bool sortkey:int4 column_acl remarks',
    sql: redshiftColumns,
  },
  svv_all_columns: {
    node: leader,
    columns:
      'database_name schema_name table_name column_name ordinal_position:int4 column_default is_nullable data_type ' +
      'character_maximum_length:int4 numeric_precision:int4 numeric_scale:int4 remarks',
    sql: `SELECT ${database}, nspname, relname, attname, position, adsrc, nullable, type_name, length, precision_, scale_,
      remarks FROM ${columns}`,
  },
  'information_schema.tables': {
    node: leader,
    columns: 'table_catalog table_schema table_name table_type',
    sql: `SELECT ${database}, nspname, relname, CASE relkind WHEN 'v' THEN 'VIEW' ELSE 'BASE TABLE' END
      FROM ${relations} WHERE NOT coalesce(late_binding, false)`,
  },
  'information_schema.columns': {
    node: leader,
    columns:
      'table_catalog table_schema table_name column_name ordinal_position:int4 column_default is_nullable data_type ' +
      'character_maximum_length:int4 numeric_precision:int4 numeric_scale:int4',
    sql: `SELECT ${database}, nspname, relname, attname, position, adsrc, nullable, type_name, length, precision_, scale_
      FROM ${columns} WHERE NOT EXISTS (SELECT 1 FROM rs.relation r WHERE r.oid = c.attrelid AND r.late_binding)`,
  },
  'information_schema.schemata': {
    node: leader,
    columns: 'catalog_name schema_name schema_owner',
    sql: `SELECT ${database}, nspname, rs.pg_get_userbyid(nspowner) FROM rs.namespace`,
  },
}
