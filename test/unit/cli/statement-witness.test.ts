import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { journalStatements } from '../../../src/cli/statement-witness.js'
import { FileJournal } from '../../../src/journal/file-journal.js'

it('writes statements with their settings and instances to the journal, without secrets', async () => {
  const path = join(await mkdtemp(join(tmpdir(), 'statements-')), 'journal.jsonl')
  const options = { redact: (line: string) => line.replaceAll('sEcReT', '***'), now: () => new Date() }
  const journal = await FileJournal.open(path, options)
  const witness = journalStatements(journal)
  const text = "LOAD OVERWRITE TABLE p.t FROM LOCATION 'oss://id:sEcReT@host/x'"
  await witness.submitting?.({ subject: 'load p.t', text, settings: { a: '1' }, jobName: 'r-1', priority: 3 })
  await witness.submitted?.({ jobName: 'r-1', instance: 'i1', logview: 'http://l/?i=i1' })
  await journal.close()
  const lines = (await readFile(path, 'utf8')).trim().split('\n')
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    {
      event: 'statement',
      purpose: 'load p.t',
      token: 'r-1',
      text: text.replace('sEcReT', '***'),
      settings: { a: '1' },
      priority: 3,
    },
    { event: 'instance', token: 'r-1', instance: 'i1', logview: 'http://l/?i=i1' },
  ])
  await (await FileJournal.open(path, options)).close()
})
