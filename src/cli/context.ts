import { resolve } from 'node:path'
import { MigrationError } from '../model/errors.js'
import type { Call } from '../model/work.js'
import { loadConfig, type LoadedConfig } from './config.js'
import { Redactor } from './redactor.js'
import { makeTalk, type Talk } from './talk.js'

/** What every command takes. */
export interface GlobalOptions {
  readonly config: string
  readonly run?: string | undefined
  readonly select?: readonly string[] | undefined
  readonly exclude?: readonly string[] | undefined
  readonly json: boolean
  readonly verbose: boolean
  readonly quiet: boolean
  readonly color: boolean
  readonly yes: boolean
  readonly failFast: boolean
  readonly takeOver: boolean
  /** Instead of `transfer.bandwidth` and `transfer.maxEgress`. */
  readonly bwlimit?: string | undefined
  readonly maxEgress?: string | undefined
}

/** One invocation of the command. */
export interface Context {
  readonly options: GlobalOptions
  readonly talk: Talk
  readonly redact: (text: string) => string
  readonly environment: NodeJS.ProcessEnv
  /** Aborted on the second interrupt, or a while after the first. */
  readonly signal: AbortSignal
  /** Aborted on the first interrupt. */
  readonly stopping: AbortSignal
  config(): Promise<LoadedConfig>
}

export function makeContext(
  options: GlobalOptions,
  interrupts: { readonly signal: AbortSignal; readonly stopping: AbortSignal },
): Context {
  const redactor = new Redactor()
  const redact = (text: string): string => redactor.text(text)
  let loading: Promise<LoadedConfig> | undefined
  return {
    options,
    redact,
    talk: makeTalk({ ...options, redact }),
    environment: process.env,
    ...interrupts,
    config: () => (loading ??= load()),
  }

  async function load(): Promise<LoadedConfig> {
    const loaded = await loadConfig(options.config, process.env)
    for (const secret of loaded.secrets) redactor.add(secret)
    return { ...loaded, hush: (secret) => redactor.add(secret) }
  }
}

export function runsFolder(loaded: LoadedConfig): string {
  return resolve(loaded.folder, loaded.config.runs)
}

/** A call for a question of the command itself. */
export function askingCall(context: Context, milliseconds: number): Call {
  return { signal: context.signal, deadlineAt: Date.now() + milliseconds, note: () => undefined }
}

export interface ErrorDocument {
  readonly error: { readonly code: string; readonly message: string; readonly hint?: string }
}

/** Two lines for people, one object with --json. */
export function tellError(error: unknown, talk: Talk): void {
  if (!(error instanceof MigrationError)) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    talk.alarm(`migrate: this is a bug of ours\n${text}`)
    if (talk.json) talk.data({ error: { code: 'bug', message: String(error) } }, () => '')
    return
  }
  const { code, message, hint } = error
  talk.alarm(hint === undefined ? message : `${message}\nhint: ${hint}`)
  if (talk.json)
    talk.data({ error: { code, message, ...(hint === undefined ? {} : { hint }) } } satisfies ErrorDocument, () => '')
}
