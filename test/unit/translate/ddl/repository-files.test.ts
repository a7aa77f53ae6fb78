import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ddlText } from '../../../../src/translate/ddl-text.js'
import { parseDdl, parseDdlFiles } from '../../../../src/translate/ddl/parse-ddl.js'
import { planRelation, type PlanPolicy } from '../../../../src/translate/relation.js'
import { defaultTypePolicy } from '../../../../src/translate/types.js'
import { readCatalogEntries } from '../redshift-ddl.js'

const root = new URL('../../../../', import.meta.url)

const policy: PlanPolicy = {
  naming: { project: 'tpch_target', table: '{table}' },
  types: defaultTypePolicy,
  depth: 'aggregates',
}

function filesOf(folder: string): { file: string; text: string }[] {
  return readdirSync(new URL(folder, root))
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => ({ file: name, text: readFileSync(new URL(`${folder}/${name}`, root), 'utf8') }))
}

function planText(text: string, file: string): string {
  const { entries, ignored } = parseDdl(text, file)
  const [entry] = entries
  if (entry === undefined || entries.length > 1) throw new Error(`${file}: ${entries.length} entries`)
  expect(ignored).toEqual([])
  return ddlText(planRelation(entry, policy))
}

describe('ddl/tpch/redshift', () => {
  const files = filesOf('ddl/tpch/redshift')

  it('has eight files', () => {
    expect(files).toHaveLength(8)
  })

  it.each(files)('$file becomes ddl/tpch/maxcompute byte for byte', ({ file, text }) => {
    expect(planText(text, file)).toBe(readFileSync(new URL(`ddl/tpch/maxcompute/${file}`, root), 'utf8'))
  })
})

describe('ddl/guide/redshift', () => {
  const files = filesOf('ddl/guide/redshift')
  const others = readCatalogEntries(new URL('ddl/guide/redshift/', root))

  it('has eight files', () => {
    expect(files).toHaveLength(8)
  })

  it.each(files)("$file becomes what another reader's entries become", ({ file, text }) => {
    const other = others.find(({ name }) => `${name}.sql` === file)
    if (other === undefined) throw new Error(`nothing of ${file}`)
    expect(planText(text, file)).toBe(ddlText(planRelation(other, policy)))
  })

  it('is read in one go too', () => {
    expect(parseDdlFiles(files).entries.map(({ name }) => name)).toEqual(others.map(({ name }) => name))
  })
})
