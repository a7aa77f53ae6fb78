import type { CatalogView } from './catalog-view.js'

const compute = 'either' as const

/** A superuser sees all of it, others see what they ran. */
const own = `(getvariable('rs_superuser') OR user_id = getvariable('rs_user_id'))`

/** What ran, as the system views tell it (redshift.md 1.10). */
export const historyViews: Readonly<Record<string, CatalogView>> = {
  sys_query_history: {
    node: compute,
    columns:
      'user_id:int4 query_id:int8 query_label transaction_id:int8 session_id:int4 database_name query_type status ' +
      'result_cache_hit:bool start_time:timestamp end_time:timestamp elapsed_time:int8 queue_time:int8 execution_time:int8 ' +
      'error_message returned_rows:int8 returned_bytes:int8 query_text',
    sql: `SELECT * FROM rs.query_history WHERE ${own}`,
  },
  sys_unload_history: {
    node: compute,
    columns:
      'user_id:int4 query_id:int8 transaction_id:int8 session_id:int4 database_name status start_time:timestamp ' +
      'end_time:timestamp duration:int8 file_format compression_type unloaded_location unloaded_rows:int8 ' +
      'unloaded_files_count:int8 unloaded_files_size:int8 error_message',
    sql: `SELECT * FROM rs.unload_history WHERE ${own}`,
  },
  sys_unload_detail: {
    node: compute,
    columns:
      'user_id:int4 query_id:int8 session_id:int4 transaction_id:int8 file_name start_time:timestamp end_time:timestamp ' +
      'line_count:int8 transfer_size:int8 file_format',
    sql: `SELECT user_id, query_id, session_id, transaction_id, file_name, start_time, end_time, line_count, transfer_size,
      file_format FROM rs.unload_detail WHERE ${own}`,
  },
  stl_unload_log: {
    node: compute,
    columns:
      'userid:int4 query:int4 slice:int4 pid:int4 path start_time:timestamp end_time:timestamp line_count:int8 ' +
      'transfer_size:int8 file_format',
    sql: `SELECT user_id, query_id::INTEGER, slice, session_id, rpad(file_name, 1280, ' '), start_time, end_time, line_count,
      transfer_size, rpad(file_format, 10, ' ') FROM rs.unload_detail WHERE ${own}`,
  },
  stl_query: {
    node: compute,
    columns:
      'userid:int4 query:int4 label xid:int8 pid:int4 database querytxt starttime:timestamp endtime:timestamp aborted:int4',
    sql: `SELECT user_id, query_id::INTEGER, rpad(query_label, 320, ' '), transaction_id, session_id, database_name,
      left(query_text, 4000), start_time, end_time, CASE status WHEN 'success' THEN 0 ELSE 1 END FROM rs.query_history
      WHERE status <> 'running' AND ${own}`,
  },
  stv_recents: {
    node: compute,
    columns: 'userid:int4 status starttime:timestamp duration:int4 user_name db_name query pid:int4',
    sql: `SELECT user_id, CASE status WHEN 'running' THEN 'Running' ELSE 'Done' END, start_time, elapsed_time::INTEGER,
      rs.pg_get_userbyid(user_id), database_name, left(query_text, 600), session_id FROM rs.query_history WHERE ${own}`,
  },
}
