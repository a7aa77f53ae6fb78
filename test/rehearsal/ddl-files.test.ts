import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runSql } from './maxcompute-session.js'
import { emulate, migrate, type Emulated } from './rehearsal.js'

const tpch = (side: string): string => fileURLToPath(new URL(`../../ddl/tpch/${side}`, import.meta.url))

describe('migrate ddl --from', () => {
  let dir: string
  const at = (name: string): string => join(dir, name)

  /** Without a config: its place is empty. */
  const ddl = (...args: string[]): ReturnType<typeof migrate> =>
    migrate(['ddl', '--config', at('migrate.yaml'), ...args, '--project', 'tpch_target', '--out', at('out')])

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'ddl-files-'))
  })

  afterAll(async () => {
    await rm(dir, { recursive: true, force: true })
  })

  it('makes of a folder what a run makes of the catalog, without any cloud', async () => {
    const { code, stdout, stderr } = await ddl('--from', tpch('redshift'))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/ddl: 8 tables\. Concerns: \d+ notes, 0 lossy, 0 blocking\./)
    const names = await readdir(tpch('maxcompute'))
    expect(names).toHaveLength(8)
    for (const name of names) {
      const expected = await readFile(join(tpch('maxcompute'), name), 'utf8')
      expect(await readFile(join(dir, 'out', 'tpch', name), 'utf8')).toBe(expected)
    }
  })

  it('lists views, keeps their text in comments, and says what it passed over', async () => {
    const text =
      "CREATE TABLE shop.t (a int);\nGRANT SELECT ON shop.t TO x;\nCREATE VIEW shop.v AS\nSELECT 'drop table t;' FROM t;"
    await writeFile(at('views.sql'), text)
    const { code, lines, stderr } = await ddl('--json', '--from', at('views.sql'))
    expect(code).toBe(0)
    expect(stderr).toBe('of no account: 1 GRANT\n')
    expect(lines).toMatchObject([
      { relation: 'shop.t', table: 'tpch_target.t', file: join(dir, 'out/shop/t.sql'), concerns: [] },
      { relation: 'shop.v', manual: 'is a view: it holds no rows', file: join(dir, 'out/shop/v.view.sql') },
      {
        stage: 'ddl',
        relations: 1,
        manual: ['shop.v'],
        exitCode: 0,
        ignored: [{ file: at('views.sql'), line: 2, statement: 'GRANT' }],
      },
    ])
    expect(await readFile(at('out/shop/v.view.sql'), 'utf8')).toBe(
      "-- manual: shop.v is a view: it holds no rows; write it anew for MaxCompute\n-- CREATE VIEW shop.v AS\n-- SELECT 'drop table t;' FROM t\n-- not translated: relation t (2:29) is not migrated, or not in the search path\n",
    )
  })

  it('writes below a view what the translator makes of it, also where it reads another view', async () => {
    const text =
      'CREATE VIEW shop.w AS SELECT n FROM shop.x; CREATE VIEW shop.x AS SELECT a AS n FROM shop.u; CREATE TABLE shop.u (a int);'
    await writeFile(at('more.sql'), text)
    expect((await ddl('--from', at('more.sql'))).code).toBe(0)
    const written = await readFile(at('out/shop/w.view.sql'), 'utf8')
    expect(written).toContain('-- as a query of MaxCompute:\n-- SELECT `x`.`n`\n-- FROM `tpch_target`.`x` AS `x`;\n')
    expect(written.split('\n').every((line) => line === '' || line.startsWith('--'))).toBe(true)
  })

  it('ends with 10 on a blocking concern, and keeps the first of two relations of one table', async () => {
    await writeFile(at('same.sql'), 'CREATE TABLE one.same (a int); CREATE TABLE two.same (b hllsketch);')
    const { code, stdout } = await ddl('--from', at('same.sql'))
    expect(code).toBe(10)
    expect(stdout).toMatch(/blocking RS0303: tpch_target\.same is already the table of one\.same/)
    expect(await readdir(at('out'))).not.toContain('two')
  })

  it('refuses what it does not understand with file, line and column, and writes nothing', async () => {
    await mkdir(at('bad'))
    await writeFile(at('bad/a.sql'), 'CREATE TABLE good (a int);\n')
    await writeFile(at('bad/b.sql'), 'CREATE TABLE t (\n  a int,\n  b enum\n);\n')
    const { code, stderr } = await ddl('--from', at('bad'))
    expect(code).toBe(2)
    expect(stderr).toContain(`${at('bad/b.sql')}:3:5: enum is no type of Redshift\n`)
    expect(await readdir(at('out'))).not.toContain('public')
  })

  it('writes nothing beside its folder', async () => {
    await writeFile(at('out.sql'), 'CREATE TABLE ".."."t" (a int);')
    const { code, stderr } = await ddl('--from', at('out.sql'))
    expect({ code, stderr }).toEqual({ code: 2, stderr: 'ddl --from: the schema ".." cannot be a folder\n' })
    expect(await readdir(dir)).not.toContain('t.sql')
  })

  it.each([
    [
      ['--apply', '--from', 'x.sql'],
      /^ddl: --from makes no tables, so --apply is refused: tables are made by a run\n$/,
    ],
    [['--diff', '--apply'], /^ddl: --diff only looks/],
    [['--out', 'x'], /^ddl: --out and --project go with --from\n$/],
    [['--from', 'nowhere.sql', '--project', 'p'], /^--from nowhere\.sql: cannot be read \(ENOENT\)\n$/],
    [['--from', tpch('redshift')], /so the project is unknown\nhint: .*--project NAME/],
    [['--from', fileURLToPath(new URL('.', import.meta.url)), '--project', 'p'], /the folder has no \*\.sql/],
  ])('refuses %j', async (args, message) => {
    const { code, stderr, stdout } = await migrate(['ddl', '--config', at('migrate.yaml'), ...args])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(message)
  })
})

describe('migrate ddl --diff', () => {
  let emulated: Emulated
  const command = (...args: string[]): ReturnType<typeof migrate> =>
    migrate([...args, '--config', emulated.clouds.config])

  beforeAll(async () => {
    emulated = await emulate({ seed: 'guide' })
    const planned = await command('plan')
    expect({ code: planned.code, stderr: planned.code === 0 ? '' : planned.stderr }).toEqual({ code: 0, stderr: '' })
  })

  afterAll(async () => {
    await emulated[Symbol.asyncDispose]()
  })

  it('shows the CREATE of tables that are missing, and makes none', async () => {
    const { code, stdout } = await command('ddl', '--diff', '--select', 'public.region')
    expect(code).toBe(13)
    expect(stdout).toMatch(/^public\.region -> \w+\.region: missing\n[\s\S]*CREATE TABLE `\w+`\.`region` \(/)
    expect(await runSql(emulated.clouds, 'SHOW TABLES')).not.toMatch(/region/)
  })

  it('finds tables equal that a run made', async () => {
    expect((await command('ddl', '--apply')).code).toBe(0)
    const { code, stdout } = await command('ddl', '--diff')
    expect({ code, last: stdout.trimEnd().split('\n').at(-1) }).toEqual({
      code: 0,
      last: 'ddl: 8 equal, 0 different, 0 missing, 0 blocked',
    })
  })

  it('shows what was altered behind our back, with statements that make it equal again', async () => {
    await runSql(emulated.clouds, "ALTER TABLE nation SET COMMENT 'mine'")
    await runSql(emulated.clouds, "ALTER TABLE nation CHANGE COLUMN n_name COMMENT 'renamed soon'")
    await runSql(emulated.clouds, 'ALTER TABLE region ADD COLUMNS (extra STRING)')
    await runSql(emulated.clouds, 'DROP TABLE supplier')
    await runSql(
      emulated.clouds,
      'CREATE TABLE supplier (s_suppkey INT, s_name VARCHAR(64), s_address VARCHAR(64), s_nationkey BIGINT)',
    )
    const { code, lines } = await command('ddl', '--diff', '--json')
    expect(code).toBe(13)
    expect(lines.at(-1)).toMatchObject({ stage: 'ddl', equal: 5, different: 3, missing: 0, exitCode: 13 })
    const differences = (relation: string): unknown =>
      lines.find((line) => line['relation'] === relation)?.['differences']
    expect(differences('public.region')).toEqual([
      { column: 'extra', what: 'STRING, not planned', cannot: 'its values would be lost with it' },
    ])
    expect(differences('public.supplier')).toMatchObject([
      {
        column: 's_nationkey',
        what: 'BIGINT, planned INT',
        cannot: expect.stringContaining('keeps its type') as string,
      },
      {
        column: 's_phone',
        statement: { text: expect.stringContaining('ADD COLUMNS (`s_phone` VARCHAR(18))') as string },
      },
      { column: 's_acctbal' },
      { column: 's_comment' },
      { column: 'skip' },
    ])
    for (const line of lines) {
      const altered = (line['differences'] ?? []) as { statement?: { text: string } }[]
      for (const { statement } of altered) if (statement !== undefined) await runSql(emulated.clouds, statement.text)
    }
    const again = await command('ddl', '--diff', '--select', 'public.nation', 'public.supplier')
    expect(again.code).toBe(13)
    expect(again.stdout).toMatch(/public\.nation -> \w+\.nation: equal\n/)
    expect(again.stdout).toMatch(
      /supplier: different\n {2}column s_nationkey: BIGINT, planned INT\n {4}cannot be altered: [^\n]*\n(?! )/,
    )
  })
})
