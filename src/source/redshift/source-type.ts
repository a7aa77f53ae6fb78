import type { SourceType, SourceTypeBase } from '../../model/catalog.js'

/** A column's type as pg_attribute holds it; views that are not bound have only the text. */
export interface DeclaredType {
  /** Decimal text of `atttypid`. */
  readonly oid?: string
  /** Decimal text of `atttypmod`; -1: no modifier. */
  readonly modifier?: string
  /** What `format_type` printed: `character varying(25)`. */
  readonly text: string
}

/** redshift.md 3.7. HLLSKETCH is known by its text alone. */
const basesByOid: ReadonlyMap<string, SourceTypeBase> = new Map([
  ['16', 'boolean'],
  ['20', 'bigint'],
  ['21', 'smallint'],
  ['23', 'integer'],
  ['700', 'real'],
  ['701', 'double precision'],
  ['1042', 'character'],
  ['1043', 'character varying'],
  ['1082', 'date'],
  ['1083', 'time without time zone'],
  ['1114', 'timestamp without time zone'],
  ['1184', 'timestamp with time zone'],
  ['1188', 'interval year to month'],
  ['1190', 'interval day to second'],
  ['1266', 'time with time zone'],
  ['1700', 'numeric'],
  ['3000', 'geometry'],
  ['3001', 'geography'],
  ['4000', 'super'],
  ['6551', 'binary varying'],
])

const basesByText: ReadonlyMap<string, SourceTypeBase> = new Map<string, SourceTypeBase>([
  ...[...basesByOid.values()].map((base) => [base, base] as const),
  ['hllsketch', 'hllsketch'],
  ['int2', 'smallint'],
  ['int4', 'integer'],
  ['int8', 'bigint'],
  ['decimal', 'numeric'],
  ['float4', 'real'],
  ['float8', 'double precision'],
  ['bool', 'boolean'],
  ['bpchar', 'character'],
  ['char', 'character'],
  ['varchar', 'character varying'],
  // Redshift stores TEXT columns as VARCHAR(256); the bare name is left only in the columns of views.
  ['text', 'character varying'],
  ['time', 'time without time zone'],
  ['timetz', 'time with time zone'],
  ['timestamp', 'timestamp without time zone'],
  ['timestamptz', 'timestamp with time zone'],
  ['varbyte', 'binary varying'],
  ['varbinary', 'binary varying'],
  ['intervaly2m', 'interval year to month'],
  ['intervald2s', 'interval day to second'],
])

/** PostgreSQL counts its length header into `atttypmod`. */
const headerByteCount = 4

/** `unknown` for what is no type of a Redshift column; the plan then blocks on it. */
export function decodeSourceType(declared: DeclaredType): SourceType {
  const text = declared.text.trim()
  const spelled = /^([a-z][a-z0-9 ]*?)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?$/.exec(text.toLowerCase())
  const base = basesByOid.get(declared.oid ?? '') ?? basesByText.get(spelled?.[1] ?? '') ?? 'unknown'
  const modifier = modifierOf(declared)
  if (base === 'numeric') return { base, text, ...digitsOf(modifier, spelled) }
  if (base === 'character' || base === 'character varying' || base === 'binary varying') {
    const length = modifier ?? countOf(spelled?.[2])
    return { base, text, ...(length === undefined ? {} : { length }) }
  }
  return { base, text }
}

/** atttypmod counts four bytes of header; undefined when there is no modifier. */
function modifierOf(declared: DeclaredType): number | undefined {
  const stored = declared.modifier === undefined ? -1 : Number(declared.modifier)
  return stored >= headerByteCount ? stored - headerByteCount : undefined
}

function digitsOf(modifier: number | undefined, spelled: RegExpExecArray | null): Partial<SourceType> {
  const precision = modifier === undefined ? countOf(spelled?.[2]) : (modifier >> 16) & 0xffff
  if (precision === undefined) return {}
  return { precision, scale: modifier === undefined ? (countOf(spelled?.[3]) ?? 0) : modifier & 0xffff }
}

function countOf(digits: string | undefined): number | undefined {
  return digits === undefined ? undefined : Number(digits)
}
