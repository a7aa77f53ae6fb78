import { appendFile, mkdtemp, readFile, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { FileJournal } from '../../../src/journal/file-journal.js'

const options = { redact: (line: string) => line.replaceAll('s3cret', '***'), now: () => new Date(1_700_000_000_000) }
let path: string

beforeEach(async () => {
  path = join(await mkdtemp(join(tmpdir(), 'journal-')), 'journal.jsonl')
})

async function write(): Promise<void> {
  const journal = await FileJournal.open(path, options)
  await journal.append({ event: 'opened', run: 'r1' })
  await journal.append({ event: 'attempted', step: 'unload/a', token: 't1', number: 1 })
  await journal.append({ event: 'begun', step: 'unload/a', handle: { pid: 'p' } })
  await journal.close()
}

describe('FileJournal', () => {
  it('reads back what it wrote', async () => {
    await write()
    const journal = await FileJournal.open(path, options)
    expect(journal.status('unload/a')).toEqual({ state: 'begun', number: 1, token: 't1', handle: { pid: 'p' } })
    expect(journal.cutByteCount).toBe(0)
    await journal.close()
  })

  it('chains every line to the one before it by SHA-256', async () => {
    await write()
    const { createHash } = await import('node:crypto')
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n')
    let previous = '0'.repeat(64)
    for (const line of lines) {
      expect((JSON.parse(line) as { prev: string }).prev).toBe(previous)
      previous = createHash('sha256').update(line).digest('hex')
    }
    expect(lines).toHaveLength(3)
  })

  it('cuts a torn tail at every possible byte and goes on', async () => {
    await write()
    const whole = await readFile(path)
    const lastStart = whole.lastIndexOf(10, whole.length - 2) + 1
    for (let length = lastStart + 1; length < whole.length; length += 7) {
      await writeFile(path, whole.subarray(0, length))
      const journal = await FileJournal.open(path, options)
      expect(journal.cutByteCount).toBe(length - lastStart)
      expect(journal.status('unload/a').state).toBe('attempted')
      await journal.append({ event: 'lost', step: 'unload/a', reason: 'never' })
      await journal.close()
      const again = await FileJournal.open(path, options)
      expect(again.status('unload/a').state).toBe('pending')
      await again.close()
    }
  })

  it('refuses a changed, a removed and an impossible line, by number', async () => {
    await write()
    const text = await readFile(path, 'utf8')
    const lines = text.trimEnd().split('\n')
    await writeFile(path, text.replace('"t1"', '"t9"'))
    await expect(FileJournal.open(path, options)).rejects.toThrow(/line 3 does not follow/)
    await writeFile(path, [lines[0], lines[2], ''].join('\n'))
    await expect(FileJournal.open(path, options)).rejects.toThrow(/line 2 does not follow/)
    await writeFile(path, text)
    const journal = await FileJournal.open(path, options)
    await expect(journal.append({ event: 'reopened', step: 'unload/a', reason: 'no' })).rejects.toThrow(/impossible/)
    await journal.close()
    await appendFile(path, 'not json\n')
    await expect(FileJournal.open(path, options)).rejects.toMatchObject({ code: 'disk' })
  })

  it('keeps secrets out of the file, and the chain still holds', async () => {
    const journal = await FileJournal.open(path, options)
    await journal.append({ event: 'opened', run: 'with s3cret' })
    await journal.append({ event: 'verdict', command: 'run', exitCode: 0 })
    await journal.close()
    expect(await readFile(path, 'utf8')).not.toContain('s3cret')
    const again = await FileJournal.open(path, options)
    expect(again.verdict()).toEqual({ command: 'run', exitCode: 0 })
    await again.close()
  })

  it('makes lines durable in the order they were appended, also when many come at once', async () => {
    const journal = await FileJournal.open(path, options)
    await Promise.all(
      Array.from({ length: 500 }, (_, index) =>
        journal.append({ event: 'attempted', step: `unload/${index}`, token: `t${index}`, number: 1 }),
      ),
    )
    await journal.close()
    const again = await FileJournal.open(path, options)
    expect([...again.steps()]).toHaveLength(500)
    await again.close()
  })

  it('leaves a torn tail alone when it only reads', async () => {
    await write()
    await appendFile(path, '{"torn')
    const before = (await stat(path)).size
    const view = await FileJournal.read(path)
    expect(view.status('unload/a').state).toBe('begun')
    expect((await stat(path)).size).toBe(before)
  })
})
