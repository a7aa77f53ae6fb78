import { describe, expect, it } from 'vitest'
import { unloadStatement } from '../../../src/dialect/redshift/unload.js'
import { unloadViolations } from '../../../src/dialect/redshift/validate-unload.js'
import { createStagingStatement, loadStatements } from '../../../src/dialect/maxcompute/load.js'
import { measureStatements } from '../../../src/dialect/redshift/measure.js'
import type { CatalogColumn, CatalogEntry, SourceType } from '../../../src/model/catalog.js'
import type { Examined, RelationPlan } from '../../../src/model/plan.js'
import { defaultFilePolicy, formatFor, type FilePolicy } from '../../../src/translate/file-format.js'
import { planRelation, type PlanPolicy } from '../../../src/translate/relation.js'
import type { RelationChoice } from '../../../src/translate/relation-choice.js'
import { defaultTypePolicy } from '../../../src/translate/types.js'

function column(name: string, base: SourceType['base'], more: Partial<SourceType> = {}): CatalogColumn {
  const type = { base, text: base, ...more }
  return { name, ordinal: 1, type, notNull: false, distKey: false, sortKeyPosition: 0 }
}

function entryOf(...columns: readonly CatalogColumn[]): CatalogEntry {
  return { schema: 's', name: 't', kind: 'table', columns, constraints: [] }
}

function planOf(
  entry: CatalogEntry,
  files: Partial<FilePolicy> = {},
  choice: Partial<RelationChoice> = {},
  examined: readonly Examined[] = [],
  types: Partial<PlanPolicy['types']> = {},
): RelationPlan {
  const policy: PlanPolicy = {
    naming: { project: 'p', table: '{table}' },
    types: { ...defaultTypePolicy, ...types },
    depth: 'aggregates',
    relations: [{ match: 's.t', ...choice }],
    files: { ...defaultFilePolicy, ...files },
  }
  return planRelation(entry, policy, examined)
}

const found = (violationCount: string): readonly Examined[] => [{ code: 'RS0113', column: 'v', violationCount }]
const text = column('v', 'character varying', { length: 20 })
const bytes = (length?: number): CatalogColumn => column('v', 'binary varying', length === undefined ? {} : { length })

describe('formatFor', () => {
  const auto = (entry: CatalogEntry, examined?: readonly Examined[], types?: Partial<PlanPolicy['types']>): string =>
    planOf(entry, { format: 'auto' }, {}, examined, types).format ?? 'parquet'

  it.each([
    ['texts', entryOf(text), 'parquet'],
    ['a shape', entryOf(text, column('g', 'geometry')), 'csv'],
    ['a shape on the globe', entryOf(column('g', 'geography')), 'csv'],
    ['VARBYTE of the default length', entryOf(bytes()), 'parquet'],
    ['VARBYTE of 64,000', entryOf(bytes(64_000)), 'parquet'],
    ['VARBYTE of 64,001', entryOf(bytes(64_001)), 'csv'],
  ])('auto, %s', (_, entry, expected) => {
    expect(auto(entry)).toBe(expected)
  })

  it('auto follows what a scan found, and a choice to drop long values', () => {
    expect(auto(entryOf(bytes()), found('1'))).toBe('csv')
    expect(auto(entryOf(bytes()), found('0'))).toBe('parquet')
    expect(auto(entryOf(bytes(100_000)), [], { longVarbyte: 'null' })).toBe('parquet')
  })

  it('is what was chosen, for the relation before all', () => {
    const plans = [
      planOf(entryOf(text), { format: 'csv' }),
      planOf(entryOf(text), { format: 'csv' }, { format: 'text' }),
    ]
    expect(plans.map(({ format }) => format)).toEqual(['csv', 'text'])
    expect(formatFor([], 'parquet', found('1'))).toBe('parquet')
    const shape = entryOf(column('g', 'geometry'))
    expect(planOf(shape, { format: 'auto' }, { format: 'parquet' })).toEqual(planOf(shape))
  })
})

describe('a column in csv', () => {
  const lead = "CAST('.' AS VARBYTE) || "
  const field = "NULLIF(`v`, '\\\\N')"
  const decoded = `CAST(UNHEX(SUBSTR(${field}, 3)) AS STRING)`
  const cases: readonly (readonly [CatalogColumn, string, string])[] = [
    [column('v', 'integer'), 'CAST("v" AS VARCHAR(42))', `CAST(${field} AS INT)`],
    [
      column('v', 'numeric', { precision: 38, scale: 18 }),
      'CAST("v" AS VARCHAR(42))',
      `CAST(${field} AS DECIMAL(38,18))`,
    ],
    [
      column('v', 'real'),
      'CAST(CAST("v" AS DOUBLE PRECISION) AS VARCHAR(32))',
      `CAST(CAST(${field} AS DOUBLE) AS FLOAT)`,
    ],
    [column('v', 'double precision'), 'CAST(CAST("v" AS DOUBLE PRECISION) AS VARCHAR(32))', `CAST(${field} AS DOUBLE)`],
    [
      column('v', 'boolean'),
      `CASE WHEN "v" THEN 'true' WHEN NOT "v" THEN 'false' END`,
      `CASE WHEN ${field} = 'true' THEN TRUE WHEN ${field} = 'false' THEN FALSE END`,
    ],
    [column('v', 'date'), `TO_CHAR("v", 'YYYY-MM-DD')`, `CAST(${field} AS DATE)`],
    [
      column('v', 'timestamp without time zone'),
      `TO_CHAR("v", 'YYYY-MM-DD HH24:MI:SS.US')`,
      `CAST(${field} AS TIMESTAMP_NTZ)`,
    ],
    [
      column('v', 'timestamp with time zone'),
      `TO_CHAR("v" AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')`,
      `CAST(${field} AS TIMESTAMP)`,
    ],
    [text, `${lead}CAST("v" AS VARBYTE(65535))`, `CAST(${decoded} AS VARCHAR(20))`],
    [column('v', 'character varying', { length: 65_535 }), `${lead}CAST("v" AS VARBYTE(65535))`, decoded],
    [
      column('v', 'character', { length: 3 }),
      `${lead}CAST(RTRIM(CAST("v" AS VARCHAR(3))) AS VARBYTE(65535))`,
      `CAST(${decoded} AS VARCHAR(3))`,
    ],
    [column('v', 'super'), `${lead}JSON_SERIALIZE_TO_VARBYTE("v")`, decoded],
    [bytes(100_000), `${lead}"v"`, `UNHEX(SUBSTR(${field}, 3))`],
    [column('v', 'geometry'), '"v"', `UPPER(${field})`],
  ]

  it.each(cases.map(([one, wire, read]) => [one.type.base, one, wire, read] as const))('%s', (_, one, wire, read) => {
    const [planned] = planOf(entryOf(one), { format: 'csv' }).columns
    expect(planned?.wire).toEqual({ expression: wire })
    expect(planned?.staging).toEqual({ type: 'STRING', expression: read })
  })

  it('is measured as it is, by no text of Redshift that could be too long', () => {
    const plan = planOf(
      entryOf(bytes(100_000), column('g', 'geometry'), column('h', 'geography'), column('s', 'super')),
      {
        format: 'csv',
      },
    )
    const measures = plan.columns.map(({ target }) => ({ kind: 'byte-length', column: target }) as const)
    const [statement] = measureStatements(plan, [...measures, { kind: 'count', column: 'g' }])
    expect(statement?.text).toContain('SUM(CAST(2 * OCTET_LENGTH("v") AS DECIMAL(38,0)))')
    expect(statement?.text).toContain('2 * OCTET_LENGTH(ST_AsEWKB("g"))')
    expect(statement?.text).toContain('2 * OCTET_LENGTH(ST_AsEWKB(CAST("h" AS GEOMETRY)))')
    expect(statement?.text).toContain('JSON_SIZE("s")')
    expect(statement?.text).toContain('COUNT("g")')
    expect(statement?.text).not.toMatch(/HEX/i)
  })

  it('keeps the type that an override gave it', () => {
    const json = planOf(entryOf(column('v', 'super')), { format: 'csv' }, {}, [], {
      overrides: [{ match: 'super', type: 'JSON' }],
    })
    expect(json.columns[0]?.staging?.expression).toContain(decoded)
    expect(json.columns[0]?.staging?.expression).not.toBe(decoded)
    const hex = planOf(entryOf(bytes(100_000)), { format: 'csv' }, {}, [], {
      overrides: [{ match: 'binary varying', type: 'STRING' }],
    })
    expect(hex.columns[0]).toMatchObject({
      wire: { expression: `${lead}"v"` },
      byteLength: '2 * OCTET_LENGTH("v")',
      staging: { expression: `LOWER(SUBSTR(${field}, 3))` },
    })
  })
})

describe('what csv takes for granted', () => {
  const assumed = (plan: RelationPlan): readonly string[] =>
    (plan.assumptions ?? []).map(({ code, column: name }) => `${code} ${name}`)

  it('is nothing of texts in hexadecimal, and nothing that only Parquet cannot do', () => {
    expect(assumed(planOf(entryOf(text, bytes(100_000)), { format: 'csv' }))).toEqual([])
    expect(assumed(planOf(entryOf(bytes(100_000))))).toEqual(['RS0113 v'])
  })

  it('is the size of a cell, and that numbers read back', () => {
    const entry = entryOf(bytes(16_000_000), column('s', 'super'), column('f', 'real'))
    expect(assumed(planOf(entry, { format: 'csv' }))).toEqual(['RS0123 f', 'RS0142 v', 'RS0142 s', 'RS0143 f'])
  })

  it('is that plain texts are neither the marker nor hold what readers read differently', () => {
    const files = { format: 'text', nullText: 'NULL_STRING__' } as const
    const plan = planOf(entryOf(text), files, { plainText: ['v'] })
    expect(plan.columns[0]?.wire).toEqual({ expression: '"v"' })
    const [marker, alike] = plan.assumptions ?? []
    expect(marker).toMatchObject({ code: 'RS0140', violatedWhere: `"v" = 'NULL_STRING__'` })
    expect(alike?.code).toBe('RS0141')
    expect(alike?.violatedWhere).toContain(`STRPOS("v", '|') > 0`)
  })

  it('refuses to carry plain what is no text, or what Parquet carries anyhow', () => {
    const plain = { plainText: ['v'] }
    expect(() => planOf(entryOf(column('v', 'integer')), { format: 'csv' }, plain)).toThrow(/v is no CHAR or VARCHAR/)
    expect(() => planOf(entryOf(text), { format: 'csv' }, { plainText: ['w'] })).toThrow(/w is no CHAR or VARCHAR/)
    expect(() => planOf(entryOf(text), {}, plain)).toThrow(/only for format csv and text/)
  })
})

describe('the statements', () => {
  const to = { store: 's3', bucket: 'stage', key: 'a/1/' } as const
  const entry = entryOf(text, column('g', 'geometry'))

  it.each([
    [{ format: 'csv' } as const, "FORMAT AS CSV DELIMITER AS ',' NULL AS '\\\\N' GZIP MANIFEST VERBOSE"],
    [
      { format: 'csv', header: true } as const,
      "FORMAT AS CSV DELIMITER AS ',' NULL AS '\\\\N' HEADER GZIP MANIFEST VERBOSE",
    ],
    [{ format: 'text' } as const, "DELIMITER AS '|' NULL AS '\\\\N' GZIP MANIFEST VERBOSE"],
    [
      { format: 'text', delimiter: '^', nullText: 'NULL_STRING__', addQuotes: true } as const,
      "DELIMITER AS '^' NULL AS 'NULL_STRING__' ADDQUOTES GZIP MANIFEST VERBOSE",
    ],
    [{ format: 'text', escape: true } as const, "DELIMITER AS '|' NULL AS '\\\\N' ESCAPE GZIP MANIFEST VERBOSE"],
  ])('of %j are lawful', (files, clauses) => {
    const request = { plan: planOf(entry, files), to, iamRole: 'default', rowGroupMegabytes: 64, comment: 'c' }
    const statement = unloadStatement({ ...request, kmsKeyId: 'k' })
    expect(statement).toContain(` IAM_ROLE default ${clauses} MAXFILESIZE 256 MB ENCRYPTED KMS_KEY_ID 'k'`)
    expect(unloadViolations(statement)).toEqual([])
  })

  it('load texts by the built-in reader into a staging table of STRING alone', () => {
    const plan = planOf(entry, { format: 'text', header: true })
    const location = { store: 'oss', bucket: 'b', key: 'k/' } as const
    const [load, fill] = loadStatements({ plan, run: 'r', location, loadEndpoint: 'oss', roleArn: 'acs:ram::1:role/r' })
    expect(load?.text).toContain(
      "STORED BY 'com.aliyun.odps.CsvStorageHandler'\nWITH SERDEPROPERTIES ('odps.properties.rolearn'='acs:ram::1:role/r', " +
        "'odps.text.option.delimiter'='|', 'odps.text.option.null.indicator'='\\\\N', 'odps.text.option.use.quote'='true', " +
        "'odps.text.option.gzip.input.enabled'='true', 'odps.text.option.ignore.empty.lines'='false', " +
        "'odps.text.option.header.lines.count'='1')",
    )
    expect(createStagingStatement(plan, 'r').text).toMatch(/`v` STRING,\n\s*`g` STRING\n/)
    expect(fill?.text).toContain('INSERT OVERWRITE TABLE')
  })
})
