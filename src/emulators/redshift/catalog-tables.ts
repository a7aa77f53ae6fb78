import { quoteText } from './binding.js'
import { engineFunctionsSql } from './engine-functions.js'
import type { Switches } from './switches.js'

/** The emulator's own tables: what Redshift keeps about relations and the engine does not. */
const tables = `
CREATE SCHEMA IF NOT EXISTS rs;
CREATE SEQUENCE IF NOT EXISTS rs.oids START 100000;
CREATE SEQUENCE IF NOT EXISTS rs.query_ids START 1000;
CREATE SEQUENCE IF NOT EXISTS rs.transaction_ids START 5000;
CREATE TABLE IF NOT EXISTS rs.user_ (usesysid INTEGER, usename VARCHAR);
CREATE TABLE IF NOT EXISTS rs.encoding (code INTEGER, name VARCHAR);
CREATE TABLE IF NOT EXISTS rs.namespace (oid INTEGER, nspname VARCHAR, nspowner INTEGER);
CREATE TABLE IF NOT EXISTS rs.relation (oid INTEGER, relname VARCHAR, relnamespace INTEGER, relkind VARCHAR,
  reldiststyle SMALLINT, relowner INTEGER, definition VARCHAR, query VARCHAR, late_binding BOOLEAN, created TIMESTAMP,
  sort_style VARCHAR, backup BOOLEAN);
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
DELETE FROM rs.user_; INSERT INTO rs.user_ VALUES (1, 'rdsdb'), (${ownerId}, ${quoteText(user)});
DELETE FROM rs.session;
INSERT INTO rs.namespace SELECT * FROM (VALUES (11, 'pg_catalog', 1), (12, 'information_schema', 1), (2200, 'public', 1)) v
  WHERE NOT EXISTS (SELECT 1 FROM rs.namespace);
CREATE SCHEMA IF NOT EXISTS "u_public";
${engineFunctionsSql(switches)}`
}
