export type TypeName =
  | 'bool'
  | 'int2'
  | 'int4'
  | 'int8'
  | 'numeric'
  | 'float4'
  | 'float8'
  | 'char'
  | 'varchar'
  | 'date'
  | 'time'
  | 'timetz'
  | 'timestamp'
  | 'timestamptz'
  | 'interval'
  | 'intervaly2m'
  | 'intervald2s'
  | 'super'
  | 'varbyte'
  | 'geometry'
  | 'geography'
  | 'hllsketch'
  | 'oid'
  | 'name'
  | 'unknown'

/** `length` in bytes (char, varchar, varbyte), -1 or absent: none; `precision` and `scale` for numeric. */
export interface RsType {
  readonly name: TypeName
  readonly length?: number
  readonly precision?: number
  readonly scale?: number
}

export function rsType(name: TypeName): RsType {
  return { name }
}

export function numeric(precision: number, scale: number): RsType {
  return { name: 'numeric', precision, scale }
}

export function varchar(length?: number): RsType {
  return length === undefined ? { name: 'varchar' } : { name: 'varchar', length }
}
