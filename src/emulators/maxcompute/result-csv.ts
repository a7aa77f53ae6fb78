import type { EngineConnection } from '../sql-engine.js'
import { textSql, type TextForm } from './bind/engine-text.js'
import type { OutputColumn } from './bind/scope.js'
import { isText } from './data-type.js'
import { ServiceError } from './odps-error.js'
import type { Project } from './project.js'
import { resultTable } from './run/run-statement.js'
import { rowLimit, type Settings } from './settings.js'
import type { Switches } from './switches.js'

/** The first rows of a result as `?result` gives them: names, then cells; `\N` is NULL (maxcompute.md 2.3). */
export async function resultCsv(
  instance: string,
  columns: readonly OutputColumn[],
  settings: Settings,
  { switches, world }: Project,
  connection: EngineConnection,
): Promise<string> {
  const binary = columns.find((column) => column.type.base === 'binary')
  if (binary !== undefined) {
    throw new ServiceError(
      400,
      'InvalidArgument',
      `ODPS-0420411: Invalid argument - BINARY column ${binary.name} cannot be read as CSV`,
    )
  }
  const form = {
    timeZone: settings.timeZone,
    switches,
    trimZeros: settings.trimZeros && switches.decimalZeros === 'trimmed',
  }
  const items = columns.map(({ name, type }, i) => ({ name, type, physical: `c${i}` }))
  return rowsCsv(items, `${resultTable(instance)} ORDER BY rowid LIMIT ${rowLimit(world)}`, form, connection)
}

interface CsvColumn extends OutputColumn {
  readonly physical: string
}

/** `from` is what follows FROM: a table, which rows, how many. */
export async function rowsCsv(
  columns: readonly CsvColumn[],
  from: string,
  form: TextForm,
  connection: EngineConnection,
): Promise<string> {
  const items = columns.map(({ type, physical }) => (isText(type) ? physical : textSql(physical, type, form)))
  const { rows } = await connection.query(`SELECT ${items.join(', ')} FROM ${from}`)
  const lines = rows.map((row) => row.map((value) => cell(value as string | null, form.switches)).join(','))
  return [columns.map((column) => quoted(column.name)).join(','), ...lines].map((line) => `${line}\n`).join('')
}

function cell(value: string | null, switches: Switches): string {
  if (value === null) return '\\N'
  return switches.csvQuoting === 'always' || /[",\r\n]/.test(value) ? quoted(value) : value
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`
}
