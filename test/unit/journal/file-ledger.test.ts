import { fork } from 'node:child_process'
import { appendFile, mkdir, mkdtemp, open, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ts from 'typescript'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FileLedger } from '../../../src/journal/file-ledger.js'
import type { LedgerEntry } from '../../../src/model/ledger.js'

describe('a ledger in a file', () => {
  let dir: string
  let path: string
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'ledger-'))
    path = join(dir, 'ledger', 'c1.jsonl')
  })
  afterEach(() => rm(dir, { recursive: true, force: true }))

  const chunk = (number: number): LedgerEntry => ({
    kind: 'chunk',
    key: 'a/ü\n"x',
    uploadId: 'u',
    number,
    byteCount: 8,
    etag: 'e',
    crc64: '18446744073709551615',
  })
  const entriesOf = async (ledger: FileLedger): Promise<LedgerEntry[]> => {
    const entries: LedgerEntry[] = []
    for await (const entry of ledger.entries()) entries.push(entry)
    return entries
  }

  it('is empty before anything is noted', async () => {
    const ledger = new FileLedger(path)
    expect(await entriesOf(ledger)).toEqual([])
    await ledger.close()
  })

  it('gives back what was noted, in order, to whoever opens it next', async () => {
    const ledger = new FileLedger(path)
    const noted = Array.from({ length: 500 }, (_, index) => chunk(index))
    await Promise.all(noted.map((entry) => ledger.note(entry)))
    expect(await entriesOf(ledger)).toEqual(noted)
    await ledger.close()
    const again = new FileLedger(path)
    await again.note(chunk(500))
    expect(await entriesOf(again)).toEqual([...noted, chunk(500)])
    await again.close()
  })

  it('resolves a note only when its line can be read from the file', async () => {
    const ledger = new FileLedger(path)
    await ledger.note(chunk(1))
    expect(await readFile(path, 'utf8')).toBe(`${JSON.stringify(chunk(1))}\n`)
    await ledger.close()
  })

  it('syncs together what is noted together', async () => {
    const ledger = new FileLedger(path)
    await ledger.note(chunk(0))
    const proto = Object.getPrototypeOf(await open(path, 'r').then(async (file) => (await file.close(), file))) as {
      datasync: () => Promise<void>
    }
    const original = proto.datasync
    let syncCount = 0
    proto.datasync = function counted(this: unknown) {
      syncCount += 1
      return original.call(this)
    }
    try {
      await Promise.all(Array.from({ length: 1000 }, (_, index) => ledger.note(chunk(index + 1))))
    } finally {
      proto.datasync = original
    }
    expect(syncCount).toBeGreaterThan(0)
    expect(syncCount).toBeLessThanOrEqual(3)
    await ledger.close()
  })

  it.each([1, 7, 70_000])('cuts a torn tail of %i bytes and goes on behind it', async (byteCount) => {
    const ledger = new FileLedger(path)
    await ledger.note(chunk(1))
    await ledger.close()
    await appendFile(path, '{'.padEnd(byteCount, 'x'))
    const again = new FileLedger(path)
    expect(await entriesOf(again)).toEqual([chunk(1)])
    await again.note(chunk(2))
    expect(await entriesOf(again)).toEqual([chunk(1), chunk(2)])
    await again.close()
    expect(await readFile(path, 'utf8')).toBe(
      [chunk(1), chunk(2)].map((entry) => `${JSON.stringify(entry)}\n`).join(''),
    )
  })

  it('cuts a file that is nothing but a torn line', async () => {
    const ledger = new FileLedger(path)
    await ledger.note(chunk(1))
    await ledger.close()
    await truncate(path, 20)
    const again = new FileLedger(path)
    expect(await entriesOf(again)).toEqual([])
    await again.close()
  })

  it('refuses a damaged line by its number', async () => {
    const ledger = new FileLedger(path)
    await ledger.note(chunk(1))
    await ledger.close()
    await appendFile(path, 'damaged\n')
    const again = new FileLedger(path)
    await expect(entriesOf(again)).rejects.toThrow(/line 2/)
    await again.close()
  })

  it('says when the disk is full, and notes nothing more after that', async () => {
    const ledger = new FileLedger('/dev/full')
    const failures = await Promise.allSettled([ledger.note(chunk(1)), ledger.note(chunk(2))])
    for (const one of failures) {
      expect(one).toMatchObject({ status: 'rejected', reason: { code: 'disk' } })
    }
    await expect(ledger.note(chunk(3))).rejects.toMatchObject({ code: 'disk' })
    await ledger.close()
  })

  it('keeps every line that was acknowledged before a kill', async () => {
    const child = fork(await writeNoter(dir), [path])
    let acknowledged = -1
    await new Promise<void>((resolve) => {
      child.on('message', (number: number) => {
        acknowledged = Math.max(acknowledged, number)
        if (number >= 300) child.kill('SIGKILL')
      })
      child.on('exit', () => resolve())
    })
    expect(acknowledged).toBeGreaterThanOrEqual(300)
    const ledger = new FileLedger(path)
    const numbers = (await entriesOf(ledger)).map((entry) => (entry.kind === 'chunk' ? entry.number : -1))
    expect(numbers.slice(0, acknowledged + 1)).toEqual(Array.from({ length: acknowledged + 1 }, (_, index) => index))
    await ledger.close()
  })
})

/** A program that notes chunks until it is killed, compiled on the spot from the sources under test. */
async function writeNoter(dir: string): Promise<string> {
  const sources = join(import.meta.dirname, '../../../src')
  for (const folder of ['journal', 'model']) {
    await mkdir(join(dir, folder), { recursive: true })
    for (const name of await readdir(join(sources, folder))) {
      const text = await readFile(join(sources, folder, name), 'utf8')
      const { outputText } = ts.transpileModule(text, {
        compilerOptions: { module: ts.ModuleKind.ES2022, target: ts.ScriptTarget.ES2022 },
      })
      await writeFile(join(dir, folder, name.replace(/ts$/, 'js')), outputText)
    }
  }
  const program = join(dir, 'note.js')
  await writeFile(join(dir, 'package.json'), '{"type":"module"}')
  await writeFile(
    program,
    `import { FileLedger } from './journal/file-ledger.js'
     const ledger = new FileLedger(process.argv[2])
     const entry = (number) => ({ kind: 'chunk', key: 'k', uploadId: 'u', number, byteCount: 1, etag: 'e', crc64: '1' })
     for (let number = 0; number < 100000; number += 3) {
       await Promise.all([0, 1, 2].map((more) => ledger.note(entry(number + more)).then(() => process.send(number + more))))
     }`,
  )
  return program
}
