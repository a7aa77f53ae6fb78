import type * as Duck from '@duckdb/node-api'
import type { EngineConnection, EngineDecimal, EngineValue } from '../../sql-engine.js'
import { isNested, type DataType } from '../data-type.js'

/** Rows between two flushes: what waits in memory. */
const flushRowCount = 10_000

/** Appends rows to an engine's table; in the transaction of its connection. */
export class RowAppender {
  readonly #duck: typeof Duck
  readonly #appender: Duck.DuckDBAppender
  readonly #types: readonly DataType[]
  #rowCount = 0

  private constructor(duck: typeof Duck, appender: Duck.DuckDBAppender, types: readonly DataType[]) {
    this.#duck = duck
    this.#appender = appender
    this.#types = types
  }

  /** `physical` is `schema.table`. */
  static async open(connection: EngineConnection, physical: string, types: readonly DataType[]): Promise<RowAppender> {
    const [schema = '', table = ''] = physical.split('.')
    const duck = await import('@duckdb/node-api')
    return new RowAppender(duck, await connection.native.createAppender(table, schema), types)
  }

  append(row: readonly EngineValue[]): void {
    for (const [index, type] of this.#types.entries()) {
      const value = row[index] ?? null
      if (value === null) this.#appender.appendNull()
      else if (isNested(type)) this.#appender.appendValue(this.#nested(type, value), this.#appender.columnType(index))
      else this.#appendValue(type, value)
    }
    this.#appender.endRow()
    this.#rowCount += 1
    if (this.#rowCount % flushRowCount === 0) this.#appender.flushSync()
  }

  close(): void {
    this.#appender.closeSync()
  }

  #nested(type: DataType, value: EngineValue): Duck.DuckDBValue {
    const { inner = [], names = [] } = type
    if (value === null) return null
    if (!isNested(type)) return this.#leaf(type, value)
    const items = value as readonly EngineValue[]
    if (type.base === 'array') return this.#duck.listValue(items.map((item) => this.#nested(inner[0] ?? type, item)))
    if (type.base === 'struct') {
      const fields = names.map((name, i) => [name, this.#nested(inner[i] ?? type, items[i] ?? null)] as const)
      return this.#duck.structValue(Object.fromEntries(fields))
    }
    const entries = (items as readonly (readonly EngineValue[])[]).map(([key = null, one = null]) => ({
      key: this.#nested(inner[0] ?? type, key),
      value: this.#nested(inner[1] ?? type, one),
    }))
    return this.#duck.mapValue(entries)
  }

  #leaf(type: DataType, value: EngineValue): Duck.DuckDBValue {
    const { DuckDBBlobValue, DuckDBDateValue, DuckDBDecimalValue, DuckDBTimestampValue } = this.#duck
    switch (type.base) {
      case 'date':
        return new DuckDBDateValue(value as number)
      case 'datetime':
      case 'timestamp':
      case 'timestamp_ntz':
        return new DuckDBTimestampValue(value as bigint)
      case 'decimal': {
        const decimal = value as EngineDecimal
        return new DuckDBDecimalValue(decimal.value, type.precision ?? 38, decimal.scale)
      }
      case 'binary':
        return new DuckDBBlobValue(value as Uint8Array)
      default:
        return value as Duck.DuckDBValue
    }
  }

  #appendValue(type: DataType, value: EngineValue): void {
    const { DuckDBDateValue, DuckDBDecimalValue, DuckDBTimestampValue } = this.#duck
    switch (type.base) {
      case 'tinyint':
        return this.#appender.appendTinyInt(value as number)
      case 'smallint':
        return this.#appender.appendSmallInt(value as number)
      case 'bigint':
        return this.#appender.appendBigInt(value as bigint)
      case 'float':
        return this.#appender.appendFloat(value as number)
      case 'double':
        return this.#appender.appendDouble(value as number)
      case 'boolean':
        return this.#appender.appendBoolean(value as boolean)
      case 'date':
        return this.#appender.appendDate(new DuckDBDateValue(value as number))
      case 'datetime':
      case 'timestamp':
      case 'timestamp_ntz':
        return this.#appender.appendTimestamp(new DuckDBTimestampValue(value as bigint))
      case 'decimal': {
        const decimal = value as EngineDecimal
        const precision = type.precision ?? 38
        return this.#appender.appendDecimal(new DuckDBDecimalValue(decimal.value, precision, decimal.scale))
      }
      case 'binary':
        return this.#appender.appendBlob(value as Uint8Array)
      case 'string':
      case 'varchar':
      case 'char':
      case 'json':
        return this.#appender.appendVarchar(value as string)
      default:
        return this.#appender.appendInteger(value as number)
    }
  }
}
