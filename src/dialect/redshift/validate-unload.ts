import { parseUnload } from './parse-unload.js'
import { readSelect } from './read-select.js'
import { clauseRules, type UnloadContext } from './unload-rules.js'
import { valueRules } from './unload-value-rules.js'
import type { Violation } from './violation.js'

/**
 * Every rule that an UNLOAD breaks: Redshift's own (redshift.md 1.1–1.8) and ours. Empty: it may be sent.
 * A text that leaves the grammar has one violation, that of the place where it does.
 */
export function unloadViolations(text: string, within: UnloadContext = {}): readonly Violation[] {
  const { shape, problem } = parseUnload(text)
  if (problem !== undefined) return [problem]
  const select = readSelect(shape.query.text)
  const inner = select.violations.map(({ rule, offset, message }) => ({
    rule,
    offset: shape.query.at,
    message: `${message} (at ${offset} of the select)`,
  }))
  const outer = [...clauseRules, ...valueRules].flatMap(({ rule, message, find }) => {
    const offset = find({ shape, items: select.items, within })
    return offset === undefined ? [] : [{ rule, offset, message }]
  })
  return [...inner, ...outer]
}

export type { UnloadContext, Violation }
