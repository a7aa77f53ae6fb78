import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { RunFolder } from '../../../src/journal/run-folder.js'
import type { CatalogEntry, RelationKind } from '../../../src/model/catalog.js'
import { writeOriginals, type Original } from '../../../src/stages/ddl-originals.js'
import { columnPlan, relationPlan } from '../dialect/sample-plan.js'

const naming = { project: 'p', table: '{table}' }
const everything = { select: ['*'], exclude: [] }

function relation(schema: string, name: string, kind: RelationKind, definition?: string): CatalogEntry {
  const text = definition === undefined ? {} : { definition }
  return { schema, name, kind, columns: [], constraints: [], ...text }
}

let run: RunFolder
let folder: RunFolder

beforeEach(async () => {
  run = new RunFolder(await mkdtemp(join(tmpdir(), 'originals-run-')))
  folder = new RunFolder(await mkdtemp(join(tmpdir(), 'originals-ddl-')))
})

async function write(
  entries: readonly CatalogEntry[],
  tables: readonly { schema: string; table: string; tableSchema?: string }[] = [],
  { selection = everything, onlyMissing = false } = {},
): Promise<readonly Original[]> {
  await run.writeLines('catalog.jsonl', entries)
  await run.writeLines('plan.jsonl', [{ document: 'plan' }, relationPlan([columnPlan('id'), columnPlan('n')])])
  const written: Original[] = []
  for await (const one of writeOriginals({ run, tables, naming }, selection, folder, onlyMissing)) written.push(one)
  return written
}

describe('the texts of views', () => {
  it('cannot leave their comments, whatever line breaks they have', async () => {
    const breaks = ['\n', '\r', '\r\n', '\u2028', '\u2029']
    const definition = `SELECT 1${breaks.map((each) => `${each}DROP TABLE x;`).join('')}`
    const [one] = await write([relation('s', 'v\nDROP TABLE y;', 'view', definition)])
    const text = await readFile(folder.file(one?.path ?? ''), 'utf8')
    const lines = text.split(/\r\n|[\n\r\u2028\u2029]/).filter((line) => line !== '')
    // What the translator says of it comes behind.
    expect(lines.length).toBeGreaterThan(1 + 1 + breaks.length)
    expect(lines.filter((line) => !line.startsWith('-- '))).toEqual([])
  })

  it('never take the place of a table, nor of each other', async () => {
    const views = ['a_b', 'a b', 'A_B', 'other'].map((name) => relation('s', name, 'view', `SELECT '${name}'`))
    const written = await write([relation('s', 'A.B', 'table'), ...views], [{ schema: 's', table: 'a_b' }])
    const paths = written.map(({ path }) => path.toLowerCase())
    expect(new Set(paths).size).toBe(views.length)
    expect(paths).not.toContain('s/a_b.sql')
    expect(paths).toContain('s/other.sql')
    for (const [n, { path }] of written.entries())
      expect(await readFile(folder.file(path), 'utf8')).toContain(`'${views[n]?.name}'`)
  })

  it('go where they go for all of them, also when only some are selected', async () => {
    const views = ['a b', 'a_b'].map((name) => relation('s', name, 'view', 'SELECT 1'))
    const all = await write(views)
    const some = await write(views, [], { selection: { select: ['s.a_b'], exclude: [] } })
    expect(some).toEqual(all.slice(1))
  })

  it('stay inside the folder', async () => {
    const [one] = await write([relation('..', '../../x', 'view', 'SELECT 1')])
    expect(one?.path).toMatch(/^__\/[^/]+\.sql$/)
  })

  it('leave the work of others alone when only what is missing is written', async () => {
    const views = ['mine', 'new'].map((name) => relation('s', name, 'view', 'SELECT 1'))
    await write(views.slice(0, 1))
    await writeFile(folder.file('s/mine.sql'), 'by hand')
    await write(views, [], { onlyMissing: true })
    expect(await readFile(folder.file('s/mine.sql'), 'utf8')).toBe('by hand')
    expect(await readFile(folder.file('s/new.sql'), 'utf8')).toMatch(/^-- /)
    await write(views)
    expect(await readFile(folder.file('s/mine.sql'), 'utf8')).toMatch(/^-- /)
  })

  it('have what the translator makes of them behind, as comments too', async () => {
    const definition = 'SELECT o.id, o.n / 2 AS half FROM sales.orders o ORDER BY o.id'
    const late = `CREATE VIEW s.late (a) AS SELECT id FROM sales."Orders" WITH NO SCHEMA BINDING`
    const [one, two] = await write([
      relation('s', 'half', 'view', definition),
      relation('s', 'late', 'late-binding-view', late),
    ])
    const text = await readFile(folder.file(one?.path ?? ''), 'utf8')
    expect(text).toContain(
      '-- as a query of MaxCompute:\n-- SELECT `o`.`id`, `o`.`n` DIV 2 AS `half`\n-- FROM `p`.`orders` AS `o`;\n',
    )
    expect(await readFile(folder.file(two?.path ?? ''), 'utf8')).toContain('-- SELECT `orders`.`id` AS `a`\n')
  })

  it('are translated where they read one another, in whatever order the catalog has them', async () => {
    const [top, , lost] = await write([
      relation('s', 'a_top', 'view', 'SELECT half FROM s.b_low WHERE half > 1'),
      relation('s', 'b_low', 'view', 'SELECT o.n / 2 AS half FROM sales.orders o'),
      relation('s', 'c_lost', 'view', 'SELECT q FROM s.d_odd'),
      relation('s', 'd_odd', 'view', 'SELECT f(id) AS q FROM sales.orders'),
    ])
    const text = await readFile(folder.file(top?.path ?? ''), 'utf8')
    expect(text).toContain('-- as a query of MaxCompute:\n-- SELECT `b_low`.`half`\n-- FROM `p`.`b_low` AS `b_low`\n')
    expect(await readFile(folder.file(lost?.path ?? ''), 'utf8')).toContain('-- not translated: relation s.d_odd')
  })

  it('name the other view with the schema that the project gives its tables', async () => {
    const views = [
      relation('s', 'top', 'view', 'SELECT id FROM s.low'),
      relation('s', 'low', 'view', 'SELECT id FROM sales.orders'),
    ]
    const [top] = await write(views, [{ schema: 'sales', table: 'orders', tableSchema: 'default' }])
    expect(await readFile(folder.file(top?.path ?? ''), 'utf8')).toContain('-- FROM `p`.`default`.`low` AS `low`;')
  })

  it('name the construct that keeps them from being translated', async () => {
    const [one] = await write([relation('s', 'v', 'view', 'SELECT id FROM sales.orders WHERE f(id) = 1')])
    const text = await readFile(folder.file(one?.path ?? ''), 'utf8')
    expect(text).toMatch(/^-- not translated: function F \(1:\d+\) is not on the list$/m)
    const [gone] = await write([relation('s', 'w', 'view', 'SELECT id FROM sales.gone')])
    expect(await readFile(folder.file(gone?.path ?? ''), 'utf8')).toContain('not translated: relation sales.gone')
  })

  it('are those of views alone', async () => {
    const kinds: RelationKind[] = ['table', 'view', 'late-binding-view', 'materialized-view', 'external-table']
    const written = await write(kinds.map((kind) => relation('s', kind, kind, 'SELECT 1')))
    expect(written.map(({ relation: name }) => name)).toEqual(['s.view', 's.late-binding-view', 's.materialized-view'])
  })
})
