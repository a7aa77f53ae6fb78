import { probeVerdict } from '../checks/probe-verdict.js'
import { createTableStatement } from '../dialect/maxcompute/create-table.js'
import { quoteIdentifier, tableSql } from '../dialect/maxcompute/identifier.js'
import { loadStatements } from '../dialect/maxcompute/load.js'
import { MigrationError } from '../model/errors.js'
import type { ProbeAnswer, ProbeReader } from '../model/facts.js'
import type { Location, TableName } from '../model/names.js'
import { tableText } from '../model/names.js'
import type { ColumnPlan, RelationPlan } from '../model/plan.js'
import type { Statement } from '../model/statement.js'
import type { Attempt, Call, Json, Work } from '../model/work.js'
import { probeRowCount, probeUnits, type ProbeRead, type ProbeUnit } from '../translate/probe-types.js'
import { inOrderAtOnce } from './at-once.js'
import { attemptToken } from './prefix.js'
import type { Probe } from './probe.js'

/** Tables of one probe that are filled at once. */
const tablesAtOnce = 8
/** A table that nobody dropped goes by itself after a day. */
const lifecycleDays = 1
/** Dropping a table after the probe was ended, in milliseconds. */
const droppingMilliseconds = 60_000

/** Both readers, with and without Hive's mode; and what the time zone does that LOAD is told. */
const readers: readonly ProbeReader[] = [
  { native: true, hive: false, zone: 'UTC' },
  { native: true, hive: true, zone: 'UTC' },
  { native: false, hive: false, zone: 'UTC' },
  { native: false, hive: true, zone: 'UTC' },
  { native: true, hive: false, zone: 'project' },
]

/**
 * What every reader makes of every column of the parts. The simplest column goes first: where no reader reads even that,
 * the types are not what is wrong, and the target's own words are thrown.
 */
export async function askReaders(
  probe: Probe,
  plan: RelationPlan,
  location: Location,
): Promise<readonly ProbeAnswer[]> {
  const asking = { probe, plan, location, names: tableNames(plan.target), refusals: [] }
  const [first, ...others] = groupsOf(probeUnits())
  probe.say('loading one column by every reader')
  const answers = [...(await askAll(asking, readers.filter(inUtc), [first ?? []]))]
  refuseNothingRead(answers, asking.refusals)
  for (const reader of readers) {
    probe.say(`loading the others by ${readerText(reader)}`)
    const groups = inUtc(reader) ? others : others.filter((units) => units[0]?.group === 'moment')
    answers.push(...(await askAll(asking, [reader], groups)))
  }
  return answers
}

async function askAll(
  asking: Omit<Asking, 'reader'>,
  readersOfAll: readonly ProbeReader[],
  groups: readonly (readonly ProbeUnit[])[],
): Promise<readonly ProbeAnswer[]> {
  const asked = readersOfAll.flatMap((reader) => groups.map((units) => ({ reader, units })))
  const answers: ProbeAnswer[] = []
  const ask = ({ reader, units }: (typeof asked)[number]): Promise<readonly ProbeAnswer[]> =>
    askGroup({ ...asking, reader }, units)
  for await (const some of inOrderAtOnce(asked, tablesAtOnce, ask)) answers.push(...some)
  return answers
}

function inUtc({ zone }: ProbeReader): boolean {
  return zone === 'UTC'
}

function refuseNothingRead(answers: readonly ProbeAnswer[], [first]: readonly MigrationError[]): void {
  if (first === undefined || answers.some(({ verdict }) => verdict !== 'refused')) return
  throw new MigrationError(first.code, `probe: LOAD reads nothing at all: ${first.message}`, {
    ...(first.hint === undefined ? {} : { hint: first.hint }),
    cause: first,
  })
}

export function readerText({ native, hive, zone }: ProbeReader): string {
  const zoned = zone === 'UTC' ? '' : ', without a time zone'
  return `the ${native ? 'native' : 'Java'} reader${hive ? ' in Hive mode' : ''}${zoned}`
}

function tableNames(target: TableName): () => TableName {
  let number = 0
  return () => ({ ...target, name: `${target.name}_${(number += 1)}` })
}

function groupsOf(units: readonly ProbeUnit[]): readonly (readonly ProbeUnit[])[] {
  return [...new Set(units.map(({ group }) => group))].map((group) => units.filter((unit) => unit.group === group))
}

interface Asking {
  readonly probe: Probe
  readonly plan: RelationPlan
  readonly location: Location
  readonly reader: ProbeReader
  /** A new one at every call. */
  readonly names: () => TableName
  readonly refusals: MigrationError[]
}

/** Columns that a reader refuses together are asked in halves, until each that is refused stands alone. */
async function askGroup(asking: Asking, units: readonly ProbeUnit[]): Promise<readonly ProbeAnswer[]> {
  const table = asking.names()
  try {
    const refused = await fill(asking, table, units)
    if (refused === undefined) return await readBack(asking, table, units)
    if (units.length === 1) return units.flatMap((unit) => unit.reads.map((read) => refusal(asking, read, refused)))
  } finally {
    await drop(asking, table)
  }
  const half = Math.ceil(units.length / 2)
  return [...(await askGroup(asking, units.slice(0, half))), ...(await askGroup(asking, units.slice(half)))]
}

/** The error of a table that the target does not make or fill. */
async function fill(
  asking: Asking,
  table: TableName,
  units: readonly ProbeUnit[],
): Promise<MigrationError | undefined> {
  const columns = [
    columnOf(asking.plan, 'n', 'INT'),
    ...units.map((unit) => columnOf(asking.plan, unit.column, unit.loadedAs)),
  ]
  const comment = `Probe ${asking.probe.run}`
  try {
    await submit(asking, createTableStatement(table, columns, { comment, lifecycleDays }), `create ${table.name}`)
    await submit(asking, loadBy(asking, table, columns), `load ${table.name}`)
    return undefined
  } catch (error) {
    return orThrow(error)
  }
}

function columnOf({ columns }: RelationPlan, name: string, targetType: string): ColumnPlan {
  const column = columns.find((one) => one.target.toLowerCase() === name)
  if (column === undefined) throw new Error(`the probe has no column ${name}`)
  return { ...column, target: name, targetType }
}

function loadBy(asking: Asking, target: TableName, columns: readonly ColumnPlan[]): Statement {
  const { probe, plan, location, reader } = asking
  const { loadEndpoint, roleArn, loadKeys } = probe.settings
  const request = {
    plan: { ...plan, target, columns },
    run: probe.run,
    location,
    loadEndpoint,
    hiveCompatible: reader.hive,
  }
  const authority = { ...(roleArn === undefined ? {} : { roleArn }), ...(loadKeys === undefined ? {} : { loadKeys }) }
  const [load] = loadStatements({ ...request, ...authority })
  if (load === undefined) throw new Error('a direct load is one statement')
  const { 'odps.sql.timezone': zone, ...settings } = load.settings
  const zoned = reader.zone === 'project' || zone === undefined ? {} : { 'odps.sql.timezone': zone }
  return { ...load, settings: { ...settings, ...zoned, 'odps.ext.parquet.native': String(reader.native) } }
}

/** All columns by one query; where that is refused, each by its own. */
async function readBack(
  asking: Asking,
  table: TableName,
  units: readonly ProbeUnit[],
): Promise<readonly ProbeAnswer[]> {
  const reads = units.flatMap((unit) => unit.reads)
  const rows = await select(asking, table, units, reads)
  if (!(rows instanceof MigrationError)) return reads.map((read, n) => answerOf(asking, read, rows, n))
  if (reads.length === 1) return reads.map((read) => refusal(asking, read, rows))
  const answers: ProbeAnswer[] = []
  for (const unit of units)
    for (const read of unit.reads) answers.push(...(await readBack(asking, table, [{ ...unit, reads: [read] }])))
  return answers
}

type Rows = readonly (readonly (string | null)[])[]

async function select(
  { probe, plan }: Asking,
  table: TableName,
  units: readonly ProbeUnit[],
  reads: readonly ProbeRead[],
): Promise<Rows | MigrationError> {
  const items = reads.map((read, n) => `${read.textSql} AS ${quoteIdentifier(`r${n}`)}`).join(', ')
  const from = `FROM ${tableSql(table)} ORDER BY ${quoteIdentifier('n')} LIMIT ${probeRowCount + 1}`
  const columns = [
    { name: 'n', kind: 'key' as const },
    ...reads.map((_, n) => ({ name: `r${n}`, kind: 'exact' as const })),
  ]
  const query = {
    name: `probe ${tableText(table)}`,
    relation: table.name,
    source: '',
    target: `SELECT ${quoteIdentifier('n')}, ${items} ${from}`,
    columns,
  }
  const types = [...units.map((unit) => unit.loadedAs), ...reads.map((read) => read.targetType)]
  const typed = types.map((targetType) => columnOf(plan, 'n', targetType))
  try {
    const { rows } = await probe.places.target.answer(query, { ...plan, target: table, columns: typed }, probe.call)
    return rows
  } catch (error) {
    return orThrow(error)
  }
}

function answerOf(asking: Asking, read: ProbeRead, rows: Rows, place: number): ProbeAnswer {
  const areAll = rows.length === probeRowCount && rows.every((row, n) => row[0] === String(n))
  const found = rows.map((row) => row[place + 1] ?? null)
  const finding = areAll
    ? probeVerdict(read.kind, read.targetType, read.known, found)
    : { verdict: 'different' as const, detail: `${rows.length} rows instead of ${probeRowCount}` }
  return { ...way(asking, read), ...finding }
}

function way({ reader }: Asking, { sourceType, targetType, form }: ProbeRead): Omit<ProbeAnswer, 'verdict'> {
  return { sourceType, targetType, form, reader }
}

function refusal(asking: Asking, read: ProbeRead, error: MigrationError): ProbeAnswer {
  asking.refusals.push(error)
  const detail = /ODPS-\d{7}/.exec(error.message)?.[0] ?? error.code
  return { ...way(asking, read), verdict: 'refused', detail }
}

/** What the target says of a statement is an answer; that it cannot be reached is none. */
function orThrow(error: unknown): MigrationError {
  if (error instanceof MigrationError && ['target-refused', 'target-failed'].includes(error.code) && !error.transient)
    return error
  throw error
}

async function submit({ probe }: Asking, statement: Statement, step: string): Promise<void> {
  const work = probe.places.target.submit(statement)
  const name = step.replace(/[^a-z0-9]+/gi, '-').replace(/mig-probe-.*-(\d+)$/, '$1')
  const attempt = { token: attemptToken(probe.run, name, 'probe', 1), number: 1 }
  try {
    await work.settle(await work.begin(attempt, probe.call), probe.call)
  } catch (error) {
    // What was interrupted may go on over there, and make the table that is to be dropped next.
    if (probe.call.signal.aborted) await ended(work, attempt, afterwards(probe.call)).catch(() => undefined)
    throw error
  }
}

async function ended<Handle extends Json>(work: Work<Handle, Json>, attempt: Attempt, call: Call): Promise<void> {
  const found = await work.find(attempt, call)
  if (typeof found === 'object') await work.settle(found.begun, call)
}

/** A call of its own: an interrupt ends the probe, and not this. */
function afterwards(call: Call): Call {
  return { ...call, signal: new AbortController().signal, deadlineAt: Date.now() + droppingMilliseconds }
}

async function drop(asking: Asking, table: TableName): Promise<void> {
  const call = afterwards(asking.probe.call)
  const text = `DROP TABLE IF EXISTS ${tableSql(table)}`
  const statement = { purpose: `drop ${tableText(table)}`, text, settings: {} }
  try {
    await submit({ ...asking, probe: { ...asking.probe, call } }, statement, `drop ${table.name}`)
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error
    asking.probe.say(`could not be removed: ${tableText(table)}: ${error.message}`)
  }
}
