import type { CatalogView } from './catalog-view.js'

/** Who is connected. */
export const accountViews: Readonly<Record<string, CatalogView>> = {
  stv_sessions: {
    node: 'either',
    columns: 'starttime:timestamp process:int4 user_name db_name timeout_sec:int4',
    sql: 'SELECT starttime, process, user_name, db_name, 0 FROM rs.session',
  },
}
