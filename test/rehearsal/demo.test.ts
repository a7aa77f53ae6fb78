import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { migrate } from './rehearsal.js'

describe('migrate demo', () => {
  it('ends with 0, names every relation, says where the report lies, and leaves no process', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'demo-'))
    const { code, stdout, stderr } = await migrate(['demo', '--scale', '0.001', '--dir', dir])
    expect(stderr).not.toMatch(/bug of ours/)
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
    for (const name of ['region', 'nation', 'supplier', 'customer', 'part', 'partsupp', 'orders', 'lineitem']) {
      expect(stdout).toMatch(new RegExp(`tpch\\.${name} .*verified, \\d+ values equal`))
    }
    expect(stdout).toMatch(/8 of 8 relations migrated and verified/)
    const html = /report: (\S+report\.html)/.exec(stdout)?.[1] ?? ''
    const page = await readFile(html, 'utf8')
    expect(page).toMatch(/Every relation was migrated and verified/)
    const json = JSON.parse(await readFile(html.replace('.html', '.json'), 'utf8')) as {
      relations: { relation: string; verdict: string; checks: { check: string; comparedCount: number }[] }[]
    }
    expect(json.relations.map((relation) => relation.verdict)).toEqual(Array(8).fill('verified'))
    const lineitem = json.relations.find((relation) => relation.relation === 'tpch.lineitem')
    // Q1 has four groups; two keys and nine figures each.
    expect(lineitem?.checks.find((check) => check.check === 'query tpch-q01')?.comparedCount).toBe(44)
    await rm(dir, { recursive: true, force: true })
  })
})
