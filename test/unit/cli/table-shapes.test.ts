import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse, stringify } from 'yaml'
import { expect, it } from 'vitest'
import { loadConfig, type LoadedConfig } from '../../../src/cli/config.js'
import { policyOf } from '../../../src/cli/policy.js'

const example = fileURLToPath(new URL('../../../config/example.yaml', import.meta.url))
const environment = {
  REDSHIFT_PASSWORD: 'pw',
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'alibaba-secret',
  AWS_SECRET_ACCESS_KEY: 'aws-secret',
}

async function loaded(change: object, schema?: string): Promise<LoadedConfig> {
  const config = parse(await readFile(example, 'utf8')) as { maxcompute: object }
  const path = join(await mkdtemp(join(tmpdir(), 'table-shapes-')), 'migrate.yaml')
  const maxcompute = { ...config.maxcompute, ...(schema === undefined ? {} : { schema }) }
  await writeFile(path, stringify({ ...config, maxcompute, ...change }))
  return loadConfig(path, environment)
}

it('the shapes of tables reach the planner as they were chosen', async () => {
  const relations = {
    's.a': { partition: { by: 'day', unit: 'month', unloadPartitioned: true } },
    's.b': { partition: { by: 'kind' } },
    's.c': { clustering: 'auto' },
    's.d': { clustering: { by: ['x'], buckets: 4 } },
    's.e': { primaryKey: true },
  }
  expect(policyOf(await loaded({ relations })).relations).toEqual([
    { match: 's.a', partition: { by: 'day', unit: 'month', unloadPartitioned: true } },
    { match: 's.b', partition: { by: 'kind', unit: 'value' } },
    { match: 's.c', clustering: 'auto' },
    { match: 's.d', clustering: { kind: 'hash', by: ['x'], buckets: 4 } },
    { match: 's.e', primaryKey: true },
  ])
})

it.each([
  ['naming.schema', { naming: { schema: '{schema}' } }, undefined],
  ['maxcompute.schema, where older configs have it', {}, '{schema}'],
  ['both, when they agree', { naming: { schema: '{schema}' } }, '{schema}'],
])('the template of schemas is that of %s', async (_what, change, schema) => {
  expect(policyOf(await loaded(change, schema)).naming.schema).toBe('{schema}')
})

const by = { by: 'day', unit: 'day' }

it.each<[string, object, string?]>([
  [
    'relations.s.*: partition does not go with clustering',
    { relations: { 's.*': { partition: by, clustering: 'auto' } } },
  ],
  [
    'relations.s.*: primaryKey does not go with partition',
    { relations: { 's.*': { partition: by, primaryKey: true } } },
  ],
  [
    'relations.s.*: primaryKey does not go with clustering',
    { relations: { 's.*': { clustering: 'auto', primaryKey: true } } },
  ],
  [
    'relations.s.*.clustering.buckets: only for kind hash',
    { relations: { 's.*': { clustering: { kind: 'range', by: ['x'], buckets: 2 } } } },
  ],
  ['naming.schema: a is not maxcompute.schema b', { naming: { schema: 'a' } }, 'b'],
])('refused when the config is read: %s', async (message, change, schema) => {
  await expect(loaded(change, schema)).rejects.toMatchObject({
    code: 'config',
    message: expect.stringContaining(message) as unknown,
  })
})
