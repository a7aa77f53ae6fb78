import { quoteIdentifier as quoteTarget } from '../dialect/maxcompute/identifier.js'
import { quoteIdentifier } from '../dialect/redshift/identifier.js'
import type { SourceType } from '../model/catalog.js'
import type { ProbeForm } from '../model/facts.js'
import type { ColumnPlan } from '../model/plan.js'
import { probeValues, type ProbeValues } from './probe-values.js'
import { readField, spelled } from './text-wire.js'

/** What is read of a loaded column: a value of the target's type, by SQL over it. */
export interface ProbeRead {
  readonly sourceType: string
  readonly targetType: string
  readonly form: ProbeForm
  /** MaxCompute's SQL that gives the value as text. */
  readonly textSql: string
  readonly kind: ColumnPlan['kind']
  readonly known: readonly string[]
}

/** One column of the parts, loaded as one type. */
export interface ProbeUnit {
  /** In lower case; the parts may spell it otherwise. */
  readonly column: string
  readonly loadedAs: string
  /** Units of a group are loaded together first: what one reader refuses another type need not wait for. */
  readonly group: string
  readonly reads: readonly ProbeRead[]
}

/** The name of the column that the parts spell in upper case. */
const caseColumn = 'c_case'

/** Types that LOAD may be asked to fill with the column as UNLOAD writes it, and what SQL may make of those. */
const more: Readonly<Record<string, readonly { readonly loadedAs: string; readonly becomes: readonly string[] }[]>> = {
  char: [{ loadedAs: 'CHAR(5)', becomes: ['CHAR(5)'] }],
  varchar: [{ loadedAs: 'STRING', becomes: ['STRING'] }],
  timestamp: [
    { loadedAs: 'TIMESTAMP', becomes: ['TIMESTAMP', 'TIMESTAMP_NTZ'] },
    { loadedAs: 'TIMESTAMP_NTZ', becomes: ['TIMESTAMP_NTZ'] },
    { loadedAs: 'DATETIME', becomes: ['DATETIME'] },
  ],
  super: [{ loadedAs: 'JSON', becomes: ['JSON'] }],
}

/** The columns that UNLOAD writes: a row number, every type as it is, and every type that has one as text. */
export function probeColumns(): readonly ColumnPlan[] {
  const number = columnPlan({ base: 'integer', text: 'integer' }, 'n', 'INT', 'integer', quoteIdentifier('n'))
  return [
    number,
    { ...number, target: caseColumn.toUpperCase() },
    ...probeValues.flatMap((of) => [naturalColumn(of), ...(hasText(of) ? [textColumn(of)] : [])]),
  ]
}

/** Everything that LOAD is asked, of each reader. */
export function probeUnits(): readonly ProbeUnit[] {
  return [caseUnit(), ...probeValues.flatMap((of) => [...naturalUnits(of), ...(hasText(of) ? [textUnit(of)] : [])])]
}

function naturalColumn(of: ProbeValues): ColumnPlan {
  const name = `c_${of.key}`
  const value = of.unload?.(quoteIdentifier(name)) ?? quoteIdentifier(name)
  return columnPlan(of.sourceType, name, of.loadedAs, of.kind, value)
}

function textColumn(of: ProbeValues): ColumnPlan {
  const plan = naturalColumn(of)
  return { ...plan, target: `${plan.target}_text`, wire: { expression: spelled(plan) } }
}

function columnPlan(
  sourceType: SourceType,
  name: string,
  targetType: string,
  kind: ColumnPlan['kind'],
  unloadExpression: string,
): ColumnPlan {
  return { source: name, sourceType, target: name, targetType, unloadExpression, kind, notNull: false }
}

function hasText({ kind }: ProbeValues): boolean {
  return kind !== 'text'
}

function caseUnit(): ProbeUnit {
  const read = { sourceType: 'integer, its name in upper case', targetType: 'INT', form: 'direct' as const }
  const known = Array.from({ length: probeRowCount }, (_, n) => String(n))
  const textSql = `CAST(${quoteTarget(caseColumn)} AS STRING)`
  return {
    column: caseColumn,
    loadedAs: 'INT',
    group: 'case',
    reads: [{ ...read, textSql, kind: 'integer', known }],
  }
}

function naturalUnits(of: ProbeValues): readonly ProbeUnit[] {
  const own = [{ loadedAs: of.loadedAs, becomes: [of.targetType ?? of.loadedAs] }]
  const ways = of.key === 'timestamp' ? [] : own
  return [...ways, ...(more[of.key] ?? [])].map(({ loadedAs, becomes }) => ({
    column: `c_${of.key}`,
    loadedAs,
    group: loadedAs === of.loadedAs ? of.group : loadedAs,
    reads: becomes.map((targetType) => naturalRead(of, loadedAs, targetType)),
  }))
}

function naturalRead(of: ProbeValues, loadedAs: string, targetType: string): ProbeRead {
  const column = quoteTarget(`c_${of.key}`)
  const form = loadedAs === targetType ? 'direct' : 'cast'
  const made = targetType === 'BINARY' ? `UNHEX(${column})` : `CAST(${column} AS ${targetType})`
  return readOf(of, targetType, form, form === 'direct' ? column : made)
}

function textUnit(of: ProbeValues): ProbeUnit {
  const plan = textColumn(of)
  const field = quoteTarget(plan.target)
  const targets = of.key === 'timestamp' ? ['TIMESTAMP', 'TIMESTAMP_NTZ'] : [of.loadedAs]
  const reads = targets.map((targetType) =>
    readOf(of, targetType, 'text', readField({ ...plan, targetType }, 'spelled', field)),
  )
  const isMoment = of.kind === 'timestamp' || of.kind === 'timestamptz'
  const all = isMoment ? [...reads, datetimeRead(of, plan, field)] : reads
  return { column: plan.target, loadedAs: 'STRING', group: 'text', reads: all }
}

/** Characters of a moment's text that ends at the millisecond. */
const millisecondTextLength = 23

/** Cut before it is cast, as UNLOAD cuts it; the text of a DATETIME itself would end at seconds. */
function datetimeRead(of: ProbeValues, plan: ColumnPlan, field: string): ProbeRead {
  const cut = `SUBSTR(${field}, 1, ${millisecondTextLength})`
  const made = readField({ ...plan, targetType: 'DATETIME' }, 'spelled', cut)
  const read = readOf(of, 'DATETIME', 'text', `CAST(${made} AS TIMESTAMP)`)
  return { ...read, known: read.known.map((text) => text.slice(0, millisecondTextLength)) }
}

function readOf(of: ProbeValues, targetType: string, form: ProbeForm, value: string): ProbeRead {
  const isBinary = targetType === 'BINARY'
  return {
    sourceType: of.label ?? of.sourceType.text,
    targetType,
    form,
    textSql: isBinary ? `HEX(${value})` : targetType === 'STRING' ? value : `CAST(${value} AS STRING)`,
    kind: of.kind,
    known: of.values.map(([, known]) => known),
  }
}

/** Rows of a probe; the last is NULL in every column but its number. */
export const probeRowCount = Math.max(...probeValues.map(({ values }) => values.length)) + 1

/** Redshift SQL of the rows: constants, one SELECT a row. */
export function probeRowsSql(): string {
  return Array.from({ length: probeRowCount }, (_, row) => `SELECT ${rowItems(row).join(', ')}`).join(' UNION ALL ')
}

function rowItems(row: number): readonly string[] {
  return [
    `CAST(${row} AS INTEGER) AS "n"`,
    ...probeValues.map(({ key, sourceType, values, literal }) => {
      const value = values[row]?.[0] ?? 'NULL'
      const made = literal === undefined || value === 'NULL' ? `CAST(${value} AS ${sourceType.text})` : literal(value)
      return `${made} AS ${quoteIdentifier(`c_${key}`)}`
    }),
  ]
}

/** The columns of a table for those rows. */
export function probeTableColumns(): string {
  const typed = probeValues.map(({ key, sourceType }) => `${quoteIdentifier(`c_${key}`)} ${sourceType.text}`)
  return ['"n" integer', ...typed].join(', ')
}
