import { readLines } from '../journal/lines.js'
import type { RunFolder } from '../journal/run-folder.js'

interface TimedLine {
  readonly at: string
  readonly event: string
  readonly step?: string
}

/** Milliseconds from a step's first attempt to its success, by step; `load/<id>/1` counts towards `load/<id>`. */
export async function readTimes(folder: RunFolder): Promise<ReadonlyMap<string, number>> {
  const starts = new Map<string, number>()
  const times = new Map<string, number>()
  for await (const line of readLines(folder.file('journal.jsonl'))) {
    if (!line.whole) break
    const { at, event, step } = JSON.parse(line.text) as TimedLine
    if (step === undefined) continue
    const whole = step.split('/').slice(0, 2).join('/')
    if (event === 'attempted' && !starts.has(whole)) starts.set(whole, Date.parse(at))
    if (event === 'reopened') starts.delete(whole)
    if (event === 'succeeded') times.set(whole, Date.parse(at) - (starts.get(whole) ?? Date.parse(at)))
  }
  return times
}
