import { describe, expect, it } from 'vitest'
import { measureSettings, measureStatements, readMeasurement } from '../../../../src/dialect/maxcompute/measure.js'
import type { Measure } from '../../../../src/model/measure.js'
import { columnPlan, everyKind, relationPlan } from '../sample-plan.js'

const plan = relationPlan(everyKind)

describe('measureStatements', () => {
  it('asks all rows of the table, whatever rows of the source it was made of', () => {
    const [statement] = measureStatements({ ...relationPlan(everyKind), where: 'a = 1' }, [{ kind: 'row-count' }])
    expect(statement?.text).not.toMatch(/WHERE/)
  })

  it('asks in one scan', () => {
    const measures: readonly Measure[] = [{ kind: 'row-count' }, { kind: 'count', column: 'flag' }]
    expect(measureStatements(plan, measures)).toEqual([
      { text: 'SELECT COUNT(*) AS m0, COUNT(`flag`) AS m1 FROM `p`.`orders`', measures },
    ])
  })

  it.each<[Measure, string]>([
    [{ kind: 'sum', column: 'id' }, 'SUM(CAST(`id` AS DECIMAL(38,0)))'],
    [{ kind: 'sum', column: 'price' }, 'SUM(CAST(`price` AS DECIMAL(38,2)))'],
    [{ kind: 'minimum', column: 'price' }, 'MIN(`price`)'],
    [{ kind: 'maximum', column: 'day' }, 'CAST(MAX(`day`) AS STRING)'],
    [{ kind: 'minimum', column: 'at' }, 'CAST(MIN(`at`) AS STRING)'],
    [{ kind: 'minimum', column: 'seen' }, 'CAST(MIN(`seen`) AS STRING)'],
    [{ kind: 'byte-length', column: 'note' }, 'SUM(CAST(LENGTHB(`note`) AS DECIMAL(38,0)))'],
    [{ kind: 'byte-length', column: 'flag' }, 'SUM(CAST(LENGTHB(RTRIM(`flag`)) AS DECIMAL(38,0)))'],
    [{ kind: 'byte-length', column: 'bytes' }, 'SUM(CAST(LENGTHB(HEX(`bytes`)) AS DECIMAL(38,0)))'],
    [{ kind: 'true-count', column: 'paid' }, 'SUM(CASE WHEN `paid` THEN 1 ELSE 0 END)'],
  ])('writes %o', (measure, item) => {
    expect(measureStatements(plan, [measure])[0]?.text).toBe(`SELECT ${item} AS m0 FROM \`p\`.\`orders\``)
  })

  it('cuts after 1,500 items, as on the other side', () => {
    const columns = Array.from({ length: 1501 }, (_, n) => columnPlan(`c${n}`))
    const measures = columns.map<Measure>(({ target }) => ({ kind: 'count', column: target }))
    const statements = measureStatements(relationPlan(columns), measures)
    expect(statements.map((statement) => statement.measures.length)).toEqual([1500, 1])
    expect(statements[1]?.text).toBe('SELECT COUNT(`c1500`) AS m0 FROM `p`.`orders`')
  })
})

describe('measureSettings', () => {
  it('reads at UTC, whole tables, with all zeros', () => {
    expect(measureSettings(plan)).toEqual({
      'odps.sql.type.system.odps2': 'true',
      'odps.sql.decimal.odps2': 'true',
      'odps.sql.allow.fullscan': 'true',
      'odps.sql.decimal.tostring.trimzero': 'false',
      'odps.sql.timezone': 'UTC',
    })
  })

  it('opens the namespace of three levels and the scales beyond 18', () => {
    const columns = [columnPlan('a', { targetType: 'DECIMAL(38,20)' })]
    const settings = measureSettings(relationPlan(columns, { target: { project: 'p', schema: 's', name: 't' } }))
    expect(settings).toMatchObject({
      'odps.namespace.schema': 'true',
      'odps.sql.allow.namespace.schema': 'true',
      'odps.default.schema': 's',
      'odps.sql.decimal2.extended.scale.enable': 'true',
    })
  })
})

describe('readMeasurement', () => {
  const at = everyKind.find(({ target }) => target === 'at')

  it.each([
    ['2024-02-29 12:00:00', '2024-02-29 12:00:00.000000'],
    ['2024-02-29 12:00:00.5', '2024-02-29 12:00:00.500000'],
    ['2024-02-29 12:00:00.123', '2024-02-29 12:00:00.123000'],
    ['2024-02-29 12:00:00.123456000', '2024-02-29 12:00:00.123456'],
    ['2024-02-29 12:00:00.123456789', '2024-02-29 12:00:00.123456789'],
  ])('reads %s with any number of digits', (text, value) => {
    const measure: Measure = { kind: 'maximum', column: 'at' }
    expect(readMeasurement(measure, at, text)).toEqual({ measure, value })
  })

  it('keeps NULL', () => {
    expect(readMeasurement({ kind: 'maximum', column: 'at' }, at, null).value).toBeNull()
  })

  it('refuses what is no answer, by name', () => {
    expect(() => readMeasurement({ kind: 'row-count' }, undefined, '\\N')).toThrow(
      expect.objectContaining({ code: 'target-failed', message: 'measure row-count: MaxCompute answered "\\\\N"' }),
    )
  })
})
