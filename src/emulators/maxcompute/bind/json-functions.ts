import { types, type DataType } from '../data-type.js'
import { argument } from './common-type.js'
import { checkCount, literalOf, nth, type FunctionRule } from './function-rule.js'
import { text, typed } from './typed.js'

const json: DataType = { base: 'json' }

/** JSON functions that a migration meets; values are held as their text. */
export const jsonFunctions: Readonly<Record<string, FunctionRule>> = {
  json_parse: (values, place) => {
    checkCount(values, 1, 1, place)
    return typed(`CAST(json(${argument(nth(values, 0), types.string, place).sql}) AS VARCHAR)`, json, ...values)
  },
  json_format: (values, place) => {
    checkCount(values, 1, 1, place)
    return typed(argument(nth(values, 0), json, place).sql, types.string, ...values)
  },
  get_json_object: (values, place) => {
    checkCount(values, 2, 2, place)
    const source =
      nth(values, 0).type.base === 'json' ? nth(values, 0).sql : argument(nth(values, 0), types.string, place).sql
    return typed(`json_extract_string(${source}, ${text(literalOf(nth(values, 1), place))})`, types.string, ...values)
  },
  json_extract: (values, place) => {
    checkCount(values, 2, 2, place)
    const path = text(literalOf(nth(values, 1), place))
    return typed(
      `CAST(json_extract(${argument(nth(values, 0), json, place).sql}, ${path}) AS VARCHAR)`,
      json,
      ...values,
    )
  },
}
