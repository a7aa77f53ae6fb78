import { describe, expect, it } from 'vitest'
import { tableDifferences, type FoundTable, type PlannedTable } from '../../../../src/dialect/maxcompute/alter-table.js'

const plan: PlannedTable = {
  target: { project: 'p', name: 't' },
  columns: [
    { target: 'a', targetType: 'BIGINT', notNull: true },
    { target: 'b', targetType: 'DECIMAL(12,2)', notNull: false, comment: "it's b" },
    { target: 'c', targetType: 'TIMESTAMP_NTZ', notNull: false },
  ],
  comment: 'all of it',
  lifecycleDays: 30,
}

const a = { name: 'a', type: 'BIGINT', nullable: false }
const b = { name: 'B', type: 'DECIMAL(12, 2)', nullable: true, comment: "it's b" }
const c = { name: 'c', type: 'TIMESTAMP_NTZ', nullable: true }
const equal: FoundTable = { columns: [a, b, c], partitionColumns: [], comment: 'all of it', lifecycleDays: 30 }

/** `column|what|statement or why not`. */
function lines(found: FoundTable, of: PlannedTable = plan): string[] {
  return tableDifferences(of, found).map(({ column, what, statement, cannot }) =>
    [column ?? 'table', what, statement?.text ?? `cannot: ${cannot ?? ''}`].join('|'),
  )
}

describe('a table and its plan', () => {
  it('are equal whatever the case of names and the blanks in types', () => {
    expect(lines(equal)).toEqual([])
  })

  it.each<[string, FoundTable, string[]]>([
    [
      'a last column that is missing is added',
      { ...equal, columns: [a, b] },
      ['c|missing, planned TIMESTAMP_NTZ|ALTER TABLE `p`.`t` ADD COLUMNS (`c` TIMESTAMP_NTZ)'],
    ],
    [
      'the comment of an added column comes with it',
      { ...equal, columns: [a] },
      [
        "b|missing, planned DECIMAL(12,2)|ALTER TABLE `p`.`t` ADD COLUMNS (`b` DECIMAL(12,2) COMMENT 'it\\'s b')",
        'c|missing, planned TIMESTAMP_NTZ|ALTER TABLE `p`.`t` ADD COLUMNS (`c` TIMESTAMP_NTZ)',
      ],
    ],
    [
      'a column in the middle cannot be added',
      { ...equal, columns: [a, c] },
      ['b|missing, planned DECIMAL(12,2)|cannot: a column is added behind all others, and this one stands before c'],
    ],
    [
      'types and NOT NULL stay',
      { ...equal, columns: [{ ...a, nullable: true }, { ...b, type: 'DOUBLE' }, c] },
      [
        'a|takes NULL, planned NOT NULL|cannot: NOT NULL is chosen when a table is made',
        'b|DOUBLE, planned DECIMAL(12,2)|cannot: a column keeps its type; make the table anew, or choose the type under types.overrides',
      ],
    ],
    [
      'a column too many',
      { ...equal, columns: [a, b, c, { ...c, name: 'd' }] },
      ['d|TIMESTAMP_NTZ, not planned|cannot: its values would be lost with it'],
    ],
    [
      'another order',
      { ...equal, columns: [b, a, c] },
      ['a|stands behind b, planned before it|cannot: columns keep their order'],
    ],
    [
      'partitions',
      { ...equal, partitionColumns: [{ name: 'ds', type: 'string' }] },
      ['table|partitioned by ds STRING, planned without|cannot: partitions are chosen when a table is made'],
    ],
    [
      'comments and lifecycle are set',
      { columns: [a, { name: 'b', type: b.type, nullable: true }, c], partitionColumns: [] },
      [
        "b|comment '', planned 'it\\'s b'|ALTER TABLE `p`.`t` CHANGE COLUMN `b` COMMENT 'it\\'s b'",
        "table|comment '', planned 'all of it'|ALTER TABLE `p`.`t` SET COMMENT 'all of it'",
        'table|lifecycle none, planned 30 days|ALTER TABLE `p`.`t` SET LIFECYCLE 30',
      ],
    ],
  ])('%s', (_name, found, expected) => {
    expect(lines(found)).toEqual(expected)
  })

  it('partitions, clustering and keys are compared, and never altered', () => {
    const partition = { by: 'x', unit: 'day', target: 'x_day', unloadExpression: 'x', nullName: 'null' } as const
    const of: PlannedTable = {
      ...plan,
      partition,
      clustering: { kind: 'hash', by: ['a'], sortedBy: ['b'], bucketCount: 8 },
      primaryKey: ['a'],
    }
    const arrangement = { primaryKey: ['a'], transactional: true, clustering: of.clustering! }
    const partitionColumns = [{ name: 'X_DAY', type: 'string' }]
    expect(lines({ ...equal, partitionColumns, arrangement }, of)).toEqual([])
    const range = { kind: 'range', by: ['a'], sortedBy: ['a'], bucketCount: 3 } as const
    const other = { primaryKey: [], transactional: true, clustering: range }
    expect(lines({ ...equal, arrangement: other }, of)).toEqual([
      'table|not partitioned, planned partitioned by x_day STRING|cannot: partitions are chosen when a table is made',
      'table|clustered by range of a sorted by a, planned clustered by hash of a sorted by b in 8 buckets|cannot: clustering of rows that stand would need them written anew',
      'table|no primary key, planned primary key (a)|cannot: a primary key is chosen when a table is made',
    ])
    expect(lines({ ...equal, arrangement: { primaryKey: [], transactional: false } })).toEqual([])
    expect(lines({ ...equal, arrangement })).toHaveLength(2)
    expect(lines({ ...equal, arrangement: { primaryKey: [], transactional: true } })).toEqual([
      'table|transactional, planned without|cannot: that is chosen when a table is made',
    ])
  })

  it('a lifecycle that is not planned cannot be taken away', () => {
    const { target, columns } = plan
    const { columns: found, partitionColumns } = equal
    expect(lines({ columns: found, partitionColumns, lifecycleDays: 7 }, { target, columns })).toEqual([
      'table|lifecycle 7 days, planned none|cannot: a lifecycle is changed, not taken away; tell it under lifecycleDays',
    ])
  })

  it('NOT NULL and defaults do not come with an added column', () => {
    const required = { ...plan, columns: [...plan.columns, { target: 'd', targetType: 'INT', notNull: true }] }
    expect(lines(equal, required)[0]).toMatch(/^d\|missing, planned INT\|cannot: .*NOT NULL/)
    const given = { target: 'd', targetType: 'INT', notNull: false, defaultText: '1' }
    expect(lines(equal, { ...plan, columns: [...plan.columns, given] })[0]).toMatch(/\|cannot: .*default/)
  })

  it('an added column brings the settings of its type, and a schema those of three levels', () => {
    const [difference] = tableDifferences(
      { ...plan, target: { project: 'p', schema: 's', name: 't' } },
      {
        ...equal,
        columns: [a, b],
      },
    )
    expect(difference?.statement).toEqual({
      purpose: 'alter p.s.t',
      text: 'ALTER TABLE `p`.`s`.`t` ADD COLUMNS (`c` TIMESTAMP_NTZ)',
      settings: {
        'odps.sql.type.system.odps2': 'true',
        'odps.sql.decimal.odps2': 'true',
        'odps.namespace.schema': 'true',
        'odps.sql.allow.namespace.schema': 'true',
        'odps.default.schema': 's',
      },
    })
  })
})
