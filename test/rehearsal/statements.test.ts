import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { MaxComputeClient } from '../../src/target/maxcompute/client.js'
import { changeConfig, emulate, migrate, runIds, type Emulated } from './rehearsal.js'

let emulated: Emulated

beforeAll(async () => {
  emulated = await emulate({ seed: 'tpch' })
  await changeConfig(emulated.clouds.config, (text) =>
    text.replace('maxcompute:', 'maxcompute:\n  quota: night\n  priority: 7'),
  )
})

afterAll(() => emulated[Symbol.asyncDispose]())

interface Line {
  readonly event: string
  readonly token: string
  readonly text: string
  readonly settings: Record<string, string>
  readonly priority: number
  readonly instance: string
  readonly logview: string
}

it('the journal holds every statement that the service got, with settings and logview', async () => {
  const { config, maxcompute } = emulated.clouds
  const { code } = await migrate(['run', '--select', 'tpch.region', '--config', config])
  expect(code).toBe(0)
  const [run = ''] = await runIds(config)
  const text = await readFile(join(dirname(config), 'runs', run, 'journal.jsonl'), 'utf8')
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)
  const statements = new Map(lines.filter(({ event }) => event === 'statement').map((line) => [line.token, line]))
  const begun = lines.filter(({ event }) => event === 'instance')
  const { endpoint, project, accessId: accessKeyId, accessKey: accessKeySecret } = maxcompute
  const client = new MaxComputeClient({
    endpoint,
    project,
    credentials: { current: async () => ({ accessKeyId, accessKeySecret }) },
  })
  const listed = (await client.findInstances({})).map(({ id }) => id)
  expect(begun.map(({ instance }) => instance).sort()).toEqual(listed.sort())
  for (const { instance, token, logview } of begun) {
    const statement = statements.get(token)
    const source = await client.instanceSource(instance)
    expect(source.jobName).toBe(token)
    expect(source.query?.replace(/\s*;$/, '')).toBe(statement?.text.trimEnd())
    expect(statement).toMatchObject({ priority: 7, settings: { 'odps.task.wlm.quota': 'night' } })
    expect(logview).toContain(`i=${instance}`)
  }
  const words = new Set([...statements.values()].map((statement) => statement.text.trim().split(/\s/)[0]))
  expect([...words].sort()).toEqual(['CREATE', 'LOAD', 'SELECT'])
  client.close()
})
