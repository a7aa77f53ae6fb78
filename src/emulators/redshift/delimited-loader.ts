import type { SqlEngine } from '../sql-engine.js'
import { quoteName, quoteText } from './binding.js'
import { userRelation } from './catalog-store.js'
import { storable } from './dml-binder.js'
import { RedshiftFault } from './fault.js'

/** dbgen ends every line with the delimiter. An empty field is NULL, save in text columns. */
export interface DelimitedFormat {
  readonly delimiter: '|'
  readonly trailingDelimiter: boolean
}

export interface DelimitedLoad {
  readonly schema: string
  readonly table: string
  /** A path on this machine. */
  readonly file: string
  readonly format: DelimitedFormat
}

/** Every field is read as text and taken into its column's type as an INSERT would. */
export async function loadDelimited(engine: SqlEngine, load: DelimitedLoad): Promise<number> {
  const connection = await engine.connect()
  try {
    const scope = { database: '', searchPath: [], serverless: false }
    const relation = await userRelation(connection, [load.schema, load.table], scope)
    if (relation?.engineName === undefined) {
      throw new RedshiftFault('42P01', `relation "${load.schema}.${load.table}" does not exist`)
    }
    const names = relation.columns.map((column) => quoteText(column.name))
    const fields = [...names, ...(load.format.trailingDelimiter ? ["'trailing delimiter'"] : [])]
    const types = fields.map((name) => `${name}: 'VARCHAR'`).join(', ')
    const values = relation.columns.map((column) => {
      const type = column.type ?? { name: 'varchar' as const }
      const field = quoteName(column.name)
      const text = type.name === 'varchar' || type.name === 'char' ? `coalesce(${field}, '')` : `nullif(${field}, '')`
      return storable(text, type)
    })
    const { rows } = await connection.query(`INSERT INTO ${relation.engineName} SELECT ${values.join(', ')}
      FROM read_csv(${quoteText(load.file)}, delim = '${load.format.delimiter}', header = false, auto_detect = false,
        quote = '', escape = '', columns = {${types}})`)
    return Number(rows[0]?.[0])
  } finally {
    connection.close()
  }
}
