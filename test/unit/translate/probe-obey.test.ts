import { describe, expect, it } from 'vitest'
import type { CatalogEntry, SourceType } from '../../../src/model/catalog.js'
import type { ProbeAnswer, ProbeFact } from '../../../src/model/facts.js'
import type { RelationPlan } from '../../../src/model/plan.js'
import { hiveConcerns, needsHive } from '../../../src/translate/probe-obey.js'
import { planRelation } from '../../../src/translate/relation.js'
import { defaultTypePolicy } from '../../../src/translate/types.js'

const types: readonly SourceType[] = [
  { base: 'numeric', text: 'numeric(12,2)', precision: 12, scale: 2 },
  { base: 'timestamp without time zone', text: 'timestamp without time zone' },
  { base: 'timestamp with time zone', text: 'timestamp with time zone' },
  { base: 'boolean', text: 'boolean' },
  { base: 'character varying', text: 'character varying(20)', length: 20 },
]

const entry: CatalogEntry = {
  schema: 's',
  name: 't',
  kind: 'table',
  columns: types.map((type, n) => ({
    name: `c${n}`,
    ordinal: n + 1,
    type,
    notNull: false,
    distKey: false,
    sortKeyPosition: 0,
  })),
  constraints: [],
}

function probe(answers: readonly (Partial<ProbeAnswer> & Pick<ProbeAnswer, 'sourceType' | 'targetType'>)[]): ProbeFact {
  const reader = { native: true, hive: false, zone: 'UTC' as const }
  const whole = answers.map((one) => ({ form: 'direct' as const, reader, verdict: 'exact' as const, ...one }))
  return { fact: 'probe', run: 'r', at: '2026-01-01', project: 'p', endpoint: 'e', rows: 'constants', answers: whole }
}

function planned(fact?: ProbeFact, types = defaultTypePolicy): RelationPlan {
  const policy = { types, naming: { project: 'p', table: '{table}' }, depth: 'count' as const }
  return planRelation(entry, fact === undefined ? policy : { ...policy, probe: fact })
}

const decimal = { sourceType: 'numeric(9,2)', targetType: 'DECIMAL(9,2)' }
const codes = ({ concerns }: RelationPlan): readonly string[] =>
  concerns.filter(({ code }) => code.startsWith('RS025')).map(({ code, column }) => `${code} ${column ?? ''}`)

describe('a plan that knows a probe', () => {
  it('is the same where everything was exact, and where nothing was asked', () => {
    expect(planned(probe([]))).toEqual(planned())
    expect(planned(probe([decimal]))).toEqual(planned())
  })

  it('spells a type that LOAD refuses, and casts it behind a staging table', () => {
    const plan = planned(
      probe([
        { ...decimal, verdict: 'refused', detail: 'ODPS-0123131' },
        { ...decimal, form: 'text' },
      ]),
    )
    expect(codes(plan)).toEqual(['RS0250 c0'])
    expect(plan).toMatchObject({ strategy: 'staged' })
    expect(plan.columns[0]).toMatchObject({
      targetType: 'DECIMAL(12,2)',
      unloadExpression: '"c0"',
      wire: { expression: 'CAST("c0" AS VARCHAR(42))' },
      staging: { type: 'STRING', expression: 'CAST(`c0` AS DECIMAL(12,2))' },
    })
  })

  it('blocks where text was found to be no way either, and never spells texts', () => {
    const refused = { ...decimal, verdict: 'refused' as const }
    expect(codes(planned(probe([refused])))).toEqual(['RS0251 c0'])
    expect(codes(planned(probe([refused, { ...decimal, form: 'text', verdict: 'rounded' }])))).toEqual(['RS0251 c0'])
    const text = { sourceType: 'character varying(40)', targetType: 'VARCHAR(40)' }
    expect(codes(planned(probe([{ ...text, verdict: 'null' }])))).toEqual(['RS0251 c4'])
  })

  it('takes the answer about the same type of the source where there is one', () => {
    const instant = { sourceType: 'timestamp with time zone', targetType: 'TIMESTAMP' }
    const clock = { sourceType: 'timestamp without time zone', targetType: 'TIMESTAMP' }
    const plan = planned(
      probe([{ ...instant, verdict: 'shifted', detail: '+8 h' }, { ...instant, form: 'text' }, clock]),
    )
    expect(codes(plan)).toEqual(['RS0250 c2'])
    expect(plan.columns[1]?.staging).toEqual({ type: 'TIMESTAMP', expression: 'CAST(`c1` AS TIMESTAMP_NTZ)' })
    expect(plan.columns[2]?.staging).toEqual({ type: 'STRING', expression: 'CAST(`c2` AS TIMESTAMP)' })
  })

  it('spells a DATETIME where LOAD shifts the TIMESTAMP that it is made of, and the text of one was exact', () => {
    const shifted = { sourceType: 'timestamp with time zone', targetType: 'TIMESTAMP', verdict: 'shifted' as const }
    const text = { ...shifted, targetType: 'DATETIME', form: 'text' as const }
    const clock = { sourceType: 'timestamp without time zone', targetType: 'TIMESTAMP' }
    const types = { ...defaultTypePolicy, overrides: [{ match: 's.t.c2', type: 'DATETIME' }] }
    const plan = planned(probe([shifted, { ...text, verdict: 'exact' }, clock]), types)
    expect(codes(plan)).toEqual(['RS0250 c2'])
    expect(plan.columns[2]).toMatchObject({
      targetType: 'DATETIME',
      staging: { type: 'STRING', expression: 'CAST(CAST(`c2` AS TIMESTAMP) AS DATETIME)' },
    })
    expect(plan.columns[2]?.wire?.expression).toContain(`DATE_TRUNC('milliseconds', "c2")`)
    expect(codes(planned(probe([shifted, { ...text, verdict: 'rounded' }]), types))).toContain('RS0251 c2')
  })

  it('sends Hive mode only where more is exact in it, and then goes by what was found in it', () => {
    const hive = { native: true, hive: true, zone: 'UTC' as const }
    const refused = { ...decimal, verdict: 'refused' as const }
    const needed = probe([refused, { ...decimal, reader: hive }])
    expect([needsHive(needed), codes(planned(needed))]).toEqual([true, []])
    expect(hiveConcerns(needed).map(({ code }) => code)).toEqual(['RS0252'])
    const useless = probe([decimal, { ...decimal, reader: hive }])
    expect([needsHive(useless), needsHive(undefined), hiveConcerns(useless)]).toEqual([false, false, []])
  })
})
