import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { quoteIdentifier, relationSql } from '../../../../src/dialect/redshift/identifier.js'
import { quoteLiteral } from '../../../../src/dialect/redshift/literal.js'
import { unloadStatement } from '../../../../src/dialect/redshift/unload.js'
import type { Location } from '../../../../src/model/names.js'
import { columnPlan, relationPlan } from '../sample-plan.js'
import { scan } from './redshift-scanner.js'

const to: Location = { store: 's3', bucket: 'stage', key: 'root/3f2a/r1/sales_orders-0123abcd/1/' }
const iamRole = 'arn:aws:iam::111122223333:role/Unload'

/** Texts rich in what literals and comments are afraid of. */
const awkwardText = fc.oneof(
  fc.string({
    unit: fc.constantFrom("'", '\\', '"', '/', '*', '-', '\n', 'n', 'a', '{', '$', 'é', '名', '😀'),
    maxLength: 20,
  }),
  fc.string({ unit: 'grapheme' }),
)

describe('identifiers', () => {
  it('are always quoted', () => {
    expect(quoteIdentifier('a"b')).toBe('"a""b"')
    expect(relationSql({ schema: 'Sales 1', name: 'table' })).toBe('"Sales 1"."table"')
  })

  it('come back whole', () => {
    fc.assert(
      fc.property(awkwardText, (name) => {
        expect(scan(quoteIdentifier(name))).toEqual([{ kind: 'identifier', text: name }])
      }),
    )
  })
})

describe('literals', () => {
  it.each([
    ['plain', "'plain'"],
    ["it's", "'it''s'"],
    ["a\\b'c", "'a\\\\b''c'"],
    ['\\', "'\\\\'"],
    ["\\'", "'\\\\'''"],
  ])('%s is written %s', (text, literal) => {
    expect(quoteLiteral(text)).toBe(literal)
  })

  it('come back whole', () => {
    fc.assert(
      fc.property(awkwardText, (text) => {
        expect(scan(quoteLiteral(text))).toEqual([{ kind: 'literal', text }])
      }),
      { numRuns: 1000 },
    )
  })
})

describe('unloadStatement', () => {
  const plan = relationPlan([
    columnPlan('id', { source: 'Id', unloadExpression: '"Id"' }),
    columnPlan('flag', { unloadExpression: 'RTRIM(CAST("flag" AS VARCHAR(1)))' }),
  ])

  it('names every column, role and option', () => {
    expect(unloadStatement({ plan, to, iamRole, comment: 'migrate r1 t-1' })).toBe(
      '/* migrate r1 t-1 */ UNLOAD (' +
        `'select "Id" AS "id", RTRIM(CAST("flag" AS VARCHAR(1))) AS "flag" FROM "sales"."Orders"') ` +
        "TO 's3://stage/root/3f2a/r1/sales_orders-0123abcd/1/' " +
        "IAM_ROLE 'arn:aws:iam::111122223333:role/Unload' " +
        'FORMAT AS PARQUET MANIFEST VERBOSE MAXFILESIZE 256 MB',
    )
  })

  it('adds region and key where they are given, and knows the default role', () => {
    const text = unloadStatement({ plan, to, iamRole: 'default', region: 'eu-west-1', comment: '', kmsKeyId: 'k-1' })
    expect(text).toMatch(
      / IAM_ROLE default FORMAT AS PARQUET MANIFEST VERBOSE MAXFILESIZE 256 MB REGION 'eu-west-1' ENCRYPTED KMS_KEY_ID 'k-1'$/,
    )
  })

  it('adds row groups and the bucket’s own key where they are asked for', () => {
    const text = unloadStatement({ plan, to, iamRole, comment: '', rowGroupMegabytes: 64, encryption: 'auto' })
    expect(text).toMatch(/ MANIFEST VERBOSE MAXFILESIZE 256 MB ROWGROUPSIZE 64 MB ENCRYPTED AUTO$/)
  })

  it('unloads only the rows that the plan asks for, its condition kept whole', () => {
    const text = unloadStatement({ plan: { ...plan, where: "a = 'x' OR b" }, to, iamRole, comment: '' })
    expect(text).toContain(`FROM "sales"."Orders" WHERE (a = ''x'' OR b)')`)
  })

  it('keeps a literal inside the select through both readings, under any comment', () => {
    fc.assert(
      fc.property(awkwardText, awkwardText, awkwardText, (value, name, comment) => {
        const unloadExpression = `NVL(${quoteIdentifier(name)}, ${quoteLiteral(value)})`
        const statement = unloadStatement({
          plan: relationPlan([columnPlan('c', { unloadExpression })]),
          to,
          iamRole,
          comment,
        })
        const outer = scan(statement)
        expect(outer.map(({ kind }) => kind).slice(0, 4)).toEqual(['comment', 'word', 'word', 'literal'])
        expect(outer.filter(({ kind }) => kind === 'literal')).toHaveLength(3)
        const inner = scan(outer[3]?.text ?? '')
        expect(inner.slice(0, 7)).toEqual([
          { kind: 'word', text: 'select' },
          { kind: 'word', text: 'NVL' },
          { kind: 'word', text: '(' },
          { kind: 'identifier', text: name },
          { kind: 'word', text: ',' },
          { kind: 'literal', text: value },
          { kind: 'word', text: ')' },
        ])
      }),
      { numRuns: 1000 },
    )
  })

  it('never overwrites or cleans', () => {
    expect(unloadStatement({ plan, to, iamRole, comment: '' })).not.toMatch(/ALLOWOVERWRITE|CLEANPATH/i)
  })
})
