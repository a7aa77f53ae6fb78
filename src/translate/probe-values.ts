import { quoteLiteral } from '../dialect/redshift/literal.js'
import type { SourceType } from '../model/catalog.js'
import type { ValueKind } from '../model/plan.js'

/** A type of the source with values at its edges. */
export interface ProbeValues {
  /** Names its column. */
  readonly key: string
  readonly sourceType: SourceType
  /** For people, where the type alone does not tell. */
  readonly label?: string
  readonly kind: ValueKind
  /** The type that LOAD is to fill with what UNLOAD writes. */
  readonly loadedAs: string
  /** The type that is made of it, where that is another one. */
  readonly targetType?: string
  readonly group: string
  /** Redshift SQL of a value, and the text that the target must show of it. */
  readonly values: readonly (readonly [sql: string, known: string])[]
  /** The value as the source's type, where CAST does not make it. */
  readonly literal?: (value: string) => string
  /** What UNLOAD selects, where it is not the column itself. */
  readonly unload?: (column: string) => string
}

/** Quotes, a backslash, a delimiter, a line end, several scripts, what needs four bytes, blanks at the end, nothing at all. */
const texts = ['', 'ab  ', `it's "a|b,c\\d"`, 'two\nlines', '数据 é 😀', '  '] as const

const clocks = [
  '0001-01-01 00:00:00.000000',
  '9999-12-31 23:59:59.999999',
  '2026-07-01 12:34:56.123456',
  '1969-12-31 23:59:59.000001',
] as const

export const probeValues: readonly ProbeValues[] = [
  whole('smallint', 'SMALLINT', ['-32768', '32767', '0']),
  whole('integer', 'INT', ['-2147483648', '2147483647', '0']),
  whole('bigint', 'BIGINT', ['-9223372036854775807', '9223372036854775807', '0']),
  // Some versions of the target end one before the smallest number (maxcompute.md 9): a column of its own.
  {
    ...whole('bigint', 'BIGINT', ['-9223372036854775808']),
    key: 'bigint_min',
    label: 'the smallest bigint',
    group: 'smallest bigint',
  },
  decimal(9, 2, ['-9999999.99', '9999999.99', '0.01']),
  decimal(18, 4, ['-99999999999999.9999', '99999999999999.9999', '0.0001']),
  decimal(38, 0, ['-' + '9'.repeat(38), '9'.repeat(38), '1']),
  decimal(38, 18, [`-${'9'.repeat(20)}.${'9'.repeat(18)}`, `${'9'.repeat(20)}.${'9'.repeat(18)}`, '0.5']),
  float('real', 'FLOAT', ['-1.5', '3.4028235e38', '0.1']),
  float('double precision', 'DOUBLE', ['-1.5', '1.7976931348623157e308', '0.1', '2.2250738585072014e-308']),
  {
    ...base('boolean', 'boolean', 'BOOLEAN', 'boolean'),
    values: [
      ['TRUE', 'true'],
      ['FALSE', 'false'],
    ],
  },
  {
    ...base('char', 'character', 'VARCHAR(5)', 'text', 'character(5)'),
    values: ['', 'ab', 'abcde'].map((text) => [quoteLiteral(text), text] as const),
    unload: (column) => `RTRIM(CAST(${column} AS VARCHAR(5)))`,
  },
  {
    ...base('varchar', 'character varying', 'VARCHAR(40)', 'text', 'character varying(40)'),
    values: texts.map((text) => [quoteLiteral(text), text] as const),
  },
  moments('date', 'date', 'DATE', 'date', ['0001-01-01', '9999-12-31', '1970-01-01', '2000-02-29']),
  moments('timestamp', 'timestamp without time zone', 'TIMESTAMP', 'timestamp', clocks),
  {
    ...moments('timestamptz', 'timestamp with time zone', 'TIMESTAMP', 'timestamptz', clocks),
    values: clocks.map((text) => [quoteLiteral(`${text}+00`), text] as const),
  },
  {
    ...base('super', 'super', 'STRING', 'text'),
    values: ['{"a":[1,"x"]}', '[]', '"text"'].map((text) => [quoteLiteral(text), text] as const),
    literal: (value) => `JSON_PARSE(${value})`,
  },
  {
    ...base('varbyte', 'binary varying', 'STRING', 'text', 'varbyte(8)'),
    targetType: 'BINARY',
    values: ['00ff10', '7a'].map((hex) => [quoteLiteral(hex), hex.toUpperCase()] as const),
    literal: (value) => `TO_VARBYTE(${value}, 'hex')`,
    unload: (column) => `TO_HEX(${column})`,
  },
]

function base(
  key: string,
  name: SourceType['base'],
  loadedAs: string,
  kind: ValueKind,
  text: string = name,
): Omit<ProbeValues, 'values'> {
  return { key, sourceType: { base: name, text }, kind, loadedAs, group: 'plain' }
}

function whole(name: 'smallint' | 'integer' | 'bigint', loadedAs: string, texts: readonly string[]): ProbeValues {
  return { ...base(name, name, loadedAs, 'integer'), values: texts.map((text) => [quoteLiteral(text), text] as const) }
}

function float(name: 'real' | 'double precision', loadedAs: string, texts: readonly string[]): ProbeValues {
  const key = loadedAs.toLowerCase()
  return { ...base(key, name, loadedAs, 'float'), values: texts.map((text) => [quoteLiteral(text), text] as const) }
}

function decimal(precision: number, scale: number, texts: readonly string[]): ProbeValues {
  const digits = `(${precision},${scale})`
  return {
    ...base(`decimal_${precision}_${scale}`, 'numeric', `DECIMAL${digits}`, 'decimal', `numeric${digits}`),
    group: 'decimal',
    values: texts.map((text) => [quoteLiteral(text), text] as const),
  }
}

function moments(
  key: string,
  name: SourceType['base'],
  loadedAs: string,
  kind: ValueKind,
  texts: readonly string[],
): ProbeValues {
  const group = kind === 'date' ? 'plain' : 'moment'
  return { ...base(key, name, loadedAs, kind), group, values: texts.map((text) => [quoteLiteral(text), text] as const) }
}
