import type { Journal } from '../journal/journal.js'
import type { StatementWitness } from '../model/statement.js'

/** Writes every statement to the journal before it leaves, and the instance that it became. */
export function journalStatements(journal: Pick<Journal, 'append'>): StatementWitness {
  return {
    submitting: ({ subject = '', text, settings, jobName = '', priority }) =>
      journal.append({
        event: 'statement',
        purpose: subject,
        token: jobName,
        text,
        settings,
        ...(priority === undefined ? {} : { priority }),
      }),
    submitted: ({ jobName = '', instance, logview }) =>
      journal.append({ event: 'instance', token: jobName, instance, logview }),
  }
}
