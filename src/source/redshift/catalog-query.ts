import { quoteLiteral } from '../../dialect/redshift/literal.js'

/** Relations of one schema whose names lie between two, both included. */
export interface NameRange {
  readonly schema: string
  readonly first: string
  readonly last: string
}

/**
 * The questions to the catalog (redshift.md 3.3). PG_* views are read on the leader node alone and cannot be joined with
 * the SVV_ ones, so sizes, late-binding views and external tables are questions of their own. A schema at a time and
 * pages by name: nothing has to be sorted or held in full on either side, and no cursor is needed.
 */
export function schemasQuery(): string {
  return 'SELECT n.nspname FROM pg_catalog.pg_namespace n ORDER BY 1'
}

/** `after` is the last name of the page before; pages may be shorter than asked for only at the end. */
export function relationsQuery(schema: string, after: string | undefined, rowCount: number): string {
  const beyond = after === undefined ? '' : ` AND c.relname > ${quoteLiteral(after)}`
  return [
    'SELECT c.relname, c.relkind, c.reldiststyle, u.usename, d.description',
    'FROM pg_catalog.pg_class c',
    'JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace',
    'LEFT JOIN pg_catalog.pg_user u ON u.usesysid = c.relowner',
    'LEFT JOIN pg_catalog.pg_description d ON d.objoid = c.oid AND d.objsubid = 0',
    `WHERE c.relkind IN ('r', 'v') AND n.nspname = ${quoteLiteral(schema)}${beyond}`,
    `ORDER BY 1 LIMIT ${rowCount}`,
  ].join(' ')
}

/** Dropped columns stay in pg_attribute and leave gaps in attnum (redshift.md 3.2). */
export function columnsQuery(range: NameRange): string {
  return [
    'SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod) AS type_text, a.atttypid, a.atttypmod,',
    'format_encoding(a.attencodingtype::integer) AS encoding, a.attisdistkey, a.attsortkeyord, a.attnotnull,',
    'ad.adsrc, d.description',
    'FROM pg_catalog.pg_attribute a',
    'JOIN pg_catalog.pg_class c ON c.oid = a.attrelid',
    'JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace',
    'LEFT JOIN pg_catalog.pg_attrdef ad ON ad.adrelid = a.attrelid AND ad.adnum = a.attnum',
    'LEFT JOIN pg_catalog.pg_description d ON d.objoid = a.attrelid AND d.objsubid = a.attnum',
    `WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'v') AND ${within(range, 'n.nspname', 'c.relname')}`,
    'ORDER BY c.relname, a.attnum',
  ].join(' ')
}

export function constraintsQuery(range: NameRange): string {
  return [
    'SELECT c.relname, con.conname, con.contype, pg_get_constraintdef(con.oid) AS definition',
    'FROM pg_catalog.pg_constraint con',
    'JOIN pg_catalog.pg_class c ON c.oid = con.conrelid',
    'JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace',
    `WHERE con.contype IN ('p', 'u', 'f') AND ${within(range, 'n.nspname', 'c.relname')}`,
    'ORDER BY c.relname, con.conname',
  ].join(' ')
}

export function viewsQuery(range: NameRange): string {
  return `SELECT v.viewname, v.definition FROM pg_catalog.pg_views v WHERE ${within(range, 'v.schemaname', 'v.viewname')}`
}

/** The texts of some views of a schema. */
export function namedViewsQuery(schema: string, names: readonly string[]): string {
  const list = names.map(quoteLiteral).join(', ')
  const where = `v.schemaname = ${quoteLiteral(schema)} AND v.viewname IN (${list})`
  return `SELECT v.viewname, v.definition FROM pg_catalog.pg_views v WHERE ${where}`
}

/** Columns of views `WITH NO SCHEMA BINDING`, which pg_attribute does not hold. */
export function lateBindingColumnsQuery(range: NameRange): string {
  return [
    'SELECT view_name, col_name, col_type, col_num FROM pg_get_late_binding_view_cols()',
    'AS cols(view_schema name, view_name name, col_name name, col_type varchar, col_num int)',
    `WHERE ${within(range, 'view_schema', 'view_name')} ORDER BY view_name, col_num`,
  ].join(' ')
}

/**
 * Sizes in blocks of 1 MB. Empty tables are not in it, and ordinary users may not be let in (redshift.md 3.4). The view
 * counts the blocks of the whole cluster whatever is asked of it, so it is asked once for a schema.
 */
export function sizesQuery(schema: string): string {
  const columns = '"table", size, tbl_rows, estimated_visible_rows, sortkey1, encoded'
  return `SELECT ${columns} FROM svv_table_info WHERE "schema" = ${quoteLiteral(schema)}`
}

export function externalSchemasQuery(): string {
  return 'SELECT schemaname FROM svv_external_schemas ORDER BY 1'
}

export function externalTablesQuery(schema: string, after: string | undefined, rowCount: number): string {
  const beyond = after === undefined ? '' : ` AND tablename > ${quoteLiteral(after)}`
  const where = `schemaname = ${quoteLiteral(schema)}${beyond}`
  return `SELECT tablename FROM svv_external_tables WHERE ${where} ORDER BY 1 LIMIT ${rowCount}`
}

export function externalColumnsQuery(range: NameRange): string {
  return [
    'SELECT tablename, columnname, external_type FROM svv_external_columns',
    `WHERE ${within(range, 'schemaname', 'tablename')} ORDER BY tablename, columnnum`,
  ].join(' ')
}

function within(range: NameRange, schema: string, name: string): string {
  const names = `${name} >= ${quoteLiteral(range.first)} AND ${name} <= ${quoteLiteral(range.last)}`
  return `${schema} = ${quoteLiteral(range.schema)} AND ${names}`
}
