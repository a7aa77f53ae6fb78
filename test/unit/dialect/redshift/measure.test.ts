import { describe, expect, it } from 'vitest'
import { measureStatements, readMeasurement } from '../../../../src/dialect/redshift/measure.js'
import type { Measure } from '../../../../src/model/measure.js'
import { columnPlan, everyKind, relationPlan } from '../sample-plan.js'

const plan = relationPlan(everyKind)

function items(measures: readonly Measure[]): readonly string[] {
  const [statement] = measureStatements(plan, measures)
  const list = /^SELECT (.*) FROM "sales"."Orders"$/.exec(statement?.text ?? '')?.[1] ?? ''
  return list.split(/ AS m\d+(?:, |$)/).slice(0, -1)
}

describe('measureStatements', () => {
  it('asks in one scan, over what UNLOAD writes', () => {
    const statements = measureStatements(plan, [
      { kind: 'row-count' },
      { kind: 'count', column: 'flag' },
      { kind: 'sum', column: 'price' },
    ])
    expect(statements).toEqual([
      {
        text:
          'SELECT COUNT(*) AS m0, COUNT(RTRIM(CAST("flag" AS VARCHAR(1)))) AS m1, ' +
          'SUM(CAST("price" AS DECIMAL(38,2))) AS m2 FROM "sales"."Orders"',
        measures: [{ kind: 'row-count' }, { kind: 'count', column: 'flag' }, { kind: 'sum', column: 'price' }],
      },
    ])
  })

  it.each<[Measure, string]>([
    [{ kind: 'sum', column: 'id' }, 'SUM(CAST("id" AS DECIMAL(38,0)))'],
    [{ kind: 'minimum', column: 'price' }, 'MIN("price")'],
    [{ kind: 'maximum', column: 'day' }, `TO_CHAR(MAX("day"), 'YYYY-MM-DD')`],
    [{ kind: 'minimum', column: 'at' }, `TO_CHAR(MIN("at"), 'YYYY-MM-DD HH24:MI:SS.US')`],
    [{ kind: 'maximum', column: 'seen' }, `TO_CHAR(MAX("seen") AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')`],
    [
      { kind: 'byte-length', column: 'flag' },
      'SUM(CAST(OCTET_LENGTH(RTRIM(CAST("flag" AS VARCHAR(1)))) AS DECIMAL(38,0)))',
    ],
    [{ kind: 'byte-length', column: 'bytes' }, 'SUM(CAST(OCTET_LENGTH(TO_HEX("bytes")) AS DECIMAL(38,0)))'],
    [{ kind: 'byte-length', column: 'doc' }, 'SUM(CAST(JSON_SIZE("doc") AS DECIMAL(38,0)))'],
    [{ kind: 'true-count', column: 'paid' }, 'SUM(CASE WHEN "paid" THEN 1 ELSE 0 END)'],
  ])('writes %o', (measure, item) => {
    expect(items([measure])).toEqual([item])
  })

  it('asks about the same rows as UNLOAD writes', () => {
    const [statement] = measureStatements({ ...plan, where: "day >= DATE '1998-01-01' OR paid" }, [
      { kind: 'row-count' },
    ])
    expect(statement?.text).toBe(`SELECT COUNT(*) AS m0 FROM "sales"."Orders" WHERE (day >= DATE '1998-01-01' OR paid)`)
  })

  it('cuts after 1,500 items and begins the aliases anew', () => {
    const columns = Array.from({ length: 1100 }, (_, n) => columnPlan(`c${n}`))
    const measures = columns.flatMap<Measure>(({ target }) => [
      { kind: 'count', column: target },
      { kind: 'sum', column: target },
      { kind: 'minimum', column: target },
    ])
    const statements = measureStatements(relationPlan(columns), measures)
    expect(statements.map((statement) => statement.measures.length)).toEqual([1500, 1500, 300])
    expect(statements.map((statement) => statement.text.match(/ AS m\d+/g)?.at(-1))).toEqual([
      ' AS m1499',
      ' AS m1499',
      ' AS m299',
    ])
    expect(statements.flatMap((statement) => statement.measures)).toEqual(measures)
  })

  it('asks nothing when nothing is asked', () => {
    expect(measureStatements(plan, [])).toEqual([])
  })

  it('takes a column that the plan does not have for a bug', () => {
    expect(() => measureStatements(plan, [{ kind: 'count', column: 'nowhere' }])).toThrow(/nowhere/)
  })
})

describe('readMeasurement', () => {
  const column = (name: string) => everyKind.find(({ target }) => target === name)

  it.each<[Measure, string | null, string | null]>([
    [{ kind: 'row-count' }, '59986052', '59986052'],
    [{ kind: 'count', column: 'id' }, '0', '0'],
    [{ kind: 'sum', column: 'price' }, '-10.50', '-10.5'],
    [{ kind: 'sum', column: 'price' }, null, null],
    [{ kind: 'minimum', column: 'price' }, '.50', '0.5'],
    [{ kind: 'minimum', column: 'day' }, '1992-01-02', '1992-01-02'],
    [{ kind: 'maximum', column: 'at' }, '1998-12-01 00:00:00.000001', '1998-12-01 00:00:00.000001'],
    [{ kind: 'true-count', column: 'paid' }, '3', '3'],
    [{ kind: 'byte-length', column: 'note' }, '1234', '1234'],
  ])('%o answered %s is %s', (measure, text, value) => {
    const of = measure.kind === 'row-count' ? undefined : column(measure.column)
    expect(readMeasurement(measure, of, text)).toEqual({ measure, value })
  })

  it('refuses what is no answer, by name', () => {
    expect(() => readMeasurement({ kind: 'sum', column: 'price' }, column('price'), 'NaN')).toThrow(
      expect.objectContaining({ code: 'source-failed', message: 'measure sum of price: Redshift answered "NaN"' }),
    )
  })
})
