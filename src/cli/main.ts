import { exitCodes, MigrationError } from '../model/errors.js'
import { commandLine, type Invocation } from './command-line.js'
import { makeContext, tellError } from './context.js'
import { watchInterrupts } from './interrupts.js'
import { makeTalk, surviveClosedPipes } from './talk.js'

// The AWS SDK would print its own sentence about future Node versions into our output; README says what we support.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'

/** Runs the command; never throws. Sets the exit code and lets the process end by itself. */
export async function main(args: readonly string[]): Promise<void> {
  surviveClosedPipes()
  const plain = makeTalk({
    json: args.includes('--json'),
    quiet: false,
    verbose: false,
    color: false,
    redact: (text) => text,
  })
  let invocation: Invocation | undefined
  try {
    invocation = await commandLine(args)
  } catch (error) {
    process.exitCode = fail(error, plain)
  }
  if (invocation === undefined) return
  const context = makeContext(
    invocation.options,
    watchInterrupts((text) => plain.say(text)),
  )
  try {
    process.exitCode = await invocation.handler(context)
  } catch (error) {
    process.exitCode = fail(error, context.talk)
  }
}

function fail(error: unknown, talk: Parameters<typeof tellError>[1]): number {
  tellError(error, talk)
  return error instanceof MigrationError ? exitCodes[error.code] : 1
}
