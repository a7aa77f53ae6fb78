import { quoteIdentifier } from '../dialect/maxcompute/identifier.js'
import type { ProbeAnswer, ProbeFact, ProbeForm } from '../model/facts.js'
import type { ColumnPlan, Concern } from '../model/plan.js'
import { concernOf } from './concern-codes.js'
import { readField, spelled } from './text-wire.js'

export interface Obeyed {
  readonly columns: readonly ColumnPlan[]
  readonly concerns: readonly Concern[]
}

/** Whether LOAD by the native reader is exact for more types in Hive mode than out of it. */
export function needsHive(probe: ProbeFact | undefined): boolean {
  const exactCount = (hive: boolean): number =>
    answersOf(probe, hive).filter(({ form, verdict }) => form === 'direct' && verdict === 'exact').length
  return exactCount(true) > exactCount(false)
}

/** Concerns of the plan as a whole. */
export function hiveConcerns(probe: ProbeFact | undefined): readonly Concern[] {
  if (probe === undefined || !needsHive(probe)) return []
  return [concernOf('RS0252', `LOAD is sent odps.sql.hive.compatible=true, as the probe of ${probe.at} found it needs`)]
}

/** As LOAD will be sent: by the native reader at UTC. */
function answersOf(probe: ProbeFact | undefined, hive: boolean): readonly ProbeAnswer[] {
  return (probe?.answers ?? []).filter(({ reader }) => reader.native && reader.hive === hive && reader.zone === 'UTC')
}

/**
 * The columns as they travel where LOAD was found to be what it was found to be: those that it does not read exactly go as
 * text. Of a type that was not probed nothing is known, and nothing changed.
 */
export function obeyProbe(columns: readonly ColumnPlan[], probe: ProbeFact | undefined): Obeyed {
  const answers = answersOf(probe, needsHive(probe))
  const obeyed = columns.map((column) => obeyedColumn(column, answers))
  return { columns: obeyed.map(({ column }) => column), concerns: obeyed.flatMap(({ concerns }) => concerns) }
}

function obeyedColumn(
  column: ColumnPlan,
  answers: readonly ProbeAnswer[],
): { readonly column: ColumnPlan; readonly concerns: readonly Concern[] } {
  const wrong = wrongAnswer(column, answers)
  if (wrong === undefined) return { column, concerns: [] }
  const what = `${column.source} (${column.sourceType.text}): LOAD as ${wrong.targetType} is ${verdictText(wrong)}`
  if (!isExactAsText(column, answers))
    return { column, concerns: [concernOf('RS0251', `${what}, and text is no way either`, column.source)] }
  return { column: asText(column), concerns: [concernOf('RS0250', `${what}; it travels as text`, column.source)] }
}

/** The first answer about this column's way that is not exact. */
function wrongAnswer(column: ColumnPlan, answers: readonly ProbeAnswer[]): ProbeAnswer | undefined {
  const loadedAs = column.staging?.type ?? column.targetType
  const direct = answersAbout(column, loadedAs, 'direct', answers)
  const cast = column.staging === undefined ? [] : answersAbout(column, column.targetType, 'cast', answers)
  return [...direct, ...cast].find(({ verdict }) => verdict !== 'exact')
}

function isExactAsText(column: ColumnPlan, answers: readonly ProbeAnswer[]): boolean {
  const about = answersAbout(column, column.targetType, 'text', answers)
  return column.kind !== 'text' && about.length > 0 && about.every(({ verdict }) => verdict === 'exact')
}

/** Lengths and digits are one type to a reader. Where the same source type was asked, others do not count. */
function answersAbout(
  { sourceType }: ColumnPlan,
  targetType: string,
  form: ProbeForm,
  answers: readonly ProbeAnswer[],
): readonly ProbeAnswer[] {
  const alike = answers.filter((one) => one.form === form && bare(one.targetType) === bare(targetType))
  const same = alike.filter((one) => bare(one.sourceType) === bare(sourceType.text))
  return same.length > 0 ? same : alike
}

function bare(type: string): string {
  return type.replace(/\(.*?\)/, '')
}

function verdictText({ verdict, detail = '' }: ProbeAnswer): string {
  if (verdict === 'shifted') return `shifted by ${detail}`
  return verdict === 'refused' ? `refused (${detail})` : verdict
}

function asText(column: ColumnPlan): ColumnPlan {
  const expression = readField(column, 'spelled', quoteIdentifier(column.target))
  return { ...column, wire: { expression: spelled(column) }, staging: { type: 'STRING', expression } }
}
