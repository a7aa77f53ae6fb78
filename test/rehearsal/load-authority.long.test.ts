import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runSql } from './maxcompute-session.js'
import { changeConfig, emulate, migrate, type Emulated } from './rehearsal.js'

let emulated: Emulated

const role = {
  name: 'AliyunODPSDefaultRole',
  arn: 'acs:ram::1234567890123456:role/AliyunODPSDefaultRole',
  trusts: ['odps.aliyuncs.com'],
  policies: [],
  buckets: ['maxcompute-stage'],
}

beforeAll(async () => {
  emulated = await emulate({ seed: 'tpch', more: { world: { alibaba: { roles: [role] } } } })
})

afterAll(async () => {
  await emulated[Symbol.asyncDispose]()
})

function step(...args: string[]): ReturnType<typeof migrate> {
  return migrate([...args, '--config', emulated.clouds.config, '-v'])
}

async function textsBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  return Promise.all(
    entries.filter((one) => one.isFile()).map((one) => readFile(join(one.parentPath, one.name), 'utf8')),
  )
}

async function rowsOf(table: string): Promise<string> {
  const text = await runSql(emulated.clouds, `SELECT COUNT(*) AS n FROM \`${table}\``)
  return text.replaceAll('"', '').trim().split('\n').at(-1) ?? ''
}

describe('as whom LOAD reads', () => {
  it('the default role: the statement names none', async () => {
    await changeConfig(emulated.clouds.config, (text) => text.replace(/^( +)roleArn: .*$/m, '$1loadWith: default-role'))
    const { code, stderr } = await step('run', '--new', '--select', 'tpch.region')
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
    expect(await rowsOf('region')).toBe('5')
  })

  it('keys: they let LOAD in, the plan tells of it, and nobody but the project sees them', async () => {
    await changeConfig(emulated.clouds.config, (text) => text.replace('loadWith: default-role', 'loadWith: keys'))
    const planned = await step('plan')
    expect(planned.stdout).toMatch(/^note RS0260: every LOAD carries an AccessKey/m)
    const { code, stdout, stderr } = await step('run', '--select', 'tpch.nation')
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
    expect(await rowsOf('nation')).toBe('25')
    const texts = [...(await textsBelow(join(emulated.dir, 'runs'))), planned.stdout, stdout, stderr]
    expect(texts.some((text) => /LOAD OVERWRITE TABLE .*oss:\/\/\*\*\*:\*\*\*@/.test(text))).toBe(true)
    expect(texts.filter((text) => text.includes(emulated.clouds.oss.accessKeySecret))).toEqual([])
  })

  it('keys: a failure of LOAD shows none of them', async () => {
    await changeConfig(emulated.clouds.config, (text) => text.replace(/^( +loadEndpoint: ).*$/m, '$1nowhere.invalid'))
    const { code, stdout, stderr } = await step('run', '--select', 'tpch.customer')
    expect(code).toBe(8)
    expect(stderr).toContain('UnknownHostException')
    const texts = [...(await textsBelow(join(emulated.dir, 'runs'))), stdout, stderr]
    expect(texts.filter((text) => text.includes(emulated.clouds.oss.accessKeySecret))).toEqual([])
  })
})
