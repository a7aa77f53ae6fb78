import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { quoteIdentifier } from '../../../../src/dialect/redshift/identifier.js'
import { quoteLiteral } from '../../../../src/dialect/redshift/literal.js'
import { rowFilterProblem } from '../../../../src/dialect/redshift/row-filter.js'
import { unloadStatement } from '../../../../src/dialect/redshift/unload.js'
import { clauseRules } from '../../../../src/dialect/redshift/unload-rules.js'
import { valueRules } from '../../../../src/dialect/redshift/unload-value-rules.js'
import { unloadViolations, type UnloadContext } from '../../../../src/dialect/redshift/validate-unload.js'
import type { ColumnPlan } from '../../../../src/model/plan.js'
import { columnPlan, relationPlan } from '../sample-plan.js'

interface Parts {
  readonly select?: string
  readonly to?: string
  readonly by?: string
  readonly manifest?: string
  readonly size?: string
}

const role = "IAM_ROLE 'arn:aws:iam::111122223333:role/Unload'"
const selects = {
  one: 'select "a" AS "a", "b" AS "b" FROM "s"."t"',
  cast: 'select CAST("a" AS VARBYTE) AS "a", CAST("b" AS DECIMAL(12,2)) AS "b" FROM "s"."t"',
}

function statement(options: string, parts: Parts = {}): string {
  const { select = selects.one, to = 's3://stage/r/t/1/', by = role } = parts
  const { manifest = 'MANIFEST VERBOSE', size = 'MAXFILESIZE 256 MB' } = parts
  return `UNLOAD (${quoteLiteral(select)}) TO ${quoteLiteral(to)} ${by} ${manifest} ${size} ${options}`
}

function rules(text: string, within?: UnloadContext): readonly string[] {
  return unloadViolations(text, within).map((violation) => violation.rule)
}

const secrets = { allowSecrets: true }
const keys = "ACCESS_KEY_ID 'AK' SECRET_ACCESS_KEY AS 'SK'"
const credentials = "CREDENTIALS 'aws_access_key_id=AK;aws_secret_access_key=SK'"
const masterCredentials = "CREDENTIALS 'aws_access_key_id=AK;aws_secret_access_key=SK;master_symmetric_key=MK'"

/** What breaks the rule, the nearest statement that keeps every rule, and what the caller knows besides. */
type Row = readonly [
  rule: string,
  broken: string,
  legal: string,
  brokenWithin?: UnloadContext | undefined,
  legalWithin?: UnloadContext,
]

const textOptions: Readonly<Record<string, string>> = {
  delimiter: "DELIMITER AS ';'",
  fixedwidth: "FIXEDWIDTH 'a:1,b:2'",
  addquotes: 'ADDQUOTES',
  escape: 'ESCAPE',
  null: "NULL AS '-'",
  header: 'HEADER',
}
const compressions: Readonly<Record<string, string>> = { gzip: 'GZIP', bzip2: 'BZIP2', zstd: 'ZSTD' }

/** The rows of redshift.md 1.2, in its order. */
const documented: readonly Row[] = [
  ...Object.entries({ ...textOptions, ...compressions }).map(([name, option]): Row => [
    `parquet-no-${name}`,
    statement(`FORMAT AS PARQUET ${option}`),
    statement(option),
  ]),
  [
    'parquet-client-side-encryption',
    statement("PARQUET ENCRYPTED MASTER_SYMMETRIC_KEY 'MK'"),
    statement("ENCRYPTED MASTER_SYMMETRIC_KEY 'MK'"),
    secrets,
    secrets,
  ],
  [
    'parquet-client-side-encryption',
    statement('PARQUET ENCRYPTED', { by: masterCredentials }),
    statement('ENCRYPTED', { by: masterCredentials }),
    secrets,
    secrets,
  ],
  ['parquet-encrypted-without-kms', statement('PARQUET ENCRYPTED'), statement('PARQUET ENCRYPTED AUTO')],
  ['csv-no-fixedwidth', statement("CSV FIXEDWIDTH 'a:1'"), statement("FIXEDWIDTH 'a:1'")],
  ['csv-no-addquotes', statement('FORMAT CSV ADDQUOTES'), statement("FORMAT CSV DELIMITER '\t' HEADER GZIP")],
  ...Object.entries(textOptions).map(([name, option]): Row => [
    `json-no-${name}`,
    statement(`JSON ${option}`),
    statement('JSON GZIP'),
  ]),
  [
    'json-unique-names',
    statement('JSON', { select: 'select a AS x, b AS X FROM t' }),
    statement('JSON', { select: 'select a AS x, b AS y FROM t' }),
  ],
  ['fixedwidth-no-delimiter', statement("FIXEDWIDTH 'a:1' DELIMITER '|'"), statement("FIXEDWIDTH AS 'a:1'")],
  ['fixedwidth-no-header', statement("HEADER FIXEDWIDTH 'a:1'"), statement("HEADER DELIMITER '|'")],
  ['verbose-after-manifest', statement('VERBOSE', { manifest: 'MANIFEST PARQUET' }), statement('PARQUET')],
  ['cleanpath-with-allowoverwrite', statement('CLEANPATH ALLOWOVERWRITE'), statement('')],
  ['cleanpath-with-allowoverwrite', statement('ALLOWOVERWRITE PARQUET CLEANPATH'), statement('PARQUET')],
  ['kms-without-encrypted', statement("PARQUET KMS_KEY_ID 'k'"), statement("PARQUET ENCRYPTED KMS_KEY_ID 'k'")],
  [
    'master-key-without-encrypted',
    statement("MASTER_SYMMETRIC_KEY 'MK'"),
    statement("MASTER_SYMMETRIC_KEY 'MK' ENCRYPTED"),
    secrets,
    secrets,
  ],
  [
    'master-key-without-encrypted',
    statement('', { by: masterCredentials }),
    statement('ENCRYPTED', { by: masterCredentials }),
    secrets,
    secrets,
  ],
  [
    'kms-with-credentials',
    statement("ENCRYPTED KMS_KEY_ID 'k'", { by: credentials }),
    statement("ENCRYPTED KMS_KEY_ID 'k'", { by: keys }),
    secrets,
    secrets,
  ],
  [
    'master-key-with-credentials',
    statement("ENCRYPTED MASTER_SYMMETRIC_KEY 'MK'", { by: credentials }),
    statement('ENCRYPTED', { by: masterCredentials }),
    secrets,
    secrets,
  ],
  ['auto-with-kms', statement("PARQUET ENCRYPTED AUTO KMS_KEY_ID 'k'"), statement("PARQUET ENCRYPTED KMS_KEY_ID 'k'")],
  [
    'auto-with-master-key',
    statement("ENCRYPTED AUTO MASTER_SYMMETRIC_KEY 'MK'"),
    statement("ENCRYPTED MASTER_SYMMETRIC_KEY 'MK'"),
    secrets,
    secrets,
  ],
  [
    'auto-with-credentials-master-key',
    statement('ENCRYPTED AUTO', { by: masterCredentials }),
    statement('ENCRYPTED AUTO', { by: credentials }),
    secrets,
    secrets,
  ],
  ['one-authorization', statement(keys), statement('', { by: keys }), secrets, secrets],
  [
    'one-authorization',
    statement(`WITH ${credentials}`),
    statement('', { by: `WITH ${credentials}` }),
    secrets,
    secrets,
  ],
  ['one-authorization', statement(keys, { by: credentials }), statement('', { by: credentials }), secrets, secrets],
  [
    'session-token-without-keys',
    statement("SESSION_TOKEN 'T'"),
    statement('', { by: `${keys} SESSION_TOKEN AS 'T'` }),
    secrets,
    secrets,
  ],
  ['rowgroupsize-without-parquet', statement('CSV ROWGROUPSIZE 64 MB'), statement('PARQUET ROWGROUPSIZE 64 MB')],
  [
    'rowgroupsize-node-type',
    statement('PARQUET ROWGROUPSIZE 64'),
    statement('PARQUET ROWGROUPSIZE 64'),
    { nodeType: 'ra3.xlplus' },
    { nodeType: 'ra3.16xlarge' },
  ],
  ['rowgroupsize-integer', statement('PARQUET ROWGROUPSIZE 64.5 MB'), statement('PARQUET ROWGROUPSIZE AS 64 MB')],
  ['rowgroupsize-range', statement('PARQUET ROWGROUPSIZE 31'), statement('PARQUET ROWGROUPSIZE 32')],
  ['rowgroupsize-range', statement('PARQUET ROWGROUPSIZE 129 MB'), statement('PARQUET ROWGROUPSIZE 128 MB')],
  ['rowgroupsize-range', statement('PARQUET ROWGROUPSIZE 1 GB'), statement('PARQUET ROWGROUPSIZE 33 MB')],
  ['maxfilesize-range', statement('', { size: 'MAXFILESIZE 4.9' }), statement('', { size: 'MAXFILESIZE 5' })],
  [
    'maxfilesize-range',
    statement('', { size: 'MAXFILESIZE AS 6.3 GB' }),
    statement('', { size: 'MAXFILESIZE 6.2 GB' }),
  ],
  ['partition-by-literal', statement("PARTITION BY ('a')"), statement('PARTITION BY (a)')],
  ['partition-by-unknown-column', statement('PARTITION BY (c)'), statement('PARTITION BY ("B") INCLUDE')],
  ['partition-by-all-columns', statement('PARTITION BY (b, a)'), statement('PARTITION BY (b)')],
  [
    'partition-by-type',
    statement('PARTITION BY (a)', { select: selects.cast }),
    statement('PARTITION BY (b)', { select: selects.cast }),
  ],
  [
    'partition-by-type',
    statement('PARTITION BY (a)', { select: 'select x::timestamptz AS a, y AS b FROM t' }),
    statement('PARTITION BY (a)', { select: 'select x::timestamp AS a, y AS b FROM t' }),
  ],
  ['access-point-alias', statement('', { to: 's3://my-ap-abc123-s3alias/x/' }), statement('', { to: 's3://my-ap/x/' })],
  ['syntax', statement("SSE_C 'key'"), statement('ENCRYPTED AUTO')],
  [
    'outer-limit',
    statement('', { select: 'select a AS a FROM t ORDER BY 1 LIMIT 10' }),
    statement('', { select: 'select a AS a FROM (select a FROM t LIMIT 10)' }),
  ],
  ['read-only-transaction', statement('PARQUET'), statement('PARQUET'), { isReadOnly: true }, { isReadOnly: false }],
]

const inner = (broken: string, legal: string): readonly [string, string] => [
  statement('PARQUET', { select: broken }),
  statement('PARQUET', { select: legal }),
]

/** Ours, and what the rest of the grammar asks for. */
const others: readonly Row[] = [
  ['never-allowoverwrite', statement('PARQUET ALLOWOVERWRITE'), statement('PARQUET')],
  ['never-cleanpath', statement('PARQUET CLEANPATH'), statement('PARQUET')],
  ['manifest-verbose-required', statement('', { manifest: 'MANIFEST' }), statement('')],
  ['manifest-verbose-required', statement('', { manifest: '' }), statement('')],
  ['maxfilesize-required', statement('', { size: '' }), statement('')],
  ['no-secrets', statement('', { by: keys }), statement('')],
  ['no-secrets', statement('', { by: credentials }), statement('', { by: credentials }), undefined, secrets],
  ['no-secrets', statement("ENCRYPTED MASTER_SYMMETRIC_KEY 'MK'"), statement("ENCRYPTED KMS_KEY_ID 'k'")],
  ['role-chain', statement('', { by: "IAM_ROLE 'default'" }), statement('', { by: 'IAM_ROLE default' })],
  [
    'role-chain',
    statement('', { by: "IAM_ROLE 'arn:aws:iam::111122223333:role/a, arn:aws:iam::111122223333:role/b'" }),
    statement('', { by: "IAM_ROLE 'arn:aws:iam::111122223333:role/a,arn:aws:iam::111122223333:role/b'" }),
  ],
  ['authorization-missing', statement('', { by: '' }), statement('', { by: 'IAM_ROLE DEFAULT' })],
  ['secret-without-key-id', statement("SECRET_ACCESS_KEY 'SK'"), statement('', { by: keys }), secrets, secrets],
  ['keys-in-pairs', statement('', { by: "ACCESS_KEY_ID 'AK'" }), statement('', { by: keys }), secrets, secrets],
  [
    'credentials-format',
    statement('', { by: "CREDENTIALS 'aws_iam_role=a; b=c'" }),
    statement('', { by: "CREDENTIALS 'aws_iam_role=a;b=c'" }),
    secrets,
    secrets,
  ],
  ['one-format', statement('CSV PARQUET'), statement('CSV')],
  ['one-compression', statement('GZIP ZSTD'), statement('ZSTD')],
  [
    'one-encryption-key',
    statement("ENCRYPTED KMS_KEY_ID 'k' MASTER_SYMMETRIC_KEY 'MK'"),
    statement("ENCRYPTED KMS_KEY_ID 'k'"),
    secrets,
  ],
  ['repeated-option', statement('GZIP GZIP'), statement('GZIP')],
  ['delimiter-one-ascii', statement("DELIMITER '||'"), statement("DELIMITER '|'")],
  ['delimiter-one-ascii', statement("DELIMITER 'é'"), statement("DELIMITER '\\t'")],
  ['destination-not-s3', statement('', { to: 'oss://stage/x/' }), statement('', { to: 's3://stage/x/' })],
  ['hidden-name', statement('', { to: 's3://stage/x/_y' }), statement('', { to: 's3://stage/x_/y_' })],
  ['one-statement', `${statement('')}; DROP TABLE t`, statement('')],
  ['syntax', `BEGIN READ ONLY; ${statement('')}`, `/* a /* b */ c */ ${statement('')} -- end`],
  ['syntax', statement('PARALLEL MAYBE'), statement('PARALLEL OFF')],
  ['syntax', statement("EXTENSION AS 'x'"), statement("EXTENSION '.x' PARALLEL")],
  ['open-literal', statement("REGION 'us-east-1"), statement("REGION AS 'us-east-1'")],
  ['open-comment', statement('/* a /* b */'), statement('/* a */')],
  ['dollar-sign', "UNLOAD ($$select 1 AS a$$) TO 's3://b/c'", statement('')],
  ['explicit-select-list', ...inner('select * FROM t', 'select a AS a FROM t')],
  ['explicit-select-list', ...inner('select t.*, b AS c FROM t', 'select COUNT(*) AS c FROM t')],
  ['explicit-alias', ...inner('select a FROM t', 'select DISTINCT a AS "A b" FROM t')],
  ['explicit-alias', ...inner('select a b FROM t', 'select TOP 5 a AS b FROM t')],
  ['unique-alias', ...inner('select a AS x, b AS "X" FROM t', 'select a AS x, b AS y FROM t')],
  ['empty-alias', ...inner('select a AS "" FROM t', 'select a AS " " FROM t')],
  ['manifest-alias', ...inner('select a AS "x""y" FROM t', `select "x""y" AS "x'y" FROM t`)],
  ['single-select', ...inner('select a AS a FROM t; DROP TABLE t', "select 'a;b' AS a FROM t")],
  ['single-select', ...inner('DELETE FROM t', 'WITH d AS (select 1) select a AS a FROM d')],
  ['single-select', ...inner('select a AS a INTO x FROM t', 'select a AS "into" FROM t')],
  ['single-select', ...inner('select 1 AS a FROM t UNION select 2 AS a FROM t', 'select (select 1) AS a FROM t')],
  [
    'single-select',
    ...inner('select 1 AS a FROM t, (select 1) AS a FROM t', 'select a IS DISTINCT FROM b AS a FROM t'),
  ],
  ['inner-comment', ...inner('select a -- AS a FROM t', "select '-- a' AS a FROM t")],
  ['inner-sql', ...inner("select 'a AS a FROM t", "select '''a' AS a FROM t")],
  ['inner-sql', ...inner('select (a AS a FROM t', 'select (a) AS a FROM t')],
]

describe('unloadViolations', () => {
  for (const [rule, broken, legal, brokenWithin, legalWithin] of [...documented, ...others]) {
    it(`${rule}: ${broken}`, () => {
      expect(rules(broken, brokenWithin)).toContain(rule)
      expect(unloadViolations(legal, legalWithin)).toEqual([])
    })
  }

  it('is asked about every rule that it has', () => {
    const tested = new Set([...documented, ...others].map(([rule]) => rule))
    expect([...clauseRules, ...valueRules].filter(({ rule }) => !tested.has(rule))).toEqual([])
  })

  it('finds a select that was escaped once too seldom', () => {
    const once = selects.one.replace('"b" AS', "'it''s' AS")
    const text = statement('PARQUET', { select: once })
    expect(rules(text)).toEqual([])
    // Only the quotes doubled, and the backslash eats one of them (redshift.md 1.3).
    const select = `select 'a\\\\' AS "a", "b" AS "b" FROM "s"."t"`
    expect(rules(text.replace(quoteLiteral(once), `'${select.replaceAll("'", "''")}'`))).toEqual(['inner-sql'])
    expect(rules(statement('PARQUET', { select }))).toEqual([])
  })

  it('says where', () => {
    const text = statement('PARQUET GZIP')
    expect(unloadViolations(text)).toEqual([
      { rule: 'parquet-no-gzip', offset: text.indexOf('GZIP'), message: 'PARQUET does not go with GZIP' },
    ])
  })

  it('refuses any text that is no UNLOAD', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => unloadViolations(text).length > 0))
  })
})

const awkward = fc
  .oneof(
    fc.string({
      unit: fc.constantFrom("'", '\\', '"', '/', '*', '-', ';', '$', '(', '\n', 'n', 'é', '名', '😀'),
      maxLength: 20,
    }),
    fc.string({ unit: 'grapheme' }),
  )
  .filter((text) => text !== '')

const column: fc.Arbitrary<ColumnPlan> = fc
  .tuple(awkward, awkward, fc.stringMatching(/^[a-z名_][a-z0-9 é名_'$-]{0,20}$/), fc.nat(4))
  .map(([source, value, target, form]) => {
    const quoted = quoteIdentifier(source)
    const expression = [
      quoted,
      `NVL(${quoted}, ${quoteLiteral(value)})`,
      `CASE WHEN ${quoted} = ${quoteLiteral(value)} THEN NULL ELSE ${quoted} END`,
      `CAST(${quoted} AS DECIMAL(38,0))`,
      `${quoted} AT TIME ZONE 'UTC'`,
    ][form]
    return columnPlan(target, { source, unloadExpression: expression ?? quoted })
  })

const filter = fc.tuple(awkward, awkward, fc.nat(3)).map(([name, value, form]) => {
  const [left, right] = [quoteIdentifier(name), quoteLiteral(value)]
  const condition = [`${left} = ${right}`, `${left} BETWEEN 1 AND 2 OR ${left} IS NULL`]
  return [...condition, `${left} IN (${right}, ${right})`, `${left} IN (select x FROM y LIMIT 3)`][form] ?? ''
})

const plan = fc
  .record({
    columns: fc.uniqueArray(column, { minLength: 1, maxLength: 8, selector: (one) => one.target.toLowerCase() }),
    schema: awkward,
    name: awkward,
    where: fc.option(filter, { nil: undefined }),
    partMegabytesMax: fc.integer({ min: 32, max: 1024 }),
  })
  .map(({ columns, schema, name, where, partMegabytesMax }) =>
    relationPlan(columns, { source: { schema, name }, partMegabytesMax, ...(where === undefined ? {} : { where }) }),
  )

const options = fc.record(
  {
    region: fc.constant('eu-west-1'),
    rowGroupMegabytes: fc.integer({ min: 32, max: 128 }),
    encryption: fc.constant('auto' as const),
  },
  { requiredKeys: [] },
)

describe('unloadStatement', () => {
  const to = { store: 's3', bucket: 'stage', key: 'r/t/1/' } as const
  const iamRole = 'arn:aws:iam::111122223333:role/a,arn:aws-cn:iam::111122223333:role/path/b'

  it('breaks no rule, whatever the plan', () => {
    fc.assert(
      fc.property(plan, options, awkward, (of, more, comment) => {
        expect(unloadViolations(unloadStatement({ ...more, plan: of, to, iamRole, comment }))).toEqual([])
      }),
      { numRuns: 2000 },
    )
  })

  it.each([
    ['"a" -- ', 'inner-comment'],
    ['"a" AS "a" FROM "u" LIMIT 1 --', 'outer-limit'],
    ['*, "a"', 'explicit-select-list'],
    ['"a"; DROP TABLE x', 'single-select'],
    ['NVL("a", \')', 'inner-sql'],
  ])('with the expression %s breaks %s', (unloadExpression, rule) => {
    const of = relationPlan([columnPlan('a', { unloadExpression })])
    expect(rules(unloadStatement({ plan: of, to, iamRole, comment: '' }))).toContain(rule)
  })
})

describe('rowFilterProblem', () => {
  it.each([
    "o_orderdate >= DATE '1998-01-01'",
    "name = 'a;b -- c' AND (x = 1 OR y IS NOT DISTINCT FROM 2)",
    'id IN (SELECT id FROM s.u ORDER BY 1 LIMIT 3)',
    "at < TIMESTAMP WITH TIME ZONE '2024-01-01 00:00:00+00'",
    'CAST(x AS DATE) BETWEEN a AND b',
    'doc."a"[0].b = 1',
    '"limit" > 3',
  ])('%s is one condition', (text) => {
    expect(rowFilterProblem(text)).toBeUndefined()
    expect(rules(statement('PARQUET', { select: `select a AS a FROM t WHERE (${text})` }))).toEqual([])
  })

  it.each([
    ['', /empty/],
    ['  \n', /empty/],
    ['a = 1; DROP TABLE x', /semicolon/],
    ['a = 1 -- b', /comment/],
    ['a = 1 /* b */', /comment/],
    ['a = 1 /* b', /comment has no end/],
    ["a = 'b", /no closing '/],
    ["a = 'b\\'", /no closing '/],
    ['"a = 1', /no closing "/],
    ['a = 1) OR (1 = 1', /does not match/],
    ['(a = 1', /does not match/],
    ['(a[1) = 1]', /does not match/],
    ['a = 1 LIMIT 5', /LIMIT begins another clause/],
    ['a = 1 UNION ALL SELECT 1', /UNION begins another clause/],
    ['1, 2', /comma/],
    ['a = $$b$$', /dollar/],
    ['a = \0', /NUL/],
  ])('%j is refused', (text, message) => {
    expect(rowFilterProblem(text)).toMatch(message)
  })
})
