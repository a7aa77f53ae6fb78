import { quoteLiteral } from '../../dialect/redshift/literal.js'

/** A list that is read in pages: every row has another key, and the keys stand first in it. */
export interface PagedList {
  readonly columns: readonly string[]
  /** How many of the columns make the key. */
  readonly keyCount: number
  readonly from: string
  /** The column with the schema's name; system schemas are left out on the server. */
  readonly schema: string
}

/**
 * Procedures and functions. PG_PROC_INFO alone tells procedures from functions; the types are those of the arguments that
 * go in, which is how Redshift tells routines of one name apart. The oid is the key: names may come more than once.
 */
export const routines: PagedList = {
  columns: [
    'p.prooid',
    'n.nspname',
    'p.proname',
    'oidvectortypes(p.proargtypes) AS argument_types',
    'p.prokind',
    'l.lanname',
    'u.usename',
  ],
  keyCount: 1,
  from: [
    'pg_catalog.pg_proc_info p',
    'JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace',
    'LEFT JOIN pg_catalog.pg_language l ON l.oid = p.prolang',
    'LEFT JOIN pg_catalog.pg_user u ON u.usesysid = p.proowner',
  ].join(' '),
  schema: 'n.nspname',
}

/** Grants are told by SVV_* views, on provisioned clusters and Serverless alike; PUBLIC has the id 0. */
export const schemaGrants: PagedList = {
  columns: ['namespace_name', 'identity_type', 'identity_id', 'privilege_type', 'identity_name', 'admin_option'],
  keyCount: 4,
  from: 'svv_schema_privileges',
  schema: 'namespace_name',
}

export const relationGrants: PagedList = {
  columns: [
    'namespace_name',
    'relation_name',
    'identity_type',
    'identity_id',
    'privilege_type',
    'identity_name',
    'admin_option',
  ],
  keyCount: 5,
  from: 'svv_relation_privileges',
  schema: 'namespace_name',
}

export const routineGrants: PagedList = {
  columns: [
    'namespace_name',
    'function_name',
    'argument_types',
    'identity_type',
    'identity_id',
    'privilege_type',
    'identity_name',
    'admin_option',
  ],
  keyCount: 6,
  from: 'svv_function_privileges',
  schema: 'namespace_name',
}

/** `after` is the key of the last row of the page before. */
export function pageQuery(list: PagedList, after: readonly string[] | undefined, rowCount: number): string {
  const { columns, keyCount, from, schema } = list
  const keys = columns.slice(0, keyCount)
  const order = keys.map((_, n) => n + 1).join(', ')
  const own = `${schema} NOT IN ('information_schema', 'catalog_history') AND SUBSTRING(${schema}, 1, 3) <> 'pg_'`
  const where = after === undefined ? own : `${own} AND (${beyond(keys, after)})`
  return `SELECT ${columns.join(', ')} FROM ${from} WHERE ${where} ORDER BY ${order} LIMIT ${rowCount}`
}

/** `(a, b) > (x, y)`, which Redshift does not compare as rows. */
function beyond(keys: readonly string[], values: readonly string[]): string {
  return keys
    .map((key, n) => {
      const equal = keys.slice(0, n).map((each, m) => `${each} = ${valueText(each, values[m])}`)
      return `(${[...equal, `${key} > ${valueText(key, values[n])}`].join(' AND ')})`
    })
    .join(' OR ')
}

/** Ids are numbers; `'9' > '10'` would skip pages. */
function valueText(key: string, value = ''): string {
  return /(oid|_id)$/.test(key) && /^-?\d+$/.test(value) ? value : quoteLiteral(value)
}
