import { quoteText } from './binding.js'
import { catalogRelations } from './catalog-views.js'
import { engineFunctionsSql } from './engine-functions.js'
import type { Switches } from './switches.js'

/** The emulator's own tables: what Redshift keeps about relations and the engine does not. */
const tables = `
CREATE SCHEMA IF NOT EXISTS rs;
CREATE SEQUENCE IF NOT EXISTS rs.oids START 100000;
CREATE SEQUENCE IF NOT EXISTS rs.query_ids START 1000;
CREATE SEQUENCE IF NOT EXISTS rs.transaction_ids START 5000;
CREATE TABLE IF NOT EXISTS rs.user_ (usesysid INTEGER, usename VARCHAR, usesuper BOOLEAN, usecreatedb BOOLEAN,
  digest VARCHAR);
CREATE TABLE IF NOT EXISTS rs.group_ (grosysid INTEGER, groname VARCHAR);
CREATE TABLE IF NOT EXISTS rs.role_ (role_id INTEGER, role_name VARCHAR, role_owner INTEGER);
CREATE TABLE IF NOT EXISTS rs.member (holder VARCHAR, member VARCHAR, admin BOOLEAN);
CREATE TABLE IF NOT EXISTS rs.effective (usesysid INTEGER, grantee VARCHAR);
CREATE TABLE IF NOT EXISTS rs.privilege (kind VARCHAR, object INTEGER, privilege VARCHAR, grantee VARCHAR, admin BOOLEAN,
  grantor INTEGER);
CREATE TABLE IF NOT EXISTS rs.system_relation (oid INTEGER, nspname VARCHAR, relname VARCHAR);
CREATE TABLE IF NOT EXISTS rs.encoding (code INTEGER, name VARCHAR);
CREATE TABLE IF NOT EXISTS rs.namespace (oid INTEGER, nspname VARCHAR, nspowner INTEGER);
CREATE TABLE IF NOT EXISTS rs.relation (oid INTEGER, relname VARCHAR, relnamespace INTEGER, relkind VARCHAR,
  reldiststyle SMALLINT, relowner INTEGER, definition VARCHAR, query VARCHAR, late_binding BOOLEAN, created TIMESTAMP,
  sort_style VARCHAR, backup BOOLEAN, depends INTEGER[], case_sensitive BOOLEAN);
CREATE TABLE IF NOT EXISTS rs.materialized (oid INTEGER, storage INTEGER, query VARCHAR, bases INTEGER[], is_stale BOOLEAN,
  autorefresh BOOLEAN, case_sensitive BOOLEAN);
CREATE TABLE IF NOT EXISTS rs.proc (oid INTEGER, proname VARCHAR, pronamespace INTEGER, proowner INTEGER, language VARCHAR,
  prokind VARCHAR, provolatile VARCHAR, argnames VARCHAR[], argtypes INTEGER[], argtexts VARCHAR[], argmodes VARCHAR[],
  rettype INTEGER, rettext VARCHAR, prosrc VARCHAR);
CREATE TABLE IF NOT EXISTS rs.external_schema (esoid INTEGER, eskind INTEGER, esdbname VARCHAR, esoptions VARCHAR);
CREATE TABLE IF NOT EXISTS rs.external_table (schemaname VARCHAR, tablename VARCHAR, location VARCHAR, input_format VARCHAR,
  output_format VARCHAR, serialization_lib VARCHAR, serde_parameters VARCHAR, parameters VARCHAR);
CREATE TABLE IF NOT EXISTS rs.external_column (schemaname VARCHAR, tablename VARCHAR, columnname VARCHAR,
  external_type VARCHAR, columnnum INTEGER, part_key INTEGER);
CREATE TABLE IF NOT EXISTS rs.external_partition (schemaname VARCHAR, tablename VARCHAR, key_values VARCHAR,
  location VARCHAR);
CREATE TABLE IF NOT EXISTS rs.attribute (attrelid INTEGER, attnum INTEGER, attname VARCHAR, type VARCHAR,
  atttypid INTEGER, attlen INTEGER, atttypmod INTEGER, encoding VARCHAR, attisdistkey BOOLEAN, attsortkeyord INTEGER,
  attnotnull BOOLEAN, adsrc VARCHAR, attisdropped BOOLEAN, collation_ VARCHAR);
CREATE TABLE IF NOT EXISTS rs.constraint_ (oid INTEGER, conname VARCHAR, contype VARCHAR, conrelid INTEGER,
  connamespace INTEGER, confrelid INTEGER, conkey INTEGER[], confkey INTEGER[], def VARCHAR);
CREATE TABLE IF NOT EXISTS rs.description (objoid INTEGER, objsubid INTEGER, description VARCHAR);
CREATE TABLE IF NOT EXISTS rs.session (process INTEGER, user_name VARCHAR, db_name VARCHAR, starttime TIMESTAMP);
CREATE TABLE IF NOT EXISTS rs.query_history (user_id INTEGER, query_id BIGINT, query_label VARCHAR, transaction_id BIGINT,
  session_id INTEGER, database_name VARCHAR, query_type VARCHAR, status VARCHAR, result_cache_hit BOOLEAN,
  start_time TIMESTAMP, end_time TIMESTAMP, elapsed_time BIGINT, queue_time BIGINT, execution_time BIGINT,
  error_message VARCHAR, returned_rows BIGINT, returned_bytes BIGINT, query_text VARCHAR);
CREATE TABLE IF NOT EXISTS rs.unload_history (user_id INTEGER, query_id BIGINT, transaction_id BIGINT,
  session_id INTEGER, database_name VARCHAR, status VARCHAR, start_time TIMESTAMP, end_time TIMESTAMP, duration BIGINT,
  file_format VARCHAR, compression_type VARCHAR, unloaded_location VARCHAR, unloaded_rows BIGINT,
  unloaded_files_count BIGINT, unloaded_files_size BIGINT, error_message VARCHAR);
CREATE TABLE IF NOT EXISTS rs.unload_detail (user_id INTEGER, query_id BIGINT, session_id INTEGER, transaction_id BIGINT,
  file_name VARCHAR, start_time TIMESTAMP, end_time TIMESTAMP, line_count BIGINT, transfer_size BIGINT,
  file_format VARCHAR, slice INTEGER);
`

/** pg_attribute.attencodingtype's codes are not published; only format_encoding reads them. */
export const encodings = [
  'none',
  'bytedict',
  'delta',
  'lzo',
  'runlength',
  'delta32k',
  'mostly8',
  'mostly16',
  'mostly32',
  'text255',
  'text32k',
  'zstd',
  'az64',
] as const

export const ownerId = 100

/** Runs once a start; keeps what a database file already holds. */
export function catalogTablesSql(user: string, switches: Switches): string {
  const codes = encodings.map((name, code) => `(${code}, '${name}')`).join(', ')
  return `${tables}
DELETE FROM rs.encoding; INSERT INTO rs.encoding VALUES ${codes};
DELETE FROM rs.user_ WHERE usesysid IN (1, ${ownerId});
INSERT INTO rs.user_ VALUES (1, 'rdsdb', true, true, NULL), (${ownerId}, ${quoteText(user)}, true, true, NULL);
DELETE FROM rs.session;
INSERT INTO rs.privilege SELECT 'schema', 2200, p, 'p', false, 1 FROM (VALUES ('USAGE'), ('CREATE')) v(p)
  WHERE NOT EXISTS (SELECT 1 FROM rs.namespace);
INSERT INTO rs.namespace SELECT * FROM (VALUES (11, 'pg_catalog', 1), (12, 'information_schema', 1), (2200, 'public', 1)) v
  WHERE NOT EXISTS (SELECT 1 FROM rs.namespace);
DELETE FROM rs.system_relation; INSERT INTO rs.system_relation VALUES ${systemRows()};
CREATE SCHEMA IF NOT EXISTS "u_public";
${engineFunctionsSql(switches)}
${effectiveSql}`
}

/** Oids that PostgreSQL gives to its catalogs: descriptions and dependencies name them. */
const knownOids: Readonly<Record<string, number>> = { pg_class: 1259, pg_constraint: 2606, pg_proc: 1255 }

/** Oids of the system's own relations stay below the first that users get. */
const firstSystemOid = 10_000

function systemRows(): string {
  const rows = [...catalogRelations].map(
    ([name, { schema }], i) =>
      `(${knownOids[name] ?? firstSystemOid + i}, '${schema}', '${name.replace(/^information_schema\./, '')}')`,
  )
  return rows.join(', ')
}

/** Who may use what was granted to whom: everyone what PUBLIC has, and through groups and roles at any depth. */
export const effectiveSql = `DELETE FROM rs.effective;
INSERT INTO rs.effective WITH RECURSIVE held(usesysid, grantee) AS (
  SELECT usesysid, 'u' || usesysid FROM rs.user_
  UNION SELECT h.usesysid, m.holder FROM held h JOIN rs.member m ON m.member = h.grantee)
SELECT * FROM held UNION ALL SELECT usesysid, 'p' FROM rs.user_;`
