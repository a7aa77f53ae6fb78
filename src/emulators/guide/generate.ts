import { rows, type TpchTable } from '../tpch/generate.js'

/** The guide's data are TPC-H; this much of it is enough to see every type travel. */
const scale = 0.001
const orderCount = 150

/** Columns, by place, that the guide makes timestamps of. */
const timestampPlaces: Readonly<Partial<Record<TpchTable, readonly number[]>>> = {
  orders: [4],
  lineitem: [10, 11, 12],
}

/**
 * A few hundred rows of each of the eight tables of Alibaba's guide: TPC-H rows whose dates carry a time of day. The guide's
 * `skip` column is not among the fields: it takes up the delimiter that dbgen writes after the last one, and so is empty.
 */
export function* guideRows(table: TpchTable): Generator<readonly string[]> {
  const places = timestampPlaces[table] ?? []
  for (const row of takeWhole(table)) {
    yield row.map((field, place) => (places.includes(place) ? `${field} 00:00:00` : field))
  }
}

/** All rows of the small tables; the first orders and exactly their lines. */
function* takeWhole(table: TpchTable): Generator<readonly string[]> {
  const orders = new Set<string>()
  for (const row of rows(table, scale)) {
    if (table === 'orders' || table === 'lineitem') {
      orders.add(row[0] as string)
      if (orders.size > orderCount) return
    }
    yield row
  }
}
