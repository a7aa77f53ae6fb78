import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { CatalogEntry } from '../../../src/model/catalog.js'
import { ddlText } from '../../../src/translate/ddl-text.js'
import { planRelation, type PlanPolicy } from '../../../src/translate/relation.js'
import { defaultTypePolicy } from '../../../src/translate/types.js'
import { everyType } from './every-type.js'
import { readCatalogEntries } from './redshift-ddl.js'

const root = new URL('../../../', import.meta.url)

const policy: PlanPolicy = {
  naming: { project: 'tpch_target', table: '{table}' },
  types: defaultTypePolicy,
  depth: 'aggregates',
}

/** A table's columns and types, read from a CREATE TABLE of one column a line without looking at case or quotes. */
function tableColumns(text: string): readonly string[] {
  const body = /\(\n(.*)\n\)/s.exec(text)?.[1] ?? ''
  return body
    .split('\n')
    .map((line) => line.trim().replace(/,$/, '').replaceAll('`', '').replace(/\s+/g, ' ').toLowerCase())
}

describe('TPC-H', () => {
  const entries = readCatalogEntries(new URL('ddl/tpch/redshift/', root))

  it('has eight tables', () => {
    expect(entries.map((entry) => entry.name)).toHaveLength(8)
  })

  it.each(entries)('makes $name as it was written down', (entry) => {
    const expected = readFileSync(new URL(`ddl/tpch/maxcompute/${entry.name}.sql`, root), 'utf8')
    expect(ddlText(planRelation(entry, policy))).toBe(expected)
  })
})

describe('the official guide', () => {
  const entries = readCatalogEntries(new URL('ddl/guide/redshift/', root))
  const guidePolicy: PlanPolicy = { ...policy, types: { ...defaultTypePolicy, timestamps: 'utc' } }

  it('has eight tables', () => {
    expect(entries.map((entry) => entry.name)).toHaveLength(8)
  })

  it.each(entries)('makes the columns and types of $name that the guide shows', (entry) => {
    const expected = tableColumns(readFileSync(new URL(`ddl/guide/maxcompute/${entry.name}.sql`, root), 'utf8'))
    const plan = planRelation(entry, guidePolicy)
    expect(tableColumns(ddlText(plan))).toEqual(expected)
    expect(plan.strategy).toBe('direct')
  })
})

describe('every type', () => {
  it.each<[string, CatalogEntry, PlanPolicy]>([
    ['every-type', everyType, policy],
    ['every-type-other-choices', everyType, { ...policy, types: otherChoices(), lifecycleDays: 30 }],
  ])('%s as it was written down', (file, entry, of) => {
    const expected = readFileSync(new URL(`test/golden/ddl/${file}.sql`, root), 'utf8')
    expect(ddlText(planRelation(entry, of))).toBe(expected)
  })
})

function otherChoices(): PlanPolicy['types'] {
  return {
    ...defaultTypePolicy,
    timestamps: 'utc',
    char: 'char',
    varcharAs: 'string',
    overrides: [
      { match: 'numeric(*', type: 'DECIMAL(38,18)' },
      { match: 'numeric(38,20)', type: 'decimal( 38, 20 )' },
      { match: 'super', type: 'JSON' },
      { match: 'binary varying(64000)', type: 'STRING' },
      { match: 'hllsketch', type: 'BIGINT' },
      { match: 'lab.*.c_geometry', type: 'STRING', expression: 'ST_AsEWKT({column}, 17)' },
    ],
  }
}
