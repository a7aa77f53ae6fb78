import { describe, expect, it } from 'vitest'
import { createPlannedStatement } from '../../../src/dialect/maxcompute/create-table.js'
import { loadStatements } from '../../../src/dialect/maxcompute/load.js'
import type { CatalogEntry } from '../../../src/model/catalog.js'
import { partColumns, selectedColumns } from '../../../src/model/part-columns.js'
import { planRelation, type PlanPolicy } from '../../../src/translate/relation.js'
import type { RelationChoice } from '../../../src/translate/relation-choice.js'
import { partitionQuery } from '../../../src/translate/partition.js'
import { sourceKey } from '../../../src/translate/primary-key.js'
import { defaultTypePolicy } from '../../../src/translate/types.js'
import { catalogColumn, plainType, sizedType } from './every-type.js'

const entry: CatalogEntry = {
  schema: 's',
  name: 't',
  kind: 'table',
  columns: [
    catalogColumn('Id', plainType('bigint'), { notNull: true, distKey: true, sortKeyPosition: 2 }),
    catalogColumn('day', plainType('date'), { sortKeyPosition: 1 }),
    catalogColumn('at', plainType('timestamp without time zone')),
    catalogColumn('seen', plainType('timestamp with time zone')),
    catalogColumn('kind', sizedType('character varying', 20), { notNull: true }),
    catalogColumn('done', plainType('boolean')),
    catalogColumn('ratio', plainType('real'), { notNull: true }),
    catalogColumn('doc', plainType('super')),
  ],
  constraints: [{ name: 'k', kind: 'primary-key', definition: 'PRIMARY KEY ("Id", kind)' }],
  byteEstimate: 5 * 1024 ** 3,
}

function plan(choice: Omit<RelationChoice, 'match'>, of = entry, policy: Partial<PlanPolicy> = {}) {
  const base: PlanPolicy = { naming: { project: 'p', table: '{table}' }, types: defaultTypePolicy, depth: 'aggregates' }
  return planRelation(of, { ...base, ...policy, relations: [{ match: 's.*', ...choice }] })
}

const codes = (concerns: readonly { code: string }[]): string[] => concerns.map(({ code }) => code)

describe('partition', () => {
  it.each([
    ['day', 'month', 'day_month', `COALESCE(TO_CHAR("day", 'YYYYMM'), 'null')`],
    ['at', 'day', 'at_day', `COALESCE(TO_CHAR("at", 'YYYYMMDD'), 'null')`],
    ['seen', 'year', 'seen_year', `COALESCE(TO_CHAR("seen" AT TIME ZONE 'UTC', 'YYYY'), 'null')`],
    ['Id', 'value', 'id_value', `COALESCE(CAST("Id" AS VARCHAR(20)), 'null')`],
    ['kind', 'value', 'kind_value', `COALESCE("kind", 'null')`],
  ] as const)('by %s and %s is a text derived from what is unloaded', (by, unit, target, unloadExpression) => {
    const { partition, strategy, columns, concerns } = plan({ partition: { by, unit } })
    expect(partition).toEqual({ by, unit, target, unloadExpression, nullName: 'null' })
    expect(strategy).toBe('staged')
    expect(columns.map((column) => column.target)).not.toContain(target)
    expect(codes(concerns)).toContain('RS0230')
  })

  it('follows the values that a policy makes', () => {
    const types = { ...defaultTypePolicy, dates: 'clamp' } as const
    expect(plan({ partition: { by: 'day', unit: 'year' } }, entry, { types }).partition?.unloadExpression).toMatch(
      /^COALESCE\(TO_CHAR\(CASE WHEN "day" < DATE '0001-01-01' THEN .* END, 'YYYY'\), 'null'\)$/,
    )
  })

  it('has a name of its own', () => {
    const columns = [...entry.columns, catalogColumn('Day_Month', plainType('integer'))]
    const { partition } = plan({ partition: { by: 'day', unit: 'month' } }, { ...entry, columns })
    expect(partition?.target).toMatch(/^day_month_[0-9a-f]{8}$/)
  })

  it('takes for granted that there are not too many, and that values can name them', () => {
    const where = 'done'
    const { assumptions = [] } = plan({ partition: { by: 'kind', unit: 'value' }, where })
    const found = new Map(assumptions.map((one) => [one.code, one]))
    expect(found.get('RS0231')).toMatchObject({
      counted: 'partitions',
      countMax: 9999,
      countSql: `SELECT COUNT(*) AS e0 FROM (SELECT DISTINCT COALESCE("kind", 'null') AS p FROM "s"."t" WHERE (done)) AS d`,
    })
    expect(found.get('RS0232')?.violatedWhere).toBe(
      `("kind" IS NOT NULL AND ("kind" !~ '^[A-Za-z0-9][-A-Za-z0-9 :_$#.!@]*$' OR OCTET_LENGTH("kind") > 255 OR "kind" = 'null'))`,
    )
    expect(codes(plan({ partition: { by: 'day', unit: 'month' } }).assumptions ?? [])).not.toContain('RS0232')
  })

  it('by UNLOAD needs no staging table, and takes fewer partitions', () => {
    const plain = { ...entry, columns: entry.columns.filter(({ name }) => !['at', 'doc'].includes(name)) }
    const chosen = { by: 'day', unit: 'month', unloadPartitioned: true } as const
    const { partition, strategy, assumptions, concerns } = plan({ partition: chosen }, plain)
    expect(partition).toMatchObject({ target: 'day_month', unloaded: true })
    expect(strategy).toBe('direct')
    expect(codes(concerns)).toContain('RS0239')
    expect(assumptions?.find(({ code }) => code === 'RS0231')).toMatchObject({
      message: 'day makes at most 512 partitions',
      countMax: 512,
    })
    expect(() => plan({ partition: chosen })).toThrow(/unloadPartitioned: s\.t: at goes through a staging table/)
    expect(() => plan({ partition: { by: 'kind', unit: 'value', unloadPartitioned: true } }, plain)).toThrow(
      /texts may be escaped in keys/,
    )
    expect(() => plan({ partition: chosen, format: 'csv' }, plain)).toThrow(/only for format parquet, not csv/)
  })

  it('of a fixed name holds all rows, without a staging table', () => {
    const plain = { ...entry, columns: entry.columns.filter(({ name }) => !['at', 'doc'].includes(name)) }
    const fixed = plan({ partition: { name: 'ds', value: '20260101' }, where: 'done' }, plain)
    const unloadExpression = "CAST('20260101' AS VARCHAR(255))"
    expect(fixed.partition).toEqual({ fixed: '20260101', target: 'ds', unloadExpression })
    expect(fixed.strategy).toBe('direct')
    expect(codes(fixed.concerns)).toContain('RS0230')
    expect(codes(fixed.assumptions ?? [])).not.toContain('RS0231')
    const columns = plain.columns.map(({ name }) => name.toLowerCase())
    expect(selectedColumns(fixed).map(({ target }) => target)).toEqual(columns)
    expect(partColumns(fixed).map(({ target }) => target)).toEqual(columns)
    expect(partitionQuery(fixed)?.source).toBe(
      `SELECT p, COUNT(*) AS n FROM (SELECT ${unloadExpression} AS p FROM {relation} WHERE (done)) AS d GROUP BY p`,
    )
    const location = { store: 'oss', bucket: 'b', key: 'k/' } as const
    const request = { run: 'r', location, loadEndpoint: 'oss-x.example', partitions: ['20260101'] }
    const texts = (of: typeof fixed) => loadStatements({ plan: of, ...request }).map(({ text }) => text.split('\n')[0])
    expect(texts(fixed)).toEqual([
      "ALTER TABLE `p`.`t` DROP IF EXISTS PARTITION (`ds` <> '')",
      "LOAD OVERWRITE TABLE `p`.`t` PARTITION (`ds`='20260101')",
    ])
    const staged = plan({ partition: { name: 'ds', value: '20260101' } })
    expect(staged.strategy).toBe('staged')
    expect(texts(staged).slice(1)).toEqual([
      "ALTER TABLE `p`.`t` DROP IF EXISTS PARTITION (`ds` <> '')",
      "INSERT OVERWRITE TABLE `p`.`t` PARTITION (`ds`='20260101')",
    ])
    expect(loadStatements({ plan: staged, ...request })[2]?.text).not.toMatch(/WHERE|`ds`$/m)
    expect(createPlannedStatement(fixed, false).text).toContain(
      "PARTITIONED BY (`ds` STRING COMMENT '20260101 for all rows')",
    )
  })

  it('is asked of both sides, over the rows that are carried', () => {
    expect(partitionQuery(plan({ partition: { by: 'day', unit: 'month' }, where: 'done' }))).toMatchObject({
      relation: 's.t',
      source: `SELECT p, COUNT(*) AS n FROM (SELECT COALESCE(TO_CHAR("day", 'YYYYMM'), 'null') AS p FROM {relation} WHERE (done)) AS d GROUP BY p`,
      target: 'SELECT `day_month`, COUNT(*) AS n FROM {relation} GROUP BY `day_month`',
      columns: [{ kind: 'key' }, { kind: 'exact' }],
    })
    expect(partitionQuery(plan({}))).toBeUndefined()
  })

  it.each<[Omit<RelationChoice, 'match'>, RegExp]>([
    [{ partition: { by: 'dya', unit: 'day' } }, /^relations\.s\.\*\.partition: s\.t has no column dya to carry$/],
    [{ partition: { by: 'day', unit: 'day' }, columns: ['Id'] }, /has no column day to carry/],
    [{ partition: { by: 'kind', unit: 'month' } }, /kind \(character varying\(20\), .*gives no month to partition by/],
    [{ partition: { by: 'day', unit: 'value' } }, /day \(date, DATE in the target\) gives no value to partition by/],
    [{ partition: { by: 'doc', unit: 'value' } }, /doc \(super, .*gives no value/],
    [{ partition: { name: 'Day', value: '1' } }, /^relations\.s\.\*\.partition: s\.t: Day is no name of a partition/],
    [{ partition: { name: 'day', value: '1' } }, /the table has a column day already/],
    [{ partition: { name: 'ds', value: "it's" } }, /"it's" cannot name a partition/],
    [{ partition: { name: 'ds', value: 'é' } }, /"é" cannot name a partition/],
    [{ partition: { name: 'ds', value: '1' }, clustering: 'auto' }, /partition does not go with clustering/],
    [{ partition: { by: 'day', unit: 'day' }, clustering: 'auto' }, /partition does not go with clustering/],
    [{ partition: { by: 'day', unit: 'day' }, primaryKey: true }, /primaryKey does not go with partition/],
    [{ clustering: 'auto', primaryKey: true }, /primaryKey does not go with clustering/],
    [{ clustering: { by: ['nobody'] } }, /^relations\.s\.\*\.clustering: s\.t has no column nobody to carry$/],
    [{ clustering: { by: ['ratio'] } }, /ratio \(FLOAT\) cannot be clustered by/],
  ])('refuses %j', (choice, message) => {
    expect(() => plan(choice)).toThrow(
      expect.objectContaining({ code: 'config', message: expect.stringMatching(message) as unknown }),
    )
  })
})

describe('clustering', () => {
  it('takes the keys of the source, and no longer says that they are left behind', () => {
    const { clustering, strategy, concerns } = plan({ clustering: 'auto' })
    // 5 GiB in buckets of 512 MiB are 10: the next power of two.
    expect(clustering).toEqual({ kind: 'hash', by: ['id'], sortedBy: ['day', 'id'], bucketCount: 16 })
    expect(strategy).toBe('staged')
    expect(codes(concerns)).toContain('RS0234')
    expect(codes(concerns)).not.toContain('RS0204')
    expect(codes(plan({}).concerns)).toContain('RS0204')
  })

  it('by a sort key alone is by range, and without any key there is none', () => {
    const columns = entry.columns.map((column) => ({ ...column, distKey: false }))
    expect(plan({ clustering: 'auto' }, { ...entry, columns }).clustering).toEqual({
      kind: 'range',
      by: ['day', 'id'],
      sortedBy: ['day', 'id'],
    })
    const none = columns.map((column) => ({ ...column, sortKeyPosition: 0 }))
    const bare = plan({ clustering: 'auto' }, { ...entry, columns: none })
    expect(bare.clustering).toBeUndefined()
    expect(codes(bare.concerns)).toContain('RS0235')
  })
})

describe('primary key', () => {
  it('reads the names of a definition as the catalog prints it', () => {
    const definition = 'PRIMARY KEY (a, "b, c", "d""e")'
    const constraints = [{ name: 'k', kind: 'primary-key' as const, definition }]
    expect(sourceKey({ ...entry, constraints })).toEqual(['a', 'b, c', 'd"e'])
    expect(sourceKey({ ...entry, constraints: [] })).toBeUndefined()
  })

  it('is carried on the assumption that it is unique, over what is unloaded', () => {
    const { primaryKey, strategy, assumptions = [], concerns } = plan({ primaryKey: true, where: 'done' })
    expect(primaryKey).toEqual(['id', 'kind'])
    expect(strategy).toBe('staged')
    expect(codes(concerns)).toContain('RS0236')
    expect(codes(concerns)).not.toContain('RS0203')
    expect(assumptions.find(({ code }) => code === 'RS0237')).toMatchObject({
      column: 'Id, kind',
      countSql: `SELECT COALESCE(SUM(n), 0) AS e0 FROM (SELECT COUNT(*) AS n FROM (SELECT "Id" AS k0, "kind" AS k1 FROM "s"."t" WHERE (done)) AS r GROUP BY k0, k1 HAVING COUNT(*) > 1) AS d`,
    })
  })

  it.each([
    ['there is none', undefined, undefined],
    ['a column stays behind', 'PRIMARY KEY ("Id")', ['kind']],
    ['a column may be NULL', 'PRIMARY KEY (day)', undefined],
    ['a type cannot be a key', 'PRIMARY KEY (ratio)', undefined],
  ])('blocks where %s', (_why, definition, columns) => {
    const constraints = definition === undefined ? [] : [{ name: 'k', kind: 'primary-key' as const, definition }]
    const choice = { primaryKey: true, ...(columns === undefined ? {} : { columns }) }
    const found = plan(choice, { ...entry, constraints })
    expect(found.primaryKey).toBeUndefined()
    expect(found.concerns).toContainEqual(expect.objectContaining({ code: 'RS0238', class: 'blocking' }))
  })
})
