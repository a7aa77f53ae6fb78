/** How long what runs may go on after the first interrupt, in milliseconds. */
const graceMilliseconds = 30_000

export interface Interrupts {
  readonly signal: AbortSignal
  readonly stopping: AbortSignal
}

/** First signal: start nothing more, let what runs be journaled. Second: now. */
export function watchInterrupts(say: (text: string) => void): Interrupts {
  const now = new AbortController()
  const soon = new AbortController()
  const onSignal = (): void => {
    if (soon.signal.aborted) {
      say('interrupted; the same command goes on where this one stopped')
      process.exit(130)
    }
    soon.abort()
    setTimeout(() => now.abort(), graceMilliseconds).unref()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return { signal: now.signal, stopping: soon.signal }
}
