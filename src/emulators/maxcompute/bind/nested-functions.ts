import { engineType, isInteger, types, typeText, type DataType } from '../data-type.js'
import { unify } from './common-type.js'
import { badArgument, checkCount, literalOf, nth, type FunctionRule } from './function-rule.js'
import { argument } from './common-type.js'
import { name, typed } from './typed.js'

const array: FunctionRule = (values, place) => {
  const { values: items, type } = unify(values, place)
  const of: DataType = { base: 'array', inner: [type] }
  return typed(`CAST([${items.map((item) => item.sql).join(', ')}] AS ${engineType(of)})`, of, ...values)
}

const map: FunctionRule = (values, place) => {
  if (values.length % 2 !== 0) throw badArgument(place, 'expect keys and values in turn')
  const keys = unify(
    values.filter((_, i) => i % 2 === 0),
    place,
  )
  const items = unify(
    values.filter((_, i) => i % 2 === 1),
    place,
  )
  const of: DataType = { base: 'map', inner: [keys.type, items.type] }
  const list = (side: typeof keys): string => `[${side.values.map((value) => value.sql).join(', ')}]`
  return typed(`CAST(map(${list(keys)}, ${list(items)}) AS ${engineType(of)})`, of, ...values)
}

/** Its fields are col1, col2 … */
const struct: FunctionRule = (values, place) => {
  checkCount(values, 1, Infinity, place)
  const names = values.map((_, i) => `col${i + 1}`)
  const fields = values.map((value, i) => `${name(names[i] ?? '')} := ${value.sql}`)
  const type: DataType = { base: 'struct', names, inner: values.map((value) => value.type) }
  return typed(`struct_pack(${fields.join(', ')})`, type, ...values)
}

const namedStruct: FunctionRule = (values, place) => {
  checkCount(values, 2, Infinity, place)
  if (values.length % 2 !== 0) throw badArgument(place, 'expect names and values in turn')
  const names = values.filter((_, i) => i % 2 === 0).map((value) => literalOf(value, place).toLowerCase())
  const items = values.filter((_, i) => i % 2 === 1)
  const fields = items.map((value, i) => `${name(names[i] ?? '')} := ${value.sql}`)
  const type: DataType = { base: 'struct', names, inner: items.map((value) => value.type) }
  return typed(`struct_pack(${fields.join(', ')})`, type, ...values)
}

const keysOrValues =
  (which: 0 | 1): FunctionRule =>
  (values, place) => {
    checkCount(values, 1, 1, place)
    const value = nth(values, 0)
    if (value.type.base !== 'map') throw badArgument(place, `expect MAP, actual ${typeText(value.type)}`)
    const type: DataType = { base: 'array', inner: [value.type.inner?.[which] ?? types.void] }
    return typed(`${which === 0 ? 'map_keys' : 'map_values'}(${value.sql})`, type, value)
  }

const arrayContains: FunctionRule = (values, place) => {
  checkCount(values, 2, 2, place)
  const [list, wanted] = [nth(values, 0), nth(values, 1)]
  const type = list.type.inner?.[0]
  if (list.type.base !== 'array' || type === undefined)
    throw badArgument(place, `expect ARRAY, actual ${typeText(list.type)}`)
  const plain = isInteger(type) && isInteger(wanted.type) ? wanted : argument(wanted, type, place)
  return typed(`list_contains(${list.sql}, ${plain.sql})`, types.boolean, list, wanted)
}

export const nestedFunctions: Readonly<Record<string, FunctionRule>> = {
  array,
  map,
  struct,
  named_struct: namedStruct,
  map_keys: keysOrValues(0),
  map_values: keysOrValues(1),
  array_contains: arrayContains,
}
