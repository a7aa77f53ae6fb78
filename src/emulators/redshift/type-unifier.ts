import { numeric, rsType, type RsType, type TypeName, varchar } from './types.js'

const integerRank = ['int2', 'int4', 'int8'] as const
/** Integers as decimals (Redshift's "computations with numeric values"). */
const integerPrecision = { int2: 5, int4: 10, int8: 19 } as const

type Named<N extends TypeName> = RsType & { readonly name: N }

export function isInteger(type: RsType | undefined): type is Named<'int2' | 'int4' | 'int8'> {
  return type !== undefined && (type.name === 'int2' || type.name === 'int4' || type.name === 'int8')
}

export function isFloat(type: RsType | undefined): type is Named<'float4' | 'float8'> {
  return type !== undefined && (type.name === 'float4' || type.name === 'float8')
}

export function isNumber(type: RsType | undefined): boolean {
  return isInteger(type) || isFloat(type) || type?.name === 'numeric'
}

export function isText(type: RsType | undefined): type is Named<'char' | 'varchar' | 'name' | 'unknown'> {
  return type !== undefined && ['char', 'varchar', 'name', 'unknown'].includes(type.name)
}

/** Precision and scale of an exact number. */
export function digits(type: RsType): { readonly precision: number; readonly scale: number } {
  if (type.name === 'int2' || type.name === 'int4' || type.name === 'int8') {
    return { precision: integerPrecision[type.name], scale: 0 }
  }
  return { precision: type.precision ?? 38, scale: type.scale ?? 0 }
}

/** The type that CASE, COALESCE, UNION give to these; undefined members say nothing. */
export function unifyTypes(types: readonly (RsType | undefined)[]): RsType | undefined {
  let result: RsType | undefined
  for (const type of types) {
    if (type === undefined || type.name === 'unknown') continue
    result = result === undefined ? type : unifyTwo(result, type)
  }
  return result ?? (types.some((type) => type?.name === 'unknown') ? varchar() : undefined)
}

function unifyTwo(a: RsType, b: RsType): RsType {
  if (isNumber(a) && isNumber(b)) return unifyNumbers(a, b)
  if (isText(a) && isText(b)) return unifyTexts(a, b)
  if (a.name === b.name) return a
  const names = [a.name, b.name]
  if (names.includes('timestamptz')) return rsType('timestamptz')
  if (names.includes('timestamp')) return rsType('timestamp')
  return isText(a) ? b : a
}

function unifyNumbers(a: RsType, b: RsType): RsType {
  if (isFloat(a) || isFloat(b)) return rsType(a.name === 'float4' && b.name === 'float4' ? 'float4' : 'float8')
  if (isInteger(a) && isInteger(b)) {
    const rank = Math.max(integerRank.indexOf(a.name), integerRank.indexOf(b.name))
    return rsType(integerRank[rank] ?? 'int8')
  }
  const [left, right] = [digits(a), digits(b)]
  const scale = Math.max(left.scale, right.scale)
  const whole = Math.max(left.precision - left.scale, right.precision - right.scale)
  return numeric(Math.min(38, whole + scale), scale)
}

function unifyTexts(a: RsType, b: RsType): RsType {
  const length = a.length === undefined || b.length === undefined ? undefined : Math.max(a.length, b.length)
  if (a.name === 'char' && b.name === 'char' && length !== undefined) return { name: 'char', length }
  return varchar(length)
}
