import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { ChildOrder, Reply, Request } from '../child.js'
import { LaunchError } from './launch-error.js'

const readyMillisecondsMax = 60_000
/** Longer than the child's own limit, so that a child that hangs is killed and not one that closes. */
const stopMillisecondsMax = 8_000

/** A child process of the launcher, from its first line to its exit. */
export class ChildHandle {
  readonly name: string
  readonly #process: ChildProcess
  /** Resolves with words for the exit; never rejects. */
  readonly exited: Promise<string>
  readonly #replies = new Map<number, (reply: Reply) => void>()
  #askCount = 0

  private constructor(name: string, child: ChildProcess) {
    this.name = name
    this.#process = child
    this.exited = new Promise((resolve) => {
      child.once('error', (error) => resolve(error.message))
      child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`))
    })
    child.on('message', (reply: Reply) => {
      this.#replies.get(reply.ask)?.(reply)
      this.#replies.delete(reply.ask)
    })
  }

  /** Runs `<name>.js` beside the launcher. */
  static start(name: string, environment: Readonly<Record<string, string>> = {}): ChildHandle {
    const file = fileURLToPath(new URL(`../${name}.js`, import.meta.url))
    const child = spawn(process.execPath, [file], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      env: { ...process.env, ...environment },
    })
    return new ChildHandle(name, child)
  }

  /** Gives the order and waits for the line with the ports. */
  async order<Options>(order: ChildOrder<Options>): Promise<Readonly<Record<string, number>>> {
    this.#process.send(order, () => undefined)
    const lines = createInterface({ input: this.#process.stdout as NodeJS.ReadableStream })
    const ready = new Promise<string>((resolve) => lines.once('line', resolve))
    const line = await this.#orDeath(ready, readyMillisecondsMax, 'it was ready')
    const { ports } = JSON.parse(line) as { readonly ports: Readonly<Record<string, number>> }
    return ports
  }

  /** Asks the child to do something; rejects with its words when it cannot. */
  async ask(request: string, subject: unknown, millisecondsMax: number): Promise<unknown> {
    this.#askCount += 1
    const message: Request = { ask: this.#askCount, request, subject }
    const replied = new Promise<Reply>((resolve) => this.#replies.set(message.ask, resolve))
    this.#process.send(message, () => undefined)
    const reply = await this.#orDeath(replied, millisecondsMax, `it had answered ${request}`)
    if (reply.error !== undefined) throw new LaunchError(`${this.name}: ${request} failed: ${reply.error}`)
    return reply.value
  }

  /** Ends the child: kindly, and after a while by force. */
  async stop(): Promise<void> {
    if (this.#process.connected) this.#process.disconnect()
    const killer = setTimeout(() => this.#process.kill('SIGKILL'), stopMillisecondsMax)
    await this.exited
    clearTimeout(killer)
  }

  async #orDeath<T>(wanted: Promise<T>, millisecondsMax: number, moment: string): Promise<T> {
    let timer: NodeJS.Timeout | undefined
    const died = this.exited.then((how): never => {
      throw new LaunchError(`the ${this.name} process ended (${how}) before ${moment}`)
    })
    const late = new Promise<never>((_, reject) => {
      const text = `the ${this.name} process took more than ${millisecondsMax / 1000} s until ${moment}`
      timer = setTimeout(() => reject(new LaunchError(text)), millisecondsMax)
    })
    try {
      return await Promise.race([wanted, died, late])
    } finally {
      clearTimeout(timer)
      died.catch(() => undefined)
    }
  }
}
