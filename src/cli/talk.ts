/** Data goes to stdout, talk to stderr; with `json` data is JSON lines. */
export interface Talk {
  readonly json: boolean
  readonly quiet: boolean
  readonly verbose: boolean
  readonly color: boolean
  /** True when stderr is a terminal that lines may be redrawn on. */
  readonly live: boolean
  /** One datum: an object a line with --json, its text otherwise. */
  data(value: object, text: () => string): void
  say(text: string): void
  /** What must be heard, also with --quiet: errors. */
  alarm(text: string): void
  detail(text: string): void
}

export interface TalkOptions {
  readonly json: boolean
  readonly quiet: boolean
  readonly verbose: boolean
  readonly color: boolean
  readonly redact: (text: string) => string
}

export function makeTalk(options: TalkOptions): Talk {
  const { json, quiet, verbose, redact } = options
  const toError = (text: string): void => void process.stderr.write(redact(text) + '\n')
  return {
    json,
    quiet,
    verbose,
    color: options.color,
    live: process.stderr.isTTY && !quiet,
    data: (value, text) => void process.stdout.write(redact(json ? JSON.stringify(value) : text()) + '\n'),
    say: (text) => {
      if (!quiet) toError(text)
    },
    alarm: toError,
    detail: (text) => {
      if (verbose) toError(text)
    },
  }
}

/** A reader that goes away (`migrate status | head`) ends the output, not the migration. */
export function surviveClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
}
