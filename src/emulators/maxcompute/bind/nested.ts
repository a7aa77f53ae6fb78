import { engineType, isInteger, isNested, isText, typeText, types, type DataType } from '../data-type.js'
import { semanticError, unsupported } from '../odps-error.js'
import type { Place } from './bind-context.js'
import { name, text, typed, type Typed } from './typed.js'

/** `array[index]`, from 0, and `map[key]`; NULL where there is nothing. */
export function elementOf(of: Typed, index: Typed, place: Place): Typed {
  const [first = types.void, second = types.void] = of.type.inner ?? []
  if (of.type.base === 'array') {
    if (!isInteger(index.type)) throw semanticError(place.at, `expect an integer index, actual ${typeText(index.type)}`)
    const sql = `CASE WHEN ${index.sql} >= 0 THEN list_extract(${of.sql}, CAST(${index.sql} AS BIGINT) + 1) END`
    return typed(sql, first, of, index)
  }
  if (of.type.base !== 'map')
    throw semanticError(place.at, `expect an ARRAY or MAP before [, actual ${typeText(of.type)}`)
  const key = convertNested(index, first) ?? index
  if (key.type.base !== first.base && !(isText(key.type) && isText(first)))
    throw semanticError(place.at, `expect a key of type ${typeText(first)}, actual ${typeText(key.type)}`)
  return typed(`list_extract(map_extract(${of.sql}, CAST(${key.sql} AS ${engineType(first)})), 1)`, second, of, index)
}

/** Undefined when the struct has no such field, or the value is no struct. */
export function fieldOf(of: Typed, field: string): Typed | undefined {
  const index = of.type.names?.indexOf(field) ?? -1
  const type = of.type.inner?.[index]
  return type === undefined ? undefined : typed(`struct_extract(${of.sql}, ${text(field)})`, type, of)
}

/** A nested value as another nested type: parts that widen, fields by position; undefined where there is no way. */
export function convertNested(value: Typed, to: DataType): Typed | undefined {
  const from = value.type
  if (from.base === 'void') return typed(`CAST(NULL AS ${engineType(to)})`, to, value)
  if (!fits(from, to)) return undefined
  const wanted = engineType(to)
  if (engineType(from) === wanted) return typed(value.sql, to, value)
  if (from.base !== 'struct') return typed(`CAST(${value.sql} AS ${wanted})`, to, value)
  const fields = (to.inner ?? []).map((type, i) => {
    const part = `struct_extract(${value.sql}, ${text(from.names?.[i] ?? '')})`
    return `${name(to.names?.[i] ?? '')} := CAST(${part} AS ${engineType(type)})`
  })
  return typed(`CASE WHEN ${value.sql} IS NOT NULL THEN struct_pack(${fields.join(', ')}) END`, to, value)
}

const numbers = ['tinyint', 'smallint', 'int', 'bigint', 'float', 'double']

/** What the engine's own cast does just as the service would. */
function fits(from: DataType, to: DataType): boolean {
  if (from.base === 'void' || (isText(from) && isText(to))) return true
  if (numbers.includes(from.base) && numbers.includes(to.base))
    return numbers.indexOf(from.base) <= numbers.indexOf(to.base)
  if (isInteger(from) && to.base === 'decimal') return true
  const [inside, wanted] = [from.inner ?? [], to.inner ?? []]
  return (
    from.base === to.base && inside.length === wanted.length && inside.every((one, i) => fits(one, wanted[i] ?? one))
  )
}

/** Of two nested types, or of one and something else: the same or none. */
export function sameNested(a: DataType, b: DataType): boolean {
  return isNested(a) && typeText(a) === typeText(b)
}

export function refuseNested(values: readonly Typed[], place: Place, what: string): void {
  const found = values.find((value) => isNested(value.type))
  if (found !== undefined) throw unsupported(place.at, `${what} of type ${typeText(found.type)}`)
}
