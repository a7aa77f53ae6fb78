/** A relation of the source, as the source spells it. */
export interface RelationName {
  readonly schema: string
  readonly name: string
}

/** A table of the target; `schema` only where the project uses the three-level model. */
export interface TableName {
  readonly project: string
  readonly schema?: string
  readonly name: string
}

export type StoreKind = 's3' | 'oss'

/** An object, or a prefix when `key` ends in `/` (or is empty: the whole bucket). `key` never starts with `/`. */
export interface Location {
  readonly store: StoreKind
  readonly bucket: string
  readonly key: string
}

export function relationText(name: RelationName): string {
  return `${name.schema}.${name.name}`
}

export function tableText(name: TableName): string {
  return name.schema === undefined ? `${name.project}.${name.name}` : `${name.project}.${name.schema}.${name.name}`
}

export function locationText(location: Location): string {
  return `${location.store}://${location.bucket}/${location.key}`
}

/** The location `name` below a prefix. */
export function below(prefix: Location, name: string): Location {
  return { ...prefix, key: prefix.key + name }
}
