import { describe, expect, it } from 'vitest'
import { relationText } from '../../../src/model/names.js'
import { planViews } from '../../../src/translate/plan-views.js'
import { parseDdlFiles } from '../../../src/translate/ddl/parse-ddl.js'
import { bookRelation } from '../../../src/translate/query.js'
import { planRelation } from '../../../src/translate/relation.js'
import { defaultPolicy } from '../../../src/cli/policy.js'

const table = 'CREATE TABLE s.t (a integer NOT NULL, b numeric(10,2), c char(4), f double precision);\n'
const naming = { project: 'p', table: 'x_{table}' }

async function planned(views: string) {
  const { entries } = parseDdlFiles([{ file: 'f.sql', text: table + views }])
  const policy = { ...defaultPolicy('p'), naming }
  const relations = entries
    .filter(({ kind }) => kind === 'table')
    .map((entry) => bookRelation(planRelation(entry, policy)))
  return planViews(entries, { relations, searchPath: ['public'] }, naming)
}

async function told(views: string): Promise<readonly string[]> {
  return (await planned(views)).map((view) =>
    view.fate === 'manual' ? `${view.entry.name}: ${view.reason}` : `${view.entry.name} reads ${view.reads.join(', ')}`,
  )
}

describe('planViews', () => {
  it('puts views before those that read them, whatever order they are written in', async () => {
    const text = `CREATE VIEW s.v1 AS SELECT a FROM s.v2;
      CREATE VIEW s.v2 AS SELECT a, b FROM s.v3 WHERE b > 1;
      CREATE VIEW s.v3 AS SELECT a, b FROM s.t;`
    expect(await told(text)).toEqual(['v3 reads s.t', 'v2 reads s.t', 'v1 reads s.t'])
  })

  it('writes one statement a view, by the names of the target', async () => {
    const [view] = await planned('CREATE VIEW s.v (n, "Total") AS SELECT a, SUM(b) FROM s.t GROUP BY a')
    if (view?.fate !== 'translated') throw new Error('not translated')
    expect(relationText(view.entry)).toBe('s.v')
    expect(view.statement.text.split('\n')).toEqual([
      'CREATE OR REPLACE VIEW `p`.`x_v` AS',
      'SELECT `t`.`a` AS `n`, SUM(`t`.`b`) AS `total`',
      'FROM `p`.`x_t` AS `t`',
      'GROUP BY `t`.`a`',
    ])
  })

  it('leaves to people what is not certain, by the construct, and what reads that', async () => {
    const found = await told(`CREATE VIEW s.v1 AS SELECT a FROM s.v2;
      CREATE VIEW s.v2 AS SELECT a FROM s.t WHERE c ~ 'x';
      CREATE VIEW s.v3 AS SELECT t.a FROM s.t, s.t AS u;
      CREATE VIEW s.t2 AS SELECT a FROM s.nothing;`)
    expect(found).toHaveLength(4)
    expect(found.find((one) => one.startsWith('v2'))).toMatch(/^v2: REGEXP LIKE/)
    expect(found.find((one) => one.startsWith('v1'))).toMatch(/^v1: relation s\.v2/)
    expect(found.find((one) => one.startsWith('v3'))).toMatch(/who reads it needs odps\.sql\.allow\.cartesian=true/)
    expect(found.find((one) => one.startsWith('t2'))).toMatch(/^t2: relation s\.nothing/)
  })

  it('never ends in a circle', async () => {
    expect(await told('CREATE VIEW s.v1 AS SELECT a FROM s.v2; CREATE VIEW s.v2 AS SELECT a FROM s.v1;')).toHaveLength(
      2,
    )
  })

  it('keeps what is not exact of a view for those who read it', async () => {
    const [, second] =
      await planned(`CREATE VIEW s.v1 AS SELECT a, AVG(b) AS m, MAX(f) AS f, MAX(c) AS c FROM s.t GROUP BY a;
      CREATE VIEW s.v2 AS SELECT m, f, c FROM s.v1;`)
    if (second?.fate !== 'translated') throw new Error('not translated')
    expect(second.relation.columns.map(({ exactness }) => exactness)).toEqual(['divided', 'float', 'exact'])
  })
})
