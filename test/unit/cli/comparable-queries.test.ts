import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { readComparableQueries } from '../../../src/cli/comparable-queries.js'
import { loadConfig } from '../../../src/cli/config.js'

const example = fileURLToPath(new URL('../../../config/example.yaml', import.meta.url))
const environment = { REDSHIFT_PASSWORD: 'pw-from-env', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'alibaba-secret' }

async function read(relations: string, query: string): ReturnType<typeof readComparableQueries> {
  const folder = await mkdtemp(join(tmpdir(), 'queries-'))
  const text = (await readFile(example, 'utf8'))
    .replace('relations: {}', `relations: ${relations}`)
    .replace('queries: []', 'queries: [q.yaml]')
  await writeFile(join(folder, 'migrate.yaml'), text)
  const columns = 'columns: [{ name: n, kind: exact }]'
  const texts = 'source: SELECT COUNT(*) AS n FROM {relation}\ntarget: SELECT COUNT(*) AS n FROM {relation}'
  await writeFile(join(folder, 'q.yaml'), `name: q\nrelation: sales.orders\n${texts}\n${columns}\n${query}`)
  return readComparableQueries(await loadConfig(join(folder, 'migrate.yaml'), environment))
}

describe('readComparableQueries', () => {
  it('refuses a query about a filtered relation', async () => {
    await expect(read(`{ 'sales.*': { where: "a = 1" } }`, '')).rejects.toMatchObject({
      code: 'config',
      message: 'verify.queries: query q is not comparable: relations.sales.*.where filters sales.orders',
    })
  })

  it.each([
    ['that says it filters', `{ 'sales.*': { where: "a = 1" } }`, 'filtered: true'],
    ['about a relation that is not filtered', `{ 'sales.customer': { where: "a = 1" } }`, ''],
    ['about a relation whose last choice has no filter', `{ '*': { where: "a = 1" }, sales.orders: {} }`, ''],
    ['about a relation with fewer columns', `{ sales.orders: { columns: [a] } }`, ''],
  ])('takes a query %s', async (_, relations, query) => {
    expect((await read(relations, query)).map((one) => one.name)).toEqual(['q'])
  })
})
