import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migrate } from './rehearsal.js'

const tables = fileURLToPath(new URL('../../ddl/tpch/redshift', import.meta.url))

let dir: string
let base: readonly string[]

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'translate-'))
  base = ['--config', join(dir, 'none.yaml'), '--from', tables, '--project', 'p', '--search-path', 'tpch']
})

afterAll(() => rm(dir, { recursive: true }))

async function file(name: string, text: string): Promise<string> {
  const path = join(dir, name)
  await writeFile(path, text)
  return path
}

describe('migrate translate', () => {
  it('prints a script whose every other line is a comment', async () => {
    const path = await file('one.sql', 'SELECT n_name FROM nation ORDER BY n_name')
    const { code, stdout } = await migrate(['translate', path, ...base])
    expect(code).toBe(0)
    const lines = stdout.trimEnd().split('\n')
    expect(lines.filter((line) => !line.startsWith('--'))).toEqual([
      'SELECT `nation`.`n_name`',
      'FROM `p`.`nation` AS `nation`',
      'ORDER BY `n_name`;',
    ])
    expect(lines).toContain('-- needs odps.sql.validate.orderby.limit=false')
    expect(lines).toContain('-- table name: tpch.nation is nation')
  })

  it('names what it refuses, where it stands, and ends with 10', async () => {
    const path = await file('two.sql', "SELECT 1 AS a;\nSELECT n_name\nFROM nation WHERE n_name ~ '^A';\n")
    const { code, lines } = await migrate(['translate', path, ...base, '--json'])
    expect(code).toBe(10)
    expect(lines).toMatchObject([
      { query: 1, fate: 'translated', sql: 'SELECT 1 AS `a`' },
      { query: 2, fate: 'refused', construct: 'REGEXP LIKE', line: 3, column: 19 },
      { stage: 'translate', queries: 2, refused: 1, exitCode: 10 },
    ])
    const { stdout } = await migrate(['translate', path, ...base])
    expect(stdout).toContain(`-- ${path}:3:19: refused: REGEXP LIKE is not on the list`)
  })

  it('lets no line break in a name out of a comment', async () => {
    const path = await file('three.sql', 'SELECT "a\nDROP TABLE x" FROM nation')
    const { code, stdout } = await migrate(['translate', path, ...base])
    expect(code).toBe(10)
    expect(
      stdout
        .trim()
        .split('\n')
        .every((line) => line.startsWith('--')),
    ).toBe(true)
  })

  it('wants to know what the tables are', async () => {
    const path = await file('four.sql', 'SELECT 1')
    const { code, stderr } = await migrate(['translate', path, '--config', join(dir, 'none.yaml')])
    expect(code).toBe(2)
    expect(stderr).toContain('there is no plan that says what the tables are')
  })
})
