import type { Page } from './asker.js'
import { attribute, child, children, childText, filledText, parseXml, textOf, type XmlNode } from './xml.js'

export type InstanceStatus = 'Running' | 'Suspended' | 'Terminated'

export interface TaskStatus {
  readonly name: string
  /** Lower case: waiting, running, success, failed, suspended, cancelled. */
  readonly status: string
}

export interface TaskResult {
  readonly name: string
  /** Lower case; absent where the service tells it by `?taskstatus` only. */
  readonly status?: string
  /** `csv` for a SELECT, `text` for everything else. */
  readonly format: string
  readonly text: string
  /** `full`, `truncated` or `no`, where the service says so. */
  readonly completeness?: string
}

export interface InstanceInfo {
  readonly id: string
  readonly status: string
  readonly owner?: string
  /** As the service writes it. */
  readonly startTime?: string
}

export interface InstanceFilter {
  readonly status?: 'Running' | 'Suspended' | 'Terminated'
  readonly jobName?: string
  /** Milliseconds since 1970. */
  readonly from?: number
  readonly to?: number
  /** Only what the caller's own account started. Default: everybody's. */
  readonly own?: boolean
}

/** What was submitted, as far as the service tells it. */
export interface InstanceSource {
  readonly jobName?: string
  readonly guid?: string
  readonly query?: string
}

/** Undefined: not the document that was asked for. */
export function readInstanceStatus(body: string): InstanceStatus | undefined {
  const status = filledText(parseXml(body, 'Instance'), 'Status')
  return status === 'Running' || status === 'Suspended' || status === 'Terminated' ? status : undefined
}

export function readTaskStatuses(body: string): readonly TaskStatus[] | undefined {
  const instance = parseXml(body, 'Instance')
  if (instance === undefined) return undefined
  return children(child(instance, 'Tasks'), 'Task').map((task) => ({
    name: childText(task, 'Name') ?? '',
    status: (filledText(task, 'Status') ?? '').toLowerCase(),
  }))
}

export function readTaskResults(body: string): readonly TaskResult[] | undefined {
  const instance = parseXml(body, 'Instance')
  if (instance === undefined) return undefined
  return children(child(instance, 'Tasks'), 'Task').map(readTaskResult)
}

function readTaskResult(task: XmlNode): TaskResult {
  const result = child(task, 'Result')
  const raw = textOf(result) ?? ''
  const encoded = attribute(result, 'Transform')?.toLowerCase() === 'base64'
  const status = filledText(task, 'Status')?.toLowerCase()
  const completeness = readCompleteness(childText(task, 'ResultDescriptor'))
  return {
    name: childText(task, 'Name') ?? '',
    format: attribute(result, 'Format')?.toLowerCase() ?? 'text',
    text: encoded ? Buffer.from(raw, 'base64').toString('utf8') : raw,
    ...(status === undefined ? {} : { status }),
    ...(completeness === undefined ? {} : { completeness }),
  }
}

function readCompleteness(descriptor: string | undefined): string | undefined {
  const found = /"SelectResultStatus"\s*:\s*"([A-Za-z]+)"/.exec(descriptor ?? '')
  return found?.[1]?.toLowerCase()
}

export function readInstancePage(body: string): Page<InstanceInfo> | undefined {
  const root = parseXml(body, 'Instances')
  if (root === undefined) return undefined
  const marker = filledText(root, 'Marker')
  return {
    items: children(root, 'Instance').flatMap(readInstanceInfo),
    ...(marker === undefined ? {} : { marker }),
  }
}

function readInstanceInfo(node: XmlNode): InstanceInfo[] {
  const id = filledText(node, 'Name')
  if (id === undefined) return []
  const owner = filledText(node, 'Owner')
  const startTime = filledText(node, 'StartTime')
  return [
    {
      id,
      status: filledText(node, 'Status') ?? '',
      ...(owner === undefined ? {} : { owner }),
      ...(startTime === undefined ? {} : { startTime }),
    },
  ]
}

/** `?source` answers the Job, in an Instance or alone; the guid also travels as the task's `uuid`. */
export function readInstanceSource(body: string): InstanceSource | undefined {
  const job = parseXml(body, 'Job') ?? child(parseXml(body, 'Instance'), 'Job')
  if (job === undefined) return undefined
  const task = child(job, 'Tasks', 'SQL')
  const uuid = children(child(task, 'Config'), 'Property').find((property) => childText(property, 'Name') === 'uuid')
  const jobName = filledText(job, 'Name')
  const guid = filledText(job, 'Guid') ?? filledText(uuid, 'Value')
  const query = childText(task, 'Query')
  return {
    ...(jobName === undefined ? {} : { jobName }),
    ...(guid === undefined ? {} : { guid }),
    ...(query === undefined ? {} : { query }),
  }
}
