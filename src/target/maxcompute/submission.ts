import { MigrationError } from '../../model/errors.js'
import { escapeXml, illegalCharacter, xmlText } from './xml.js'

/** The service's limit on the text of a statement (maxcompute.md 5.3). */
export const statementByteCountMax = 2 * 1024 * 1024

/** Of the one task of a submission that names none. */
export const defaultTaskName = 'AnonymousSQLTask'

export interface Submission {
  readonly text: string
  readonly settings: Readonly<Record<string, string>>
  /** Of the task; the service echoes it. */
  readonly name?: string
  /** By which the instance can be found again. */
  readonly jobName?: string
  /** Two submissions with one guid are one to the service: the second is answered 409 (maxcompute.md 1.5). */
  readonly guid?: string
  /** 0 first … 9 last. */
  readonly priority?: number
}

/** The document that submits one SQL task. The service reads the elements of Job in this order only (maxcompute.md 2.1). */
export function submissionXml(submission: Submission): string {
  checkText(submission.text)
  const { name = defaultTaskName, jobName, guid, priority = 9 } = submission
  const job = [
    jobName === undefined ? '' : element('Name', escapeXml(jobName)),
    element('Priority', String(priority)),
    guid === undefined ? '' : element('Guid', escapeXml(guid)),
    element('Tasks', sqlTask(name, submission)),
    element('DAG', element('RunMode', 'Sequence')),
  ]
  return `<?xml version="1.0" encoding="utf-8"?>\n${element('Instance', element('Job', job.join('')))}`
}

function sqlTask(name: string, submission: Submission): string {
  const properties = [
    property('settings', JSON.stringify(submission.settings)),
    submission.guid === undefined ? '' : property('uuid', submission.guid),
    property('type', 'sql'),
  ]
  const config = element('Config', properties.join(''))
  return element(
    'SQL',
    element('Name', escapeXml(name)) + config + element('Query', xmlText(terminated(submission.text))),
  )
}

function property(name: string, value: string): string {
  return element('Property', element('Name', name) + element('Value', escapeXml(value)))
}

function element(name: string, content: string): string {
  return `<${name}>${content}</${name}>`
}

/** A comment at the end would swallow a semicolon on its line. */
function terminated(text: string): string {
  const trimmed = text.trimEnd()
  if (trimmed.endsWith(';')) return trimmed
  return trimmed.slice(trimmed.lastIndexOf('\n') + 1).includes('--') ? `${trimmed}\n;` : `${trimmed};`
}

function checkText(text: string): void {
  const byteCount = Buffer.byteLength(text, 'utf8')
  if (byteCount > statementByteCountMax) {
    throw new MigrationError(
      'target-refused',
      `statement: ${byteCount} bytes, MaxCompute takes ${statementByteCountMax}`,
    )
  }
  const illegal = illegalCharacter(text)
  if (illegal === undefined) return
  const name = `U+${illegal.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`
  throw new MigrationError(
    'target-refused',
    `statement: has the character ${name}, which a request to MaxCompute cannot carry`,
    {
      hint: 'remove it from comments and defaults',
    },
  )
}
