import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPlannedStatement, createTableStatement } from '../../../../src/dialect/maxcompute/create-table.js'
import { emptyStatement, insertPartitionCountMax } from '../../../../src/dialect/maxcompute/fill.js'
import { quoteIdentifier, tableSql } from '../../../../src/dialect/maxcompute/identifier.js'
import { quoteLiteral } from '../../../../src/dialect/maxcompute/literal.js'
import {
  createStagingStatement,
  dropStagingStatement,
  loadStatements,
  stagingTable,
} from '../../../../src/dialect/maxcompute/load.js'
import type { Location } from '../../../../src/model/names.js'
import { columnPlan, relationPlan } from '../sample-plan.js'

/** Reads one literal of MaxCompute: a backslash escapes, and nothing may stand behind the closing quote. */
function readLiteral(sql: string): string {
  const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' }
  let text = ''
  for (let at = 1; at < sql.length; at += 1) {
    const sign = sql[at] ?? ''
    if (sign === "'") {
      if (at !== sql.length - 1) throw new Error(`the literal ends at ${at}: ${sql}`)
      return text
    }
    if (sign === '\\') at += 1
    text += sign === '\\' ? (escapes[sql[at] ?? ''] ?? sql[at] ?? '') : sign
  }
  throw new Error(`no closing quote: ${sql}`)
}

const location: Location = { store: 'oss', bucket: 'land', key: '3f2a/r1/x/sales_orders-0123abcd/1/' }
const request = {
  run: 'r1',
  location,
  loadEndpoint: 'oss-cn-hangzhou-internal.aliyuncs.com',
  roleArn: 'acs:ram::1234567890123456:role/MaxComputeLoad',
}
const typeFlags = { 'odps.sql.type.system.odps2': 'true', 'odps.sql.decimal.odps2': 'true' }

const direct = relationPlan([columnPlan('id'), columnPlan('note', { targetType: 'VARCHAR(64)', kind: 'text' })])
const staged = relationPlan(
  [
    columnPlan('id', { notNull: true, defaultText: '1', comment: 'x' }),
    columnPlan('at', {
      targetType: 'TIMESTAMP_NTZ',
      kind: 'timestamp',
      staging: { type: 'TIMESTAMP', expression: 'CAST(`at` AS TIMESTAMP_NTZ)' },
    }),
  ],
  { strategy: 'staged' },
)

describe('names and literals', () => {
  it('stand in backticks', () => {
    expect(quoteIdentifier('a`b')).toBe('`a``b`')
    expect(tableSql({ project: 'p', name: 't' })).toBe('`p`.`t`')
    expect(tableSql({ project: 'p', schema: 's', name: 't' })).toBe('`p`.`s`.`t`')
  })

  it('come back whole, on one line', () => {
    const text = fc.string({
      unit: fc.constantFrom("'", '"', '\\', '\n', '\r', '\t', 'n', 'a', ';', '`', '名'),
      maxLength: 20,
    })
    fc.assert(
      fc.property(fc.oneof(text, fc.string({ unit: 'grapheme' })), (value) => {
        const literal = quoteLiteral(value)
        expect(readLiteral(literal)).toBe(value)
        expect(literal).not.toMatch(/[\n\r]/)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('createTableStatement', () => {
  it('writes one column a line, and only the clauses that are asked for', () => {
    expect(createTableStatement({ project: 'p', name: 't' }, [columnPlan('id')])).toEqual({
      purpose: 'create p.t',
      text: 'CREATE TABLE `p`.`t` (\n  `id` INT\n)',
      settings: typeFlags,
    })
  })

  it('orders its clauses as the service does', () => {
    const columns = [
      columnPlan('id', { targetType: 'BIGINT', notNull: true, defaultText: '1L', comment: "the row's key" }),
      columnPlan('price', { targetType: 'DECIMAL(12,2)' }),
    ]
    const statement = createTableStatement({ project: 'p', schema: 's', name: 't' }, columns, {
      comment: 'Orders',
      lifecycleDays: 30,
      ifNotExists: true,
      properties: { transactional: 'true' },
    })
    expect(statement.text).toBe(
      [
        'CREATE TABLE IF NOT EXISTS `p`.`s`.`t` (',
        "  `id` BIGINT NOT NULL DEFAULT 1L COMMENT 'the row\\'s key',",
        '  `price` DECIMAL(12,2)',
        ')',
        "COMMENT 'Orders'",
        "TBLPROPERTIES ('transactional'='true')",
        'LIFECYCLE 30',
      ].join('\n'),
    )
    expect(statement.settings).toEqual({
      ...typeFlags,
      'odps.namespace.schema': 'true',
      'odps.sql.allow.namespace.schema': 'true',
      'odps.default.schema': 's',
    })
  })
})

const partition = {
  by: 'at',
  unit: 'month',
  target: 'at_month',
  unloadExpression: `COALESCE(TO_CHAR("at", 'YYYYMM'), 'null')`,
  nullName: 'null',
} as const

describe('optional shapes of a table', () => {
  const table = (rest: object): string => createPlannedStatement({ ...staged, ...rest }, false).text

  it('stand between the comment and the properties', () => {
    expect(table({ partition, comment: 'c', lifecycleDays: 3 })).toMatch(
      /\)\nCOMMENT 'c'\nPARTITIONED BY \(`at_month` STRING COMMENT 'the month of at'\)\nLIFECYCLE 3$/,
    )
    const hash = { kind: 'hash', by: ['id'], sortedBy: ['at', 'id'], bucketCount: 8 }
    expect(table({ clustering: hash })).toMatch(/\)\nCLUSTERED BY \(`id`\) SORTED BY \(`at`, `id`\) INTO 8 BUCKETS$/)
    expect(table({ clustering: { kind: 'range', by: ['at'], sortedBy: ['at'] } })).toMatch(
      /\)\nRANGE CLUSTERED BY \(`at`\) SORTED BY \(`at`\)$/,
    )
    expect(table({ primaryKey: ['id'] })).toMatch(
      /,\n {2}`at` TIMESTAMP_NTZ,\n {2}PRIMARY KEY \(`id`\)\n\)\nTBLPROPERTIES \('transactional'='true'\)$/,
    )
  })

  it('fill partitions 512 at a time, each name in one statement', () => {
    const partitions = Array.from({ length: 1025 }, (_, n) => String(2000 + n)).reverse()
    const [load, drop, ...inserts] = loadStatements({ ...request, plan: { ...staged, partition }, partitions })
    expect(load?.text).toContain('LOAD OVERWRITE TABLE `p`.`mig_r1_sales_orders_0123abcd`')
    expect(drop?.text).toBe("ALTER TABLE `p`.`orders` DROP IF EXISTS PARTITION (`at_month` <> '')")
    expect(insertPartitionCountMax).toBe(512)
    expect(inserts.map(({ text }) => text.slice(text.indexOf('WHERE')))).toEqual([
      "WHERE `at_month` >= '2000' AND `at_month` <= '2511'",
      "WHERE `at_month` >= '2512' AND `at_month` <= '3023'",
      "WHERE `at_month` >= '3024' AND `at_month` <= '3024'",
    ])
    expect(inserts[0]?.text).toBe(
      [
        'INSERT OVERWRITE TABLE `p`.`orders` PARTITION (`at_month`)',
        'SELECT',
        '  `id`,',
        '  CAST(`at` AS TIMESTAMP_NTZ) AS `at`,',
        '  `at_month`',
        'FROM `p`.`mig_r1_sales_orders_0123abcd`',
        "WHERE `at_month` >= '2000' AND `at_month` <= '2511'",
      ].join('\n'),
    )
    expect(createStagingStatement({ ...staged, partition }, 'r1').text).toContain(',\n  `at_month` STRING\n)')
  })

  it('load the partitions that UNLOAD made, after those that lie there are gone', () => {
    const plan = { ...direct, partition: { ...partition, unloaded: true } }
    const [drop, load, ...rest] = loadStatements({ ...request, plan, partitions: ['199501'] })
    expect(rest).toEqual([])
    expect(drop?.text).toBe("ALTER TABLE `p`.`orders` DROP IF EXISTS PARTITION (`at_month` <> '')")
    expect(load?.text).toMatch(/^LOAD OVERWRITE TABLE `p`\.`orders` PARTITION \(`at_month`\)\nFROM LOCATION /)
  })

  it('insert into a Delta table that was emptied', () => {
    const [, empty, insert, ...rest] = loadStatements({ ...request, plan: { ...staged, primaryKey: ['id'] } })
    expect(rest).toEqual([])
    expect(empty?.text).toBe('DELETE FROM `p`.`orders`')
    expect(insert?.text).toMatch(/^INSERT INTO TABLE `p`\.`orders`\nSELECT\n/)
  })
})

describe('loadStatements', () => {
  const loadSettings = { ...typeFlags, 'odps.ext.parquet.native': 'true', 'odps.sql.timezone': 'UTC' }

  it('loads directly', () => {
    expect(loadStatements({ ...request, plan: direct })).toEqual([
      {
        purpose: 'load p.orders',
        text: [
          'LOAD OVERWRITE TABLE `p`.`orders`',
          "FROM LOCATION 'oss://oss-cn-hangzhou-internal.aliyuncs.com/land/3f2a/r1/x/sales_orders-0123abcd/1/'",
          "ROW FORMAT SERDE 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe'",
          "WITH SERDEPROPERTIES ('odps.properties.rolearn'='acs:ram::1234567890123456:role/MaxComputeLoad')",
          'STORED AS PARQUET',
        ].join('\n'),
        settings: loadSettings,
      },
    ])
  })

  it('loads into a staging table and fills the table from there', () => {
    const [load, fill, ...rest] = loadStatements({ ...request, plan: staged })
    expect(rest).toEqual([])
    expect(load?.text).toMatch(/^LOAD OVERWRITE TABLE `p`\.`mig_r1_sales_orders_0123abcd`\n/)
    expect(load?.settings).toEqual(loadSettings)
    expect(fill).toEqual({
      purpose: 'fill p.orders',
      text: [
        'INSERT OVERWRITE TABLE `p`.`orders`',
        'SELECT',
        '  `id`,',
        '  CAST(`at` AS TIMESTAMP_NTZ) AS `at`',
        'FROM `p`.`mig_r1_sales_orders_0123abcd`',
      ].join('\n'),
      settings: { ...typeFlags, 'odps.sql.timezone': 'UTC' },
    })
  })

  it('drops the scheme of an endpoint, leaves out an absent role, and turns to Hive mode only when told', () => {
    const { run } = request
    const loadEndpoint = 'http://127.0.0.1:9000/'
    const [load] = loadStatements({ run, location, loadEndpoint, plan: direct, hiveCompatible: true })
    expect(load?.text).toContain("FROM LOCATION 'oss://127.0.0.1:9000/land/3f2a/")
    expect(load?.text).not.toContain('SERDEPROPERTIES')
    expect(load?.settings['odps.sql.hive.compatible']).toBe('true')
  })
})

describe('LOAD with keys', () => {
  const loadKeys = { accessKeyId: 'LTAI5tExample', accessKeySecret: 'sEcReT0123456789' }
  const csv = { delimiter: '|', nullText: '\\N', header: false, addQuotes: false, escape: false }

  it.each([
    ['Parquet', direct],
    ['text', relationPlan([columnPlan('id')], { format: 'csv', layout: csv })],
  ])('has them in the address of %s, and no role beside them', (_, plan) => {
    const [load] = loadStatements({ ...request, plan, loadKeys })
    expect(load?.text).toContain(
      "FROM LOCATION 'oss://LTAI5tExample:sEcReT0123456789@oss-cn-hangzhou-internal.aliyuncs.com/land/3f2a/",
    )
    expect(load?.text).not.toContain('rolearn')
    expect(load?.purpose).not.toContain('sEcReT')
  })
})

describe('the staging table', () => {
  it('has the types that LOAD can read, a lifecycle, and neither defaults nor NOT NULL', () => {
    expect(createStagingStatement(staged, 'r1').text).toBe(
      [
        'CREATE TABLE `p`.`mig_r1_sales_orders_0123abcd` (',
        '  `id` INT,',
        '  `at` TIMESTAMP',
        ')',
        "COMMENT 'Staging of sales.Orders for run r1'",
        'LIFECYCLE 7',
      ].join('\n'),
    )
  })

  it('is dropped, and tables are emptied', () => {
    expect(dropStagingStatement(staged, 'r1').text).toBe('DROP TABLE IF EXISTS `p`.`mig_r1_sales_orders_0123abcd`')
    expect(emptyStatement(direct).text).toBe('TRUNCATE TABLE `p`.`orders`')
  })

  it('has a legal name for any run, different for different runs', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (run) => {
        expect(stagingTable(staged, run).name).toMatch(/^mig_[a-z0-9_]{1,124}$/)
      }),
    )
    const long = 'r'.repeat(150)
    expect(stagingTable(staged, `${long}1`).name).not.toBe(stagingTable(staged, `${long}2`).name)
    expect(stagingTable(staged, '2024-06-01T10').name).toBe('mig_2024_06_01t10_sales_orders_0123abcd')
  })
})
