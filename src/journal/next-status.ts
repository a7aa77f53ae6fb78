import type { StepEvent, StepStatus } from './journal.js'

/**
 * What a step is after an event, or undefined where the event is impossible in that state.
 * The one table, used alike when running and when reading a journal back.
 */
export function nextStatus(status: StepStatus, event: StepEvent): StepStatus | undefined {
  switch (event.event) {
    case 'attempted':
      return attempted(status, event)
    case 'begun':
      return begun(status, event)
    case 'succeeded':
      if (status.state !== 'begun') return undefined
      return { state: 'succeeded', number: status.number, token: status.token, outcome: event.outcome }
    case 'failed':
      if (status.state !== 'attempted' && status.state !== 'begun') return undefined
      return { state: 'failed', number: status.number, token: status.token, failure: event.failure }
    case 'lost':
      if (status.state !== 'attempted' && status.state !== 'begun' && status.state !== 'unresolved') return undefined
      return { state: 'pending', number: status.number }
    case 'unresolved':
      if (status.state !== 'attempted' && status.state !== 'begun' && status.state !== 'unresolved') return undefined
      return {
        state: 'unresolved',
        number: status.number,
        token: status.token,
        failure: event.failure,
        ...started(status),
      }
    case 'reopened':
      // A running or unknown attempt must be resolved first: reopening it could start the same work twice.
      if (status.state !== 'succeeded' && status.state !== 'failed') return undefined
      return { state: 'pending', number: status.number }
  }
}

function attempted(status: StepStatus, event: StepEvent & { event: 'attempted' }): StepStatus | undefined {
  if (status.state !== 'pending' && status.state !== 'failed') return undefined
  if (event.number !== status.number + 1) return undefined
  return { state: 'attempted', number: event.number, token: event.token, ...started(event) }
}

function begun(status: StepStatus, event: StepEvent & { event: 'begun' }): StepStatus | undefined {
  if (status.state !== 'attempted' && status.state !== 'unresolved') return undefined
  return { state: 'begun', number: status.number, token: status.token, handle: event.handle, ...started(status) }
}

function started({ startedAt }: { readonly startedAt?: number }): { readonly startedAt?: number } {
  return startedAt === undefined ? {} : { startedAt }
}
