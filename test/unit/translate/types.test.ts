import { describe, expect, it } from 'vitest'
import type { CatalogColumn, SourceType } from '../../../src/model/catalog.js'
import type { ColumnPlan } from '../../../src/model/plan.js'
import { defaultTypePolicy, translateColumn, type TypeOverride, type TypePolicy } from '../../../src/translate/types.js'
import { catalogColumn, everyType, numericType, plainType, sizedType } from './every-type.js'

function translated(type: SourceType, policy: Partial<TypePolicy> = {}, rest: Partial<CatalogColumn> = {}) {
  return translateColumn(catalogColumn('C', type, rest), { ...defaultTypePolicy, ...policy })
}

function overridden(type: SourceType, override: Omit<TypeOverride, 'match'>) {
  const { plan, concerns, assumptions } = translated(type, { overrides: [{ match: '*', ...override }] })
  return { plan, codes: concerns.map(({ code, class: kind }) => `${code} ${kind}`), assumptions }
}

describe('what UNLOAD selects', () => {
  const expected: Readonly<Record<string, string>> = {
    c_char: 'RTRIM(CAST("c_char" AS VARCHAR(10)))',
    c_long_char: 'RTRIM(CAST("c_long_char" AS VARCHAR(300)))',
    c_fine: 'CAST("c_fine" AS VARCHAR(42))',
    c_time: 'CAST("c_time" AS VARCHAR(15))',
    c_timetz: 'CAST("c_timetz" AS VARCHAR(21))',
    c_months: 'CAST("c_months" AS VARCHAR(64))',
    c_seconds: 'CAST("c_seconds" AS VARCHAR(64))',
    c_short_bytes: 'TO_HEX("c_short_bytes")',
    c_long_bytes: 'TO_HEX("c_long_bytes")',
    c_geometry: 'ST_AsHexEWKB("c_geometry")',
    c_geography: 'ST_AsHexEWKB("c_geography")',
    c_sketch: 'HLL_CARDINALITY("c_sketch")',
  }

  it.each(everyType.columns)('$name as redshift.md 4.2 has it', (column) => {
    const { plan } = translateColumn(column, defaultTypePolicy)
    expect(plan.unloadExpression).toBe(expected[column.name] ?? `"${column.name}"`)
    expect(plan.source).toBe(column.name)
    expect(plan.target).toBe(column.name.toLowerCase())
  })
})

describe('staging', () => {
  it('casts wall-clock times under the name the column has in the target', () => {
    const column = catalogColumn('Order Date', plainType('timestamp without time zone'))
    const { plan } = translateColumn(column, defaultTypePolicy, { target: 'order_date' })
    expect(plan).toMatchObject({
      targetType: 'TIMESTAMP_NTZ',
      kind: 'timestamp',
      unloadExpression: '"Order Date"',
      staging: { type: 'TIMESTAMP', expression: 'CAST(`order_date` AS TIMESTAMP_NTZ)' },
    })
  })

  it('restores bytes from hexadecimal text', () => {
    expect(translated(sizedType('binary varying', 16)).plan).toMatchObject({
      targetType: 'BINARY',
      kind: 'text',
      staging: { type: 'STRING', expression: 'UNHEX(`c`)' },
    })
  })

  it('is not needed for instants', () => {
    const { plan } = translated(plainType('timestamp without time zone'), { timestamps: 'utc' })
    expect(plan.targetType).toBe('TIMESTAMP')
    expect(plan.staging).toBeUndefined()
  })
})

describe('digits', () => {
  it.each([
    [plainType('smallint'), 5, 0],
    [plainType('integer'), 10, 0],
    [plainType('bigint'), 19, 0],
    [numericType(38, 18), 38, 18],
    [{ base: 'numeric', text: 'numeric' } as const, 18, 0],
  ])('of %o are %d and %d', (type, precision, scale) => {
    expect(translated(type).plan).toMatchObject({ precision, scale })
  })
})

describe('CHAR and VARCHAR', () => {
  it.each<[Partial<TypePolicy>, SourceType, string]>([
    [{ char: 'char' }, sizedType('character', 255), 'CHAR(255)'],
    [{ char: 'char' }, sizedType('character', 256), 'VARCHAR(256)'],
    [{ char: 'varchar' }, sizedType('character', 1), 'VARCHAR(1)'],
    [{ char: 'string' }, sizedType('character', 1), 'STRING'],
    [{ varcharAs: 'varchar' }, sizedType('character varying', 65534), 'VARCHAR(65534)'],
    [{ varcharAs: 'varchar' }, sizedType('character varying', 65535), 'STRING'],
    [{ varcharAs: 'string' }, sizedType('character varying', 10), 'STRING'],
    [{}, plainType('character varying'), 'STRING'],
  ])('%o make %o a %s', (policy, type, targetType) => {
    expect(translated(type, policy).plan.targetType).toBe(targetType)
  })
})

describe('overrides', () => {
  type Expected = Partial<Pick<ColumnPlan, 'unloadExpression' | 'kind' | 'precision' | 'scale' | 'staging'>>

  it.each<[SourceType, string, Expected, string[]]>([
    [plainType('integer'), 'BIGINT', { unloadExpression: 'CAST("C" AS BIGINT)', kind: 'integer', precision: 19 }, []],
    [plainType('bigint'), 'int', { unloadExpression: 'CAST("C" AS INTEGER)', precision: 10 }, ['RS0118 lossy']],
    [plainType('integer'), 'INT', { unloadExpression: '"C"' }, []],
    [plainType('bigint'), 'DECIMAL(19,0)', { unloadExpression: 'CAST("C" AS DECIMAL(19,0))', kind: 'decimal' }, []],
    [plainType('bigint'), 'DECIMAL(20,2)', { kind: 'decimal', precision: 20, scale: 2 }, ['RS0118 lossy']],
    [numericType(18, 0), 'BIGINT', { unloadExpression: 'CAST("C" AS BIGINT)', kind: 'integer' }, []],
    [numericType(19, 0), 'BIGINT', { unloadExpression: 'CAST("C" AS BIGINT)' }, ['RS0118 lossy']],
    [numericType(10, 0), 'INT', { unloadExpression: 'CAST("C" AS INTEGER)' }, ['RS0118 lossy']],
    [numericType(9, 0), 'INT', { unloadExpression: 'CAST("C" AS INTEGER)' }, []],
    [
      numericType(38, 20),
      'DECIMAL(38,18)',
      { unloadExpression: 'CAST(ROUND("C", 18) AS DECIMAL(38,18))', scale: 18 },
      ['RS0118 lossy'],
    ],
    [
      numericType(38, 10),
      'DECIMAL(38,18)',
      { unloadExpression: 'CAST("C" AS DECIMAL(38,18))', scale: 18 },
      ['RS0118 lossy'],
    ],
    [numericType(38, 20), 'DECIMAL(38,20)', { unloadExpression: '"C"', scale: 20 }, ['RS0108 note']],
    [numericType(38, 20), 'STRING', { unloadExpression: 'CAST("C" AS VARCHAR(42))', kind: 'text' }, []],
    [numericType(12, 2), 'STRING', { unloadExpression: 'CAST("C" AS VARCHAR(42))', kind: 'text' }, []],
    [numericType(12, 2), 'VARCHAR(8)', { kind: 'text' }, ['RS0118 lossy']],
    [
      numericType(12, 2),
      'DOUBLE',
      { unloadExpression: 'CAST("C" AS DOUBLE PRECISION)', kind: 'float' },
      ['RS0106 note'],
    ],
    [numericType(16, 2), 'DOUBLE', { kind: 'float' }, ['RS0118 lossy', 'RS0106 note']],
    [plainType('real'), 'DOUBLE', { unloadExpression: 'CAST("C" AS DOUBLE PRECISION)' }, ['RS0106 note']],
    [
      plainType('date'),
      'STRING',
      {
        unloadExpression: `CASE WHEN "C" < DATE '0001-01-01' THEN TO_CHAR("C", 'YYYY-MM-DD BC') ELSE TO_CHAR("C", 'YYYY-MM-DD') END`,
        kind: 'text',
      },
      [],
    ],
    [
      plainType('timestamp with time zone'),
      'STRING',
      {
        unloadExpression: [
          `CASE WHEN "C" AT TIME ZONE 'UTC' < TIMESTAMP '0001-01-01 00:00:00'`,
          `THEN TO_CHAR("C" AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US BC')`,
          `ELSE TO_CHAR("C" AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') END`,
        ].join(' '),
        kind: 'text',
      },
      [],
    ],
    [
      plainType('timestamp with time zone'),
      'TIMESTAMP_NTZ',
      { kind: 'timestamptz', staging: { type: 'TIMESTAMP', expression: 'CAST(`c` AS TIMESTAMP_NTZ)' } },
      ['RS0101 note'],
    ],
    [plainType('timestamp without time zone'), 'TIMESTAMP', { kind: 'timestamp' }, ['RS0102 note']],
    ...(['timestamp without time zone', 'timestamp with time zone'] as const).map(
      (base): [SourceType, string, Partial<ColumnPlan>, string[]] => [
        plainType(base),
        'DATETIME',
        {
          unloadExpression: `DATE_TRUNC('milliseconds', "C")`,
          kind: base === 'timestamp with time zone' ? 'timestamptz' : 'timestamp',
          staging: { type: 'TIMESTAMP', expression: 'CAST(`c` AS DATETIME)' },
        },
        ['RS0145 lossy'],
      ],
    ),
    [
      plainType('boolean'),
      'STRING',
      { unloadExpression: `CASE WHEN "C" THEN 'true' WHEN NOT "C" THEN 'false' END`, kind: 'text' },
      [],
    ],
    [sizedType('character varying', 100), 'VARCHAR(50)', { unloadExpression: '"C"' }, ['RS0118 lossy']],
    [
      sizedType('character', 20),
      'CHAR(20)',
      { unloadExpression: 'RTRIM(CAST("C" AS VARCHAR(20)))', kind: 'text' },
      ['RS0104 note'],
    ],
    [
      plainType('super'),
      'JSON',
      { unloadExpression: '"C"', staging: { type: 'STRING', expression: 'JSON_PARSE(`c`)' } },
      ['RS0111 lossy'],
    ],
    [sizedType('binary varying', 64000), 'BINARY', { unloadExpression: 'TO_HEX("C")' }, ['RS0112 note']],
    [sizedType('binary varying', 64000), 'STRING', { unloadExpression: 'TO_HEX("C")' }, ['RS0121 note']],
    [plainType('hllsketch'), 'BIGINT', { unloadExpression: 'HLL_CARDINALITY("C")' }, ['RS0116 lossy']],
  ])('make %o a %s', (type, target, expected, codes) => {
    const made = overridden(type, { type: target })
    expect(made.plan).toMatchObject({ targetType: target.toUpperCase(), ...expected })
    expect(made.codes).toEqual(codes)
  })

  it.each<[SourceType, string]>([
    [plainType('integer'), 'TEXT'],
    [plainType('integer'), 'DECIMAL'],
    [plainType('integer'), 'DECIMAL(39,0)'],
    [plainType('integer'), 'DECIMAL(10,12)'],
    [plainType('integer'), 'INT(4)'],
    [plainType('integer'), 'constructor'],
    [plainType('integer'), 'BOOLEAN'],
    [plainType('integer'), 'DATE'],
    [plainType('integer'), 'JSON'],
    [numericType(12, 2), 'BIGINT'],
    [plainType('double precision'), 'DECIMAL(38,18)'],
    [plainType('date'), 'TIMESTAMP'],
    [plainType('date'), 'DATETIME'],
    [plainType('timestamp without time zone'), 'DATETIME(3)'],
    [sizedType('character', 10), 'CHAR(256)'],
    [sizedType('character varying', 10), 'BINARY'],
    [plainType('super'), 'VARCHAR(100)'],
    [plainType('hllsketch'), 'STRING'],
    [plainType('unknown'), 'STRING'],
  ])('of %o by %s block', (type, target) => {
    expect(overridden(type, { type: target }).codes).toEqual(['RS0119 blocking'])
  })

  it('take an expression where no conversion is known', () => {
    const made = overridden(plainType('unknown'), { type: 'STRING', expression: "NVL({column}, '$&') || {column}" })
    expect(made.plan).toMatchObject({ unloadExpression: `NVL("C", '$&') || "C"`, targetType: 'STRING', kind: 'text' })
    expect(made.codes).toEqual(['RS0120 note'])
  })

  it('match by type or by column, the last one deciding', () => {
    const overrides = [
      { match: 'integer', type: 'BIGINT' },
      { match: 'sales.*.amount', type: 'DECIMAL(20,0)' },
      { match: 'sales.returns.*', type: 'STRING' },
    ]
    const typeOf = (schema: string, name: string, column: string): string =>
      translateColumn(
        catalogColumn(column, plainType('integer')),
        { ...defaultTypePolicy, overrides },
        { relation: { schema, name } },
      ).plan.targetType
    expect(typeOf('hr', 'people', 'amount')).toBe('BIGINT')
    expect(typeOf('sales', 'orders', 'amount')).toBe('DECIMAL(20,0)')
    expect(typeOf('sales', 'returns', 'amount')).toBe('STRING')
    expect(translated(plainType('integer'), { overrides: overrides.slice(1) }).plan.targetType).toBe('INT')
  })
})

describe('what cannot be carried', () => {
  it.each([
    [plainType('unknown'), 'RS0117'],
    [plainType('hllsketch'), 'RS0115'],
    [numericType(37, 19), 'RS0107'],
  ])('%o blocks with %s', (type, code) => {
    expect(translated(type).concerns).toMatchObject([{ code, class: 'blocking', column: 'C' }])
  })

  it('does not block what just fits', () => {
    expect(translated(numericType(37, 18)).concerns).toEqual([])
    expect(translated(sizedType('binary varying', 32767)).concerns).toMatchObject([{ code: 'RS0112', class: 'note' }])
  })
})

describe('what only data can tell', () => {
  const finite = (type: string): string => `"C" > CAST('-Infinity' AS ${type}) AND "C" < CAST('Infinity' AS ${type})`

  it.each<[SourceType, string, string]>([
    [plainType('date'), 'RS0122', `("C" < DATE '0001-01-01' OR "C" > DATE '9999-12-31')`],
    [
      plainType('timestamp without time zone'),
      'RS0122',
      `("C" < TIMESTAMP '0001-01-01 00:00:00' OR "C" > TIMESTAMP '9999-12-31 23:59:59.999999')`,
    ],
    [
      plainType('timestamp with time zone'),
      'RS0122',
      `("C" < TIMESTAMPTZ '0001-01-01 00:00:00+00' OR "C" > TIMESTAMPTZ '9999-12-31 23:59:59.999999+00')`,
    ],
    [plainType('real'), 'RS0123', `(NOT (${finite('REAL')}) AND "C" IS NOT NULL)`],
    [plainType('double precision'), 'RS0123', `(NOT (${finite('DOUBLE PRECISION')}) AND "C" IS NOT NULL)`],
    [plainType('bigint'), 'RS0124', '"C" < -9223372036854775807'],
    [sizedType('binary varying', 32768), 'RS0113', 'OCTET_LENGTH("C") > 32767'],
    [plainType('binary varying'), 'RS0113', 'OCTET_LENGTH("C") > 32767'],
    [plainType('super'), 'RS0125', 'JSON_SIZE("C") > 8388608'],
  ])('of %o is assumed under %s, and blocks nothing', (type, code, violatedWhere) => {
    const { assumptions, concerns, plan } = translated(type, {}, { notNull: true })
    expect(assumptions).toMatchObject([{ code, column: 'C', violatedWhere }])
    expect(concerns.filter((concern) => concern.class === 'blocking')).toEqual([])
    expect(plan.notNull).toBe(true)
  })

  it('of every other type is nothing', () => {
    const types = [plainType('smallint'), plainType('integer'), numericType(38, 18), plainType('boolean')]
    const others = [
      sizedType('character varying', 65535),
      sizedType('character', 9),
      sizedType('binary varying', 32767),
    ]
    expect([...types, ...others].flatMap((type) => translated(type).assumptions)).toEqual([])
  })

  it.each<[SourceType, Partial<TypePolicy>, Partial<ColumnPlan>, string]>([
    [
      plainType('date'),
      { dates: 'null' },
      {
        unloadExpression: `CASE WHEN "C" >= DATE '0001-01-01' AND "C" <= DATE '9999-12-31' THEN "C" END`,
        notNull: false,
      },
      'RS0127 lossy',
    ],
    [
      plainType('date'),
      { dates: 'clamp' },
      {
        unloadExpression: `CASE WHEN "C" < DATE '0001-01-01' THEN DATE '0001-01-01' WHEN "C" > DATE '9999-12-31' THEN DATE '9999-12-31' ELSE "C" END`,
        notNull: true,
      },
      'RS0128 lossy',
    ],
    [plainType('timestamp with time zone'), { dates: 'text' }, { targetType: 'STRING', kind: 'text' }, 'RS0129 note'],
    [plainType('real'), { floats: 'keep' }, { unloadExpression: '"C"', notNull: true }, 'RS0130 note'],
    [
      plainType('real'),
      { floats: 'null' },
      { unloadExpression: `CASE WHEN ${finite('REAL')} THEN "C" END`, notNull: false },
      'RS0131 lossy',
    ],
    [plainType('bigint'), { smallestBigint: 'keep' }, { unloadExpression: '"C"', notNull: true }, 'RS0132 note'],
    [
      plainType('bigint'),
      { smallestBigint: 'decimal' },
      { targetType: 'DECIMAL(20,0)', kind: 'decimal', precision: 20, unloadExpression: 'CAST("C" AS DECIMAL(20,0))' },
      'RS0133 note',
    ],
    [
      plainType('bigint'),
      { smallestBigint: 'null' },
      { unloadExpression: 'CASE WHEN "C" >= -9223372036854775807 THEN "C" END', notNull: false },
      'RS0134 lossy',
    ],
    [
      sizedType('binary varying', 64000),
      { longVarbyte: 'null' },
      { unloadExpression: 'CASE WHEN OCTET_LENGTH("C") <= 32767 THEN TO_HEX("C") END', notNull: false },
      'RS0135 lossy',
    ],
    [
      plainType('super'),
      { largeSuper: 'null' },
      { unloadExpression: 'CASE WHEN JSON_SIZE("C") <= 8388608 THEN "C" END', notNull: false },
      'RS0136 lossy',
    ],
    [
      numericType(38, 20),
      { decimalScale: 'round' },
      { targetType: 'DECIMAL(38,18)', unloadExpression: 'CAST(ROUND("C", 18) AS DECIMAL(38,18))', scale: 18 },
      'RS0137 lossy',
    ],
    [
      numericType(38, 20),
      { decimalScale: 'text' },
      { targetType: 'STRING', unloadExpression: 'CAST("C" AS VARCHAR(42))', kind: 'text' },
      'RS0138 note',
    ],
    [
      numericType(38, 20),
      { decimalScale: 'extended' },
      { targetType: 'DECIMAL(38,20)', unloadExpression: '"C"', scale: 20 },
      'RS0108 note',
    ],
    [plainType('hllsketch'), { hllsketch: 'estimate' }, { unloadExpression: 'HLL_CARDINALITY("C")' }, 'RS0116 lossy'],
  ])('of %o, with %o, is what was chosen', (type, policy, expected, concern) => {
    const { assumptions, concerns, plan } = translated(type, policy, { notNull: true })
    expect(plan).toMatchObject(expected)
    expect(concerns.map(({ code, class: kind }) => `${code} ${kind}`)).toContain(concern)
    expect(concerns.filter(({ class: kind }) => kind === 'blocking')).toEqual([])
    expect(assumptions).toEqual([])
  })

  it('of a fine NUMERIC is assumed where the user chose so', () => {
    const { plan, assumptions } = translated(numericType(38, 20), { decimalScale: 'check' })
    expect(plan).toMatchObject({ targetType: 'DECIMAL(38,18)', unloadExpression: 'CAST("C" AS DECIMAL(38,18))' })
    expect(assumptions).toMatchObject([{ code: 'RS0126', violatedWhere: '"C" <> CAST("C" AS DECIMAL(38,18))' }])
  })

  it('is asked of a type that an override chose, unless that holds every value', () => {
    const codesOf = (type: SourceType, override: Omit<TypeOverride, 'match'>): string[] =>
      overridden(type, override).assumptions.map(({ code }) => code)
    expect(codesOf(plainType('bigint'), { type: 'BIGINT' })).toEqual(['RS0124'])
    expect(codesOf(plainType('bigint'), { type: 'DECIMAL(20,0)' })).toEqual([])
    expect(codesOf(plainType('date'), { type: 'DATE' })).toEqual(['RS0122'])
    expect(codesOf(plainType('date'), { type: 'STRING' })).toEqual([])
    expect(codesOf(plainType('timestamp without time zone'), { type: 'TIMESTAMP' })).toEqual(['RS0122'])
    expect(codesOf(plainType('real'), { type: 'DOUBLE' })).toEqual(['RS0123'])
    expect(codesOf(sizedType('binary varying', 64000), { type: 'STRING' })).toEqual(['RS0113'])
    expect(codesOf(plainType('super'), { type: 'JSON' })).toEqual(['RS0125'])
    expect(codesOf(plainType('bigint'), { type: 'BIGINT', expression: 'ABS({column})' })).toEqual([])
  })

  it('is asked of DATETIME, too, and clamped before the milliseconds are cut', () => {
    const type = plainType('timestamp without time zone')
    const overrides = [{ match: '*', type: 'DATETIME' }]
    const { plan, assumptions } = translated(type, { overrides })
    expect(assumptions.map(({ code }) => code)).toEqual(['RS0122'])
    expect(plan.targetType).toBe('DATETIME')
    const [first, last] = [`TIMESTAMP '0001-01-01 00:00:00'`, `TIMESTAMP '9999-12-31 23:59:59.999999'`]
    expect(translated(type, { overrides, dates: 'clamp' }).plan.unloadExpression).toBe(
      `DATE_TRUNC('milliseconds', CASE WHEN "C" < ${first} THEN ${first} WHEN "C" > ${last} THEN ${last} ELSE "C" END)`,
    )
    expect(translated(type, { overrides, dates: 'null' }).plan.unloadExpression).toBe(
      `CASE WHEN "C" >= ${first} AND "C" <= ${last} THEN DATE_TRUNC('milliseconds', "C") END`,
    )
  })

  it('leaves the type to an override, by columns too, and the rest to the policy', () => {
    const policy: TypePolicy = {
      ...defaultTypePolicy,
      dates: 'text',
      smallestBigint: 'decimal',
      decimalScale: 'round',
      overrides: [
        { match: 'sales.*.c', type: 'DATE' },
        { match: 'sales.orders.id_*', type: 'BIGINT' },
        { match: 'sales.orders.fine_*', type: 'STRING' },
      ],
    }
    const typeOf = (schema: string, column: string, type: SourceType) => {
      const place = { relation: { schema, name: 'orders' } }
      const { plan, assumptions } = translateColumn(catalogColumn(column, type), policy, place)
      return [plan.targetType, ...assumptions.map(({ code }) => code)]
    }
    expect(typeOf('sales', 'c', plainType('date'))).toEqual(['DATE', 'RS0122'])
    expect(typeOf('hr', 'c', plainType('date'))).toEqual(['STRING'])
    expect(typeOf('sales', 'id_customer', plainType('bigint'))).toEqual(['BIGINT', 'RS0124'])
    expect(typeOf('sales', 'customer', plainType('bigint'))).toEqual(['DECIMAL(20,0)'])
    expect(typeOf('sales', 'fine_price', numericType(38, 20))).toEqual(['STRING'])
    expect(typeOf('sales', 'price', numericType(38, 20))).toEqual(['DECIMAL(38,18)'])
  })
})

describe('comments', () => {
  it('are cut at a whole character and mentioned', () => {
    const comment = `${'x'.repeat(1023)}é`
    const { plan, concerns } = translated(plainType('integer'), {}, { comment })
    expect(plan.comment).toBe('x'.repeat(1023))
    expect(concerns).toMatchObject([{ code: 'RS0205', class: 'lossy' }])
  })

  it('are absent when empty', () => {
    expect(translated(plainType('integer'), {}, { comment: '' }).plan).not.toHaveProperty('comment')
  })
})
