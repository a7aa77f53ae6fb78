import type { MaxComputeClient } from './client.js'
import type { Bounds } from './connection.js'
import type { TaskResult } from './instance.js'

export interface InstanceEnd {
  readonly status: 'success' | 'failed' | 'cancelled'
  /** The result, or the service's words about the failure. */
  readonly text: string
  readonly format: string
  readonly completeness?: string
}

/**
 * How the task of a terminated instance ended; undefined while the service has not said yet, which may be for a moment
 * after the instance itself is terminated.
 */
export async function readOutcome(
  client: MaxComputeClient,
  instance: string,
  bounds: Bounds,
): Promise<InstanceEnd | undefined> {
  const tasks = await client.taskStatus(instance, bounds)
  const task = tasks.find(({ status }) => status !== 'success') ?? tasks[0]
  if (task === undefined || !isEnd(task.status)) return undefined
  const results = await client.result(instance, bounds)
  const result = results.find(({ name }) => name === task.name) ?? (results.length === 1 ? results[0] : undefined)
  return asEnd(task.status, result)
}

function asEnd(status: InstanceEnd['status'], result: TaskResult | undefined): InstanceEnd {
  const { text = '', format = 'text', completeness } = result ?? {}
  return { status, text, format, ...(completeness === undefined ? {} : { completeness }) }
}

function isEnd(status: string): status is InstanceEnd['status'] {
  return status === 'success' || status === 'failed' || status === 'cancelled'
}
