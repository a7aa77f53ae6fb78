import type * as Duck from '@duckdb/node-api'
import type { EngineConnection } from '../sql-engine.js'
import { ewkbHex, readEwkb } from './ewkb.js'
import { daySecondText, readInterval, yearMonthText } from './interval-text.js'
import { sketchCardinality, sketchText } from './sketch.js'
import { compactJson } from './super-text.js'
import { readWkt, wktText } from './wkt.js'

type Kind = 'text' | 'number' | 'hashes'
type Argument = string | bigint | readonly bigint[]

interface NativeFunction {
  readonly takes: readonly Kind[]
  readonly gives: Exclude<Kind, 'hashes'>
  /** Its arguments are not NULL. A string thrown is `SQLSTATE:message`. */
  readonly of: (...args: readonly Argument[]) => string | bigint
}

class Refusal extends Error {
  override readonly name = 'Refusal'
}

function orRefuse<T>(value: T | undefined, state: string, message: string): T {
  if (value === undefined) throw new Refusal(`RS${state}:${message}`)
  return value
}

function attempt<T>(read: () => T, state: string, message: string): T {
  try {
    return read()
  } catch {
    throw new Refusal(`RS${state}:${message}`)
  }
}

const invalidInterval = (text: Argument): string => `invalid input syntax for type interval: "${String(text)}"`
const geometryOf = (hex: Argument): ReturnType<typeof readEwkb> =>
  attempt(() => readEwkb(String(hex)), 'XX000', 'Geometry cannot be read from its binary form')
const wktOf = (text: Argument): ReturnType<typeof readWkt> =>
  attempt(() => readWkt(String(text)), 'XX000', 'Geometry cannot be read from its text')

/** What SQL of the engine cannot say, under names that no SQL of the user's can reach. */
const functions: Readonly<Record<string, NativeFunction>> = {
  rs_months: {
    takes: ['text', 'text'],
    gives: 'number',
    of: (text, unit) => orRefuse(readInterval(String(text), String(unit)), '22007', invalidInterval(text)).months,
  },
  rs_micros: {
    takes: ['text', 'text'],
    gives: 'number',
    of: (text, unit) => orRefuse(readInterval(String(text), String(unit)), '22007', invalidInterval(text)).micros,
  },
  rs_year_month_text: { takes: ['number'], gives: 'text', of: (months) => yearMonthText(months as bigint) },
  rs_day_second_text: { takes: ['number'], gives: 'text', of: (micros) => daySecondText(micros as bigint) },
  rs_json: {
    takes: ['text'],
    gives: 'text',
    of: (text) => orRefuse(compactJson(String(text)), 'XX000', 'error in json parsing'),
  },
  rs_geometry: {
    takes: ['text'],
    gives: 'text',
    of: (hex) => {
      const { shape, srid } = geometryOf(hex)
      return ewkbHex(shape, srid)
    },
  },
  rs_from_wkt: {
    takes: ['text', 'number'],
    gives: 'text',
    of: (text, srid) => {
      const read = wktOf(text)
      return ewkbHex(read.shape, srid === -1n ? read.srid : Number(srid))
    },
  },
  rs_to_wkt: {
    takes: ['text', 'number', 'number'],
    gives: 'text',
    of: (hex, precision, extended) => {
      const { shape, srid } = geometryOf(hex)
      return `${extended === 1n && srid !== 0 ? `SRID=${srid};` : ''}${wktText(shape, Number(precision))}`
    },
  },
  rs_srid: { takes: ['text'], gives: 'number', of: (hex) => BigInt(geometryOf(hex).srid) },
  rs_sketch: { takes: ['hashes'], gives: 'text', of: (hashes) => sketchText(hashes as readonly bigint[]) },
  rs_cardinality: {
    takes: ['text'],
    gives: 'number',
    of: (text) => orRefuse(sketchCardinality(String(text)), 'XX000', 'invalid HLLSKETCH'),
  },
}

/** Known to every connection of the engine from then on. */
export async function registerNativeFunctions(connection: EngineConnection): Promise<void> {
  const duck = await import('@duckdb/node-api')
  for (const [name, native] of Object.entries(functions))
    connection.native.registerScalarFunction(scalar(duck, name, native))
}

function scalar(duck: typeof Duck, name: string, native: NativeFunction): Duck.DuckDBScalarFunction {
  const types = { text: duck.VARCHAR, number: duck.BIGINT, hashes: duck.LIST(duck.UBIGINT) }
  return duck.DuckDBScalarFunction.create({
    name,
    returnType: types[native.gives],
    parameterTypes: native.takes.map((kind) => types[kind]),
    mainFunction: (info, input, output) => {
      const columns = native.takes.map((_, i) => input.getColumnVector(i))
      try {
        for (let row = 0; row < input.rowCount; row += 1) {
          const args = columns.map((column) => argument(column.getItem(row)))
          output.setItem(row, args.some((arg) => arg === null) ? null : native.of(...(args as Argument[])))
        }
        output.flush()
      } catch (error) {
        info.setError(error instanceof Error ? error.message : String(error))
      }
    },
  })
}

function argument(value: Duck.DuckDBValue): Argument | null {
  if (value === null || typeof value === 'string' || typeof value === 'bigint') return value
  return (value as Duck.DuckDBListValue).items as readonly bigint[]
}
