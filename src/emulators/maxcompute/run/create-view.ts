import { tableName } from '../bind/relation.js'
import { typeText } from '../data-type.js'
import { place, semanticError, StatementError, unsupported } from '../odps-error.js'
import type { Statement } from '../sql/statement.js'
import { newId, schemaOf, titleOf } from '../table.js'
import type { View, ViewColumn } from '../view.js'
import { checkTableName } from './names.js'
import type { Outcome, RunContext } from './run-context.js'

const done: Outcome = { kind: 'text', text: '' }

type CreateView = Extract<Statement, { kind: 'create-view' }>

/** The query is bound when the view is made, and again whenever it is read: its tables may have changed. */
export function createView(statement: CreateView, run: RunContext): Outcome {
  const name = tableName(statement.view, run.bind)
  const { at } = statement.view
  checkTableName(titleOf(name), at)
  if (!run.project.schemas.has(schemaOf(name)))
    throw new StatementError('0422155', `${place(at)} Schema not found - '${run.bind.project}.${schemaOf(name)}'`)
  const earlier = run.project.views.get(name)
  if (run.project.tables.get(name) !== undefined || (earlier !== undefined && !statement.orReplace)) {
    if (earlier !== undefined && statement.ifNotExists) return done
    throw new StatementError(
      '0130211',
      `${place(at)} Table or view already exists - view ${run.bind.project}.${name} already exists`,
    )
  }
  const now = Date.now()
  const view: View = {
    id: earlier?.id ?? newId(),
    name,
    columns: columnsOf(statement, name, run),
    comment: statement.comment,
    query: statement.query,
    text: statement.text,
    owner: run.project.owner,
    createdAt: earlier?.createdAt ?? now,
    ddlAt: now,
  }
  run.project.views.put(view)
  return done
}

function columnsOf({ query, columns: names, at }: CreateView, name: string, run: RunContext): readonly ViewColumn[] {
  const { columns } = run.bind.bindAsView(name, query)
  if (names.length > 0 && names.length !== columns.length)
    throw semanticError(at, `the view has ${names.length} column names, its query gives ${columns.length} columns`)
  const interval = columns.find(({ type }) => type.base.startsWith('interval'))
  if (interval !== undefined) throw unsupported(at, `a column (${interval.name}) of type INTERVAL in a view`)
  const taken = new Set<string>()
  return columns.map((column, n) => {
    const title = (names[n]?.name ?? column.name).toLowerCase()
    if (taken.has(title)) throw semanticError(at, `column ${title} comes twice in the view`)
    taken.add(title)
    return { name: title, type: typeText(column.type), comment: names[n]?.comment ?? '' }
  })
}

export function dropView(statement: Extract<Statement, { kind: 'drop-view' }>, run: RunContext): Outcome {
  const name = tableName(statement.view, run.bind)
  if (run.project.tables.get(name) !== undefined)
    throw semanticError(statement.view.at, `${name} is a table, not a view`)
  if (run.project.views.delete(name) || statement.ifExists) return done
  throw new StatementError(
    '0130201',
    `${place(statement.view.at)} View not found - view ${run.bind.project}.${name} cannot be resolved`,
  )
}
