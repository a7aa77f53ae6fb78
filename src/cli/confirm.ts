import { createInterface } from 'node:readline/promises'
import { MigrationError } from '../model/errors.js'
import type { Context } from './context.js'

/**
 * Has somebody say yes to what cannot be undone; `--yes` says it beforehand. Throws `arguments` where nobody can be asked,
 * or says anything else.
 */
export async function confirm(context: Context, command: string, question: string): Promise<void> {
  if (context.options.yes) return
  if (context.talk.json || !process.stdin.isTTY) throw refusal(command, 'nobody can be asked')
  const asking = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const answer = await asking.question(`${question} (yes/no) `, { signal: context.stopping })
    if (answer.trim().toLowerCase() !== 'yes') throw refusal(command, 'it was not confirmed')
  } finally {
    asking.close()
  }
}

function refusal(command: string, why: string): MigrationError {
  return new MigrationError('arguments', `${command}: ${why}, so nothing was done`, {
    hint: 'give --yes to do it without a question',
  })
}
