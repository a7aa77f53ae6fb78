import { MigrationError } from '../../model/errors.js'
import { concernCodes, explainCode } from '../../translate/concern-codes.js'
import { nearest } from '../nearest.js'
import type { Context } from '../context.js'

/** What a concern's code means and what can be done about it. */
export async function explain(context: Context, code: string): Promise<number> {
  const found = explainCode(code.toUpperCase())
  if (found === undefined) {
    const meant = nearest(code.toUpperCase(), Object.keys(concernCodes))
    throw new MigrationError('arguments', `explain ${code}: there is no such code`, {
      hint: meant === undefined ? `codes run from ${Object.keys(concernCodes)[0] ?? ''} on` : `did you mean ${meant}?`,
    })
  }
  context.talk.data({ code: code.toUpperCase(), ...found }, () =>
    [`${code.toUpperCase()} (${found.class}): ${found.title}`, found.explanation, `What to do: ${found.remedy}`].join(
      '\n',
    ),
  )
  return 0
}
