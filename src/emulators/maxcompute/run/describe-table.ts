import { resolveTable } from '../bind/relation.js'
import { typeText } from '../data-type.js'
import type { Statement } from '../sql/statement.js'
import { titleOf, type Table } from '../table.js'
import type { Outcome, RunContext } from './run-context.js'

const rule = `+${'-'.repeat(84)}+`

/** Text for people, in the frame of the service's console. */
export function describeTable(statement: Extract<Statement, { kind: 'describe' }>, run: RunContext): Outcome {
  const table = resolveTable(statement.table, run.bind)
  const columns = table.columns.map((column) => row([column.name, typeText(column.type), column.comment]))
  const keys = table.partitionColumns.map((column) => row([column.name, typeText(column.type), column.comment]))
  const lines = [
    rule,
    ...heading(table, run).map((text) => `| ${text}`),
    rule,
    '| Native Columns:',
    rule,
    row(['Field', 'Type', 'Comment']),
    rule,
    ...columns,
    rule,
    ...(keys.length === 0 ? [] : ['| Partition Columns:', rule, ...keys, rule]),
  ]
  return { kind: 'text', text: `${lines.join('\n')}\n` }
}

function heading(table: Table, run: RunContext): readonly string[] {
  const at = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ')
  return [
    `Owner: ${table.owner} | Project: ${run.project.name}`,
    `TableComment: ${table.comment}`,
    `CreateTime: ${at(table.createdAt)}`,
    `LastDDLTime: ${at(table.ddlAt)}`,
    `LastModifiedTime: ${at(table.modifiedAt)}`,
    ...(table.lifecycle === undefined ? [] : [`Lifecycle: ${table.lifecycle}`]),
    `InternalTable: YES`,
  ]
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.padEnd(18)).join(' | ')} |`
}

/** `owner:table`, a line each. */
export function showTables(statement: Extract<Statement, { kind: 'show-tables' }>, run: RunContext): Outcome {
  const pattern = statement.pattern
    ?.toLowerCase()
    .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replace(/[*%]/g, '.*')
    .replaceAll('_', '.')
  const wanted = new RegExp(`^${pattern ?? '.*'}$`)
  const { current } = run.bind.settings.schemas
  const lines = [...run.project.tables.list(current), ...run.project.views.list(current)]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .filter(({ name }) => wanted.test(titleOf(name)))
  return { kind: 'text', text: lines.map((table) => `${table.owner}:${titleOf(table.name)}\n`).join('') }
}

/** `ds=20200101/hh=01`, a line each. */
export function showPartitions(statement: Extract<Statement, { kind: 'show-partitions' }>, run: RunContext): Outcome {
  const table = resolveTable(statement.table, run.bind)
  return {
    kind: 'text',
    text: [...table.partitions.keys()]
      .sort()
      .map((key) => `${key}\n`)
      .join(''),
  }
}
