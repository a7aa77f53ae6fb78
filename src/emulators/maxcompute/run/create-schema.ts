import { semanticError, StatementError, place } from '../odps-error.js'
import type { Statement } from '../sql/statement.js'
import { checkTableName } from './names.js'
import type { Outcome, RunContext } from './run-context.js'

/** `schema` or `project.schema`; only a project of the three-level model has any (maxcompute.md 3). */
export function createSchema(statement: Extract<Statement, { kind: 'create-schema' }>, run: RunContext): Outcome {
  const { name, at } = statement
  const [last = '', project, more] = [...name.parts].reverse()
  if (!run.bind.settings.schemas.model) throw semanticError(at, `project ${run.project.name} has no schema model`)
  if (more !== undefined || (project !== undefined && project !== run.project.name.toLowerCase())) {
    throw semanticError(at, `schema ${name.parts.join('.')} is not in project ${run.project.name}`)
  }
  checkTableName(last, at)
  const exists = run.project.schemas.has(last)
  if (exists && !statement.ifNotExists) {
    throw new StatementError('0110061', `${place(at)} Failed to run ddltask - schema ${last} already exists`)
  }
  run.project.schemas.add(last)
  return { kind: 'text', text: '' }
}
