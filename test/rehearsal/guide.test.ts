import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runSql } from './maxcompute-session.js'
import { changeConfig, emulate, migrate, type Emulated } from './rehearsal.js'

/** The official guide's own MaxCompute DDL: what its reader expects to get. */
const guide = fileURLToPath(new URL('../../ddl/guide/maxcompute', import.meta.url))

let emulated: Emulated

beforeAll(async () => {
  emulated = await emulate({ seed: 'guide' })
})

afterAll(async () => {
  await emulated[Symbol.asyncDispose]()
})

describe("the official guide's eight tables", () => {
  it('migrate with timestamps through a staging table, of which nothing stays', async () => {
    const { code, stderr, stdout } = await migrate(['run', '--config', emulated.clouds.config])
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/8 of 8 relations migrated and verified/)
    expect(await runSql(emulated.clouds, 'SHOW TABLES')).not.toMatch(/mig_/)
    expect(await runSql(emulated.clouds, 'DESC `orders`')).toMatch(/o_orderdate[^\n]*timestamp_ntz/i)
  })

  it('a second run into the filled tables is refused without --replace, and replaces with it', async () => {
    const refused = await migrate(['run', '--new', '--config', emulated.clouds.config])
    expect(refused.code).toBe(8)
    expect(refused.stderr).toMatch(/the table exists and holds \d+ rows/)
    expect(refused.stderr).toMatch(/hint: give --replace/)
    const replaced = await migrate(['run', '--new', '--replace', '--config', emulated.clouds.config])
    expect({ code: replaced.code, stderr: replaced.code === 0 ? '' : replaced.stderr }).toEqual({ code: 0, stderr: '' })
  })

  it("types and naming reproduce the guide's own MaxCompute tables", async () => {
    const settings = "types: { timestamps: utc }\nnaming: { table: 'guide_{table}' }\nselect:"
    await changeConfig(emulated.clouds.config, (text) => text.replace('select:', settings))
    const { code, stderr } = await migrate(['run', '--new', '--config', emulated.clouds.config])
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
    const names = await readdir(guide)
    expect(names).toHaveLength(8)
    for (const name of names) {
      const table = name.replace('.sql', '').toLowerCase()
      const file = join(emulated.dir, 'ddl', 'maxcompute', 'public', `guide_${table}.sql`)
      const expected = columnsOf(await readFile(join(guide, name), 'utf8'))
      expect(columnsOf(await readFile(file, 'utf8'))).toEqual(expected)
      const described = (await runSql(emulated.clouds, `DESC \`guide_${table}\``)).toLowerCase()
      for (const [column, type] of expected) expect(described).toMatch(new RegExp(`${column}\\W+${escaped(type)}\\s`))
    }
  })
})

/** Name and type of each column in a CREATE TABLE, lower case, without blanks in types. */
function columnsOf(text: string): [string, string][] {
  return [
    ...text
      .toLowerCase()
      .matchAll(/^\s*`?([a-z_]\w*)`?\s+(bigint|int|string|timestamp|double|(?:varchar|char|decimal)\s*\([\d, ]+\))/gm),
  ].map((match) => [match[1] ?? '', (match[2] ?? '').replaceAll(' ', '')])
}

function escaped(type: string): string {
  return type.replace(/[()]/g, '\\$&')
}
