import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LedgerEntry } from '../../src/model/ledger.js'
import { emulate, migrate, runIds, type Emulated } from './rehearsal.js'

let emulated: Emulated

beforeAll(async () => {
  emulated = await emulate({ seed: 'tpch', scale: 0.01 })
  for (const words of [['plan'], ['ddl', '--apply'], ['unload']]) expect((await run(...words)).code).toBe(0)
})

afterAll(async () => {
  await emulated[Symbol.asyncDispose]()
})

const run = (...words: readonly string[]) => migrate([...words, '--config', emulated.clouds.config])

async function ledgerEntries(kind: LedgerEntry['kind']): Promise<readonly (LedgerEntry & { byteCount: number })[]> {
  const [id = ''] = await runIds(emulated.clouds.config)
  const folder = join(dirname(emulated.clouds.config), 'runs', id, 'ledger')
  const texts = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')))
  const entries = texts.join('').trimEnd().split('\n')
  return entries
    .map((line) => JSON.parse(line) as LedgerEntry & { byteCount: number })
    .filter((one) => one.kind === kind)
}

const sum = (entries: readonly { byteCount: number }[]) => entries.reduce((all, { byteCount }) => all + byteCount, 0)

describe('a transfer that keeps a measure', () => {
  it.each([
    ['--bwlimit', '50X'],
    ['--bwlimit', '08:00 50M'],
    ['--max-egress', 'much'],
  ])('refuses %s %s', async (option, value) => {
    const { code, stderr } = await run('transfer', option, value)
    expect(code).toBe(2)
    expect(stderr).toContain(`${option} ${value}: not understood`)
  })

  it('reads no byte beyond --max-egress, in all processes together, and goes on with more', async () => {
    const limit = 1024 * 1024
    const stopped = await run('transfer', '--max-egress', '1M')
    expect(stopped.code).toBe(7)
    expect(stopped.stderr).toMatch(/would pass the limit of 1048576 bytes read from S3/)
    expect(stopped.stderr).toMatch(/raise --max-egress/)
    expect(sum(await ledgerEntries('egress'))).toBeLessThanOrEqual(limit)
    const again = await run('transfer', '--max-egress', '1M')
    expect(again.code).toBe(7)
    expect(sum(await ledgerEntries('egress'))).toBeLessThanOrEqual(limit)

    const ended = await run('transfer', '--max-egress', '1G')
    expect({ code: ended.code, stderr: ended.code === 0 ? '' : ended.stderr }).toEqual({ code: 0, stderr: '' })
    expect(sum(await ledgerEntries('egress'))).toBeGreaterThanOrEqual(sum(await ledgerEntries('object')))
    expect(sum(await ledgerEntries('object'))).toBeGreaterThan(limit)
    for (const words of [['load'], ['verify']]) expect((await run(...words)).code).toBe(0)
  })
})
