import { Faults, type FaultRule } from './faults.js'
import { startControl } from './launch/control.js'
import type { World } from './world.js'

/** How long services may take to close before the process leaves anyway. */
const closeMillisecondsMax = 5_000

/** First message of the launcher to a child. */
export interface ChildOrder<Options> {
  readonly world: World
  readonly faults: readonly FaultRule[]
  readonly options: Options
}

/** What a child runs: its ports by name, what the launcher may ask of it over IPC, and how to close. */
export interface Running {
  readonly ports: Readonly<Record<string, number>>
  readonly requests?: Readonly<Record<string, (subject: never) => Promise<unknown>>>
  close(): Promise<void>
}

/** The launcher asks, one at a time; the child answers with the same `ask`. */
export interface Request {
  readonly ask: number
  readonly request: string
  readonly subject: unknown
}
export interface Reply {
  readonly ask: number
  readonly value?: unknown
  readonly error?: string
}

export type StartServices<Options> = (options: Options, world: World, faults: Faults) => Promise<Running>

/**
 * The whole life of a child process: waits for its order over IPC, starts its services, prints one line of JSON with
 * the ports, serves, and leaves when told, or when the launcher is gone (its end of the IPC channel closes then,
 * however it died). SIGINT is the launcher's business: a terminal sends it to everyone at once.
 */
export function serveAsChild<Options>(start: StartServices<Options>): void {
  if (process.send === undefined) {
    process.stderr.write('emulators: this file is started by the launcher, not by hand; run: migrate emulate\n')
    process.exit(2)
  }
  process.on('SIGINT', () => undefined)
  process.once('disconnect', () => process.exit(0))
  process.once('message', (order) => {
    serve(order as ChildOrder<Options>, start).catch((error: unknown) => {
      process.stderr.write(`emulators: ${messageOf(error)}\n`)
      process.exit(1)
    })
  })
}

async function serve<Options>(order: ChildOrder<Options>, start: StartServices<Options>): Promise<void> {
  const faults = new Faults()
  faults.add(order.faults)
  const running = await start(order.options, order.world, faults)
  const stop = (): void => void close(running)
  const control = await startControl({ faults, stop })
  process.removeAllListeners('disconnect')
  process.once('disconnect', stop)
  process.once('SIGTERM', stop)
  process.on('message', (message) => void answer(message as Request, running))
  process.stdout.write(`${JSON.stringify({ ports: { ...running.ports, control: control.port } })}\n`)
}

async function close(running: Running): Promise<void> {
  setTimeout(() => process.exit(0), closeMillisecondsMax).unref()
  await running.close()
  process.exit(0)
}

async function answer(message: Request, running: Running): Promise<void> {
  const handle = running.requests?.[message.request]
  let reply: Reply
  try {
    if (handle === undefined) throw new Error(`no request named ${message.request}`)
    reply = { ask: message.ask, value: await handle(message.subject as never) }
  } catch (error) {
    reply = { ask: message.ask, error: messageOf(error) }
  }
  if (process.connected) process.send?.(reply)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
