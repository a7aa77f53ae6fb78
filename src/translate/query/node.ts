/** A node of the parser's tree: one key that says what it is, and its fields below. */
export interface QueryNode {
  readonly kind: string
  readonly fields: Fields
}

export type Fields = Readonly<Record<string, unknown>>

/** Fields that say how something was written, never what it means. */
const silentFields = new Set([
  'span',
  'trailing_comments',
  'leading_comments',
  'pre_alias_comments',
  'operator_comments',
  'left_comments',
  'comments',
  'inferred_type',
  'original_name',
  'name_comments',
])

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Undefined for what is no node. */
export function nodeOf(value: unknown): QueryNode | undefined {
  if (!isFields(value)) return undefined
  const [kind, ...more] = Object.keys(value)
  if (kind === undefined || more.length > 0) return undefined
  const fields = value[kind]
  return { kind, fields: isFields(fields) ? fields : {} }
}

/** The first field beside `known` that says something. */
export function strayField(fields: Fields, known: readonly string[]): string | undefined {
  return Object.keys(fields).find((name) => !silentFields.has(name) && !known.includes(name) && says(fields[name]))
}

function says(value: unknown): boolean {
  if (value === null || value === undefined || value === false) return false
  return !(Array.isArray(value) && value.length === 0)
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : []
}

/** A field that is a text. */
export function textAt(fields: Fields, name: string): string | undefined {
  const value = fields[name]
  return typeof value === 'string' ? value : undefined
}

/** An identifier; unquoted ones in lower case, as Redshift folds them. */
export function nameOf(value: unknown): string | undefined {
  if (!isFields(value) || typeof value['name'] !== 'string') return undefined
  return value['quoted'] === true ? value['name'] : foldCase(value['name'])
}

/** Redshift folds ASCII letters alone. */
function foldCase(name: string): string {
  return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

/** Where the first thing with a place stands below `value`: code points from the beginning of the text. */
export function startOf(value: unknown): number | undefined {
  if (Array.isArray(value)) return firstOf(value as unknown[])
  if (!isFields(value)) return undefined
  const span = value['span']
  if (isFields(span) && typeof span['start'] === 'number') return span['start']
  return firstOf(Object.values(value))
}

function firstOf(values: readonly unknown[]): number | undefined {
  const starts = values.flatMap((value) => startOf(value) ?? [])
  return starts.length === 0 ? undefined : Math.min(...starts)
}
