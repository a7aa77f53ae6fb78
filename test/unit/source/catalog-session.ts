import { MigrationError } from '../../../src/model/errors.js'
import type { CatalogGap } from '../../../src/model/facts.js'
import type { Session } from '../../../src/source/redshift/session.js'
import type { CatalogCall } from '../../../src/source/source.js'

export type Row = readonly (string | null)[]

/** Answers questions to the catalog by a piece of their text; the first piece that fits answers. */
export interface Answers {
  readonly [piece: string]: readonly Row[] | Error | ((text: string) => readonly Row[])
}

/** A session of which only the answers are known; everything that was asked is kept. */
export function catalogSession(answers: Answers): Session & { readonly asked: readonly string[] } {
  const asked: string[] = []
  return {
    asked,
    pid: '1',
    queryGroup: undefined,
    query: (text) => {
      asked.push(text)
      const [, answer] = Object.entries(answers).find(([piece]) => text.includes(piece)) ?? []
      if (answer === undefined) return Promise.reject(new Error(`nobody knows ${text}`))
      if (answer instanceof Error) return Promise.reject(answer)
      return Promise.resolve({ columns: [], rows: typeof answer === 'function' ? answer(text) : answer })
    },
    issue: () => Promise.reject(new Error('nothing is issued')),
    cancel: () => Promise.resolve(),
    close: () => Promise.resolve(),
  }
}

export function gapsCall(): CatalogCall & { readonly gaps: readonly CatalogGap[] } {
  const gaps: CatalogGap[] = []
  const signal = new AbortController().signal
  return { gaps, signal, deadlineAt: Date.now() + 10_000, note: () => undefined, missing: (gap) => void gaps.push(gap) }
}

/** What the driver's errors become at the session's edge. */
export function refusal(state: string, code: MigrationError['code'], message: string): MigrationError {
  const cause = Object.assign(new Error(message), { code: state, severity: 'ERROR' })
  return new MigrationError(code, `catalog: ${message} (${state})`, { cause })
}
