import { relationText } from '../model/names.js'
import type { RelationPlan } from '../model/plan.js'
import type { Progress } from '../model/work.js'
import { legs, type Leg, type Observer, type StageName } from '../stages/stage.js'
import { bytesText, countText, durationText } from './figures.js'
import type { Talk } from './talk.js'

const redrawMilliseconds = 250
/** Without a terminal: a line a minute, so that nobody takes a long run for a hung one. */
const lineMilliseconds = 60_000

interface Live {
  readonly relation: string
  readonly startedAt: number
  progress: Progress
}

/** Tells people what goes on: a line that is redrawn on a terminal, a line a minute elsewhere. */
export class ProgressTalk implements Observer, Disposable {
  readonly #talk: Talk
  readonly #relationCount: number
  readonly #live = new Map<string, Live>()
  readonly #done = new Map<StageName, number>()
  readonly #waits = new Set<string>()
  readonly #timer: NodeJS.Timeout
  #failedCount = 0
  #byteCount = 0
  #isDrawn = false

  constructor(talk: Talk, relationCount: number) {
    this.#talk = talk
    this.#relationCount = relationCount
    this.#timer = setInterval(() => this.#tick(), talk.live ? redrawMilliseconds : lineMilliseconds)
    this.#timer.unref()
  }

  started(stage: StageName, plan: RelationPlan | undefined): void {
    if (plan === undefined) return
    this.#live.set(`${stage} ${plan.relationId}`, {
      relation: relationText(plan.source),
      startedAt: Date.now(),
      progress: {},
    })
  }

  progress(stage: StageName, plan: RelationPlan, progress: Progress): void {
    const live = this.#live.get(`${stage} ${plan.relationId}`)
    if (live !== undefined) live.progress = progress
  }

  /** Said once for each reason: a whole run may wait for the same window. */
  waiting(stage: StageName, _plan: RelationPlan, text: string): void {
    const line = `${stage}: ${text}`
    if (this.#waits.has(line)) return
    this.#waits.add(line)
    this.#erase()
    this.#talk.say(line)
  }

  finished(stage: StageName, plan: RelationPlan | undefined, figures: Progress): void {
    if (plan === undefined) return
    const live = this.#take(stage, plan)
    this.#done.set(stage, (this.#done.get(stage) ?? 0) + 1)
    if (stage === 'transfer') this.#byteCount += figures.byteCount ?? 0
    this.#talk.detail(
      `${stage} ${live.relation}: done in ${durationText(Date.now() - live.startedAt)}${figuresText(figures)}`,
    )
  }

  failed(stage: StageName, plan: RelationPlan, error: unknown): void {
    const live = this.#take(stage, plan)
    this.#failedCount += 1
    const prefix = `${stage} ${live.relation}`
    const message = error instanceof Error ? error.message : String(error)
    this.#erase()
    this.#talk.alarm(message.includes(live.relation) ? message : `${prefix}: ${message}`)
    const hint = (error as { hint?: string }).hint
    if (hint !== undefined) this.#talk.alarm(`hint: ${hint}`)
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
    this.#erase()
  }

  #take(stage: StageName, plan: RelationPlan): Live {
    const key = `${stage} ${plan.relationId}`
    const live = this.#live.get(key) ?? { relation: relationText(plan.source), startedAt: Date.now(), progress: {} }
    this.#live.delete(key)
    return live
  }

  #tick(): void {
    const text = this.#line()
    if (!this.#talk.live) return this.#talk.say(text)
    const width = process.stderr.columns > 0 ? process.stderr.columns - 1 : 100
    process.stderr.write(`\r\u001b[2K${text.slice(0, width)}`)
    this.#isDrawn = true
  }

  #erase(): void {
    if (this.#isDrawn) process.stderr.write('\r\u001b[2K')
    this.#isDrawn = false
  }

  #line(): string {
    const counts = legs.map((leg: Leg) => `${leg} ${this.#done.get(leg) ?? 0}/${this.#relationCount}`).join(' | ')
    const oldest = [...this.#live].sort((a, b) => a[1].startedAt - b[1].startedAt)[0]
    const now =
      oldest === undefined
        ? ''
        : ` | ${oldest[0].split(' ')[0] ?? ''} ${oldest[1].relation}${figuresText(oldest[1].progress)}`
    return `${counts} | ${bytesText(this.#byteCount)} carried | errors ${this.#failedCount}${now}`
  }
}

function figuresText(figures: Progress): string {
  const parts = []
  if (figures.rowCount !== undefined) parts.push(`${countText(figures.rowCount)} rows`)
  if (figures.byteCount !== undefined) parts.push(bytesText(figures.byteCount))
  if (figures.text !== undefined) parts.push(figures.text)
  return parts.length === 0 ? '' : `, ${parts.join(', ')}`
}
