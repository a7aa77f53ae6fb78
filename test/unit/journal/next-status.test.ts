import { describe, expect, it } from 'vitest'
import { pending, type StepEvent, type StepStatus } from '../../../src/journal/journal.js'
import { nextStatus } from '../../../src/journal/next-status.js'

const failure = { code: 'source-failed', message: 'broke' } as const
const step = 'unload/x'

const states: Record<string, StepStatus> = {
  pending,
  'pending again': { state: 'pending', number: 1 },
  attempted: { state: 'attempted', number: 1, token: 't' },
  begun: { state: 'begun', number: 1, token: 't', handle: { h: 1 } },
  succeeded: { state: 'succeeded', number: 1, token: 't', outcome: 7 },
  failed: { state: 'failed', number: 1, token: 't', failure },
  unresolved: { state: 'unresolved', number: 1, token: 't', failure },
}

const events: Record<string, StepEvent> = {
  'attempted 1': { event: 'attempted', step, token: 't', number: 1 },
  'attempted 2': { event: 'attempted', step, token: 'u', number: 2 },
  begun: { event: 'begun', step, handle: { h: 2 } },
  succeeded: { event: 'succeeded', step, outcome: 8 },
  failed: { event: 'failed', step, failure },
  lost: { event: 'lost', step, reason: 'never' },
  unresolved: { event: 'unresolved', step, failure },
  reopened: { event: 'reopened', step, reason: 'asked' },
}

/** Worked out by hand from the design's crash table; a dash is an impossible line. */
const table = `
                 attempted 1  attempted 2  begun   succeeded  failed  lost     unresolved  reopened
pending          attempted    -            -       -          -       -        -           -
pending again    -            attempted    -       -          -       -        -           -
attempted        -            -            begun   -          failed  pending  unresolved  -
begun            -            -            -       succeeded  failed  pending  unresolved  -
succeeded        -            -            -       -          -       -        -           pending
failed           -            attempted    -       -          -       -        -           pending
unresolved       -            -            begun   -          -       pending  unresolved  -
`

describe('nextStatus', () => {
  const [head, ...rows] = table.trim().split('\n')
  const titles = (head ?? '').trim().split(/ {2,}/)
  for (const row of rows) {
    const [state = '', ...cells] = row.trim().split(/ {2,}/)
    for (const [index, expected] of cells.entries()) {
      const title = titles[index] ?? ''
      it(`${state} + ${title} = ${expected}`, () => {
        const status = states[state]
        const event = events[title]
        if (status === undefined || event === undefined) throw new Error('the table names something unknown')
        expect(nextStatus(status, event)?.state ?? '-').toBe(expected)
      })
    }
  }

  it('keeps number, token and handle through an attempt', () => {
    const attempted = nextStatus(pending, { event: 'attempted', step, token: 'a', number: 1 })
    const begun = attempted && nextStatus(attempted, { event: 'begun', step, handle: 'h' })
    const done = begun && nextStatus(begun, { event: 'succeeded', step, outcome: { rowCount: 3 } })
    expect(done).toEqual({ state: 'succeeded', number: 1, token: 'a', outcome: { rowCount: 3 } })
  })
})
