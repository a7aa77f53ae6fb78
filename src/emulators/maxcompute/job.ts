import { randomBytes } from 'node:crypto'
import { XMLParser } from 'fast-xml-parser'
import { ServiceError } from './odps-error.js'

/** What `POST instances` asks for (maxcompute.md 2.1). */
export interface Job {
  readonly name: string
  readonly priority: string
  readonly guid?: string
  readonly taskName: string
  readonly comment: string
  readonly properties: readonly { readonly name: string; readonly value: string }[]
  /** From the property `settings`. */
  readonly settings: Readonly<Record<string, string>>
  readonly query: string
}

interface TaskNode {
  readonly Name?: string
  readonly Comment?: string
  readonly Config?: { readonly Property?: readonly { readonly Name?: string; readonly Value?: string }[] }
  readonly Query?: string
}

interface JobNode {
  readonly Name?: string
  readonly Priority?: string
  readonly Guid?: string
  readonly Tasks?: Readonly<Record<string, TaskNode | string>>
}

const parser = new XMLParser({
  parseTagValue: false,
  trimValues: false,
  // Characters by their numbers as well: Go writes `&#34;` for a quote.
  htmlEntities: true,
  isArray: (name) => name === 'Property',
})

/** One SQL task; every other kind is refused by name. */
export function parseJob(xml: string): Job {
  const job = readJob(xml)
  const tasks = Object.entries(job.Tasks ?? {}).filter(
    (entry): entry is [string, TaskNode] => typeof entry[1] === 'object',
  )
  const [only, ...others] = tasks
  if (only === undefined || others.length > 0) throw invalid(`a job has one task, found ${tasks.length}`)
  const [kind, task] = only
  if (kind !== 'SQL')
    throw new ServiceError(400, 'InvalidParameter', `ODPS-0420095: task type ${kind} is not supported by this emulator`)
  if (typeof task.Query !== 'string' || task.Query.trim() === '') throw invalid('the task has no Query')
  const properties = (task.Config?.Property ?? []).map(({ Name = '', Value = '' }) => ({
    name: Name.trim(),
    value: Value,
  }))
  const guid = job.Guid?.trim()
  return {
    name: job.Name?.trim() ?? '',
    priority: job.Priority?.trim() ?? '9',
    taskName: task.Name?.trim() ?? 'AnonymousSQLTask',
    comment: typeof task.Comment === 'string' ? task.Comment : '',
    properties,
    settings: readSettingsProperty(properties.find((one) => one.name === 'settings')?.value),
    query: task.Query,
    ...(guid === undefined || guid === '' ? {} : { guid }),
  }
}

function readJob(xml: string): JobNode {
  let document: { readonly Instance?: { readonly Job?: JobNode } }
  try {
    document = parser.parse(xml, true) as typeof document
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error))
  }
  const job = document.Instance?.Job
  if (job === undefined) throw invalid('the body is not an Instance with a Job')
  return job
}

function readSettingsProperty(text: string | undefined): Readonly<Record<string, string>> {
  if (text === undefined || text.trim() === '') return {}
  let settings: unknown
  try {
    settings = JSON.parse(text)
  } catch {
    throw invalid('the property settings is not JSON')
  }
  const entries = Object.entries(settings as Record<string, unknown>)
  const wrong = entries.find(([, value]) => typeof value !== 'string')
  if (wrong !== undefined) throw invalid(`setting ${wrong[0]} is not a string`)
  return Object.fromEntries(entries) as Record<string, string>
}

function invalid(what: string): ServiceError {
  return new ServiceError(400, 'InvalidParameter', `ODPS-0420061: Invalid parameter in HTTP request - ${what}`)
}

/** `yyyyMMddHHmmssSSS` and a random tail (maxcompute.md 2.2). */
export function newInstanceId(now: Date): string {
  const stamp = now.toISOString().replace(/\D/g, '').slice(0, 17)
  return `${stamp}g${randomBytes(8).toString('hex').slice(0, 11)}`
}
