import type { CatalogView } from './catalog-view.js'

/** Who is connected, and what the emulator never holds any of. */
export const accountViews: Readonly<Record<string, CatalogView>> = {
  stv_sessions: {
    node: 'either',
    columns: 'starttime:timestamp process:int4 user_name db_name timeout_sec:int4',
    sql: 'SELECT starttime, process, user_name, db_name, 0 FROM rs.session',
  },
  svv_mv_info: {
    node: 'leader',
    columns: 'database_name schema_name user_name name is_stale state:int4 autorewrite autorefresh',
    sql: 'SELECT NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL WHERE false',
  },
  svv_external_schemas: {
    node: 'leader',
    columns: 'esoid:oid eskind:int4 schemaname esowner:int4 databasename esoptions',
    sql: 'SELECT 0, 0, NULL, 0, NULL, NULL WHERE false',
  },
  svv_external_tables: {
    node: 'leader',
    columns:
      'schemaname tablename tabletype location input_format output_format serialization_lib serde_parameters ' +
      'compressed:int4 parameters',
    sql: 'SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL WHERE false',
  },
  svv_external_columns: {
    node: 'leader',
    columns: 'schemaname tablename columnname external_type columnnum:int4 part_key:int4 is_nullable',
    sql: 'SELECT NULL, NULL, NULL, NULL, 0, 0, NULL WHERE false',
  },
  stv_mv_info: {
    node: 'either',
    columns: 'db_name schema name updated_upto_xid:int8 is_stale owner_user_name state:int4 autorewrite autorefresh',
    sql: 'SELECT NULL, NULL, NULL, 0, NULL, NULL, 0, NULL, NULL WHERE false',
  },
}
