import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { emulate, migrate, type Emulated } from './rehearsal.js'

let emulated: Emulated

beforeAll(async () => {
  emulated = await emulate({ seed: 'tpch' })
})

afterAll(async () => {
  await emulated[Symbol.asyncDispose]()
})

/** What somebody gets wrong in the config, the exit code that says so, and what the line must name. */
const wrongs: readonly {
  readonly what: string
  readonly change: (text: string) => string
  readonly code: number
  readonly says: RegExp
  readonly hint: RegExp
}[] = [
  {
    what: 'a typo',
    change: (text) => text.replace('iamRole', 'iamRoll'),
    code: 3,
    says: /redshift\.iamRoll: there is no such setting/,
    hint: /did you mean iamRole/,
  },
  {
    what: 'a wrong password',
    change: (text) => text.replace('secrets/redshift-password', 'secrets/wrong'),
    code: 6,
    says: /migrator/,
    hint: /password/,
  },
  {
    what: 'a missing S3 bucket',
    change: (text) => text.replace('bucket: redshift-stage', 'bucket: no-such-bucket'),
    code: 6,
    says: /no-such-bucket/,
    hint: /./,
  },
  {
    what: 'a missing OSS bucket',
    change: (text) => text.replace('bucket: maxcompute-stage', 'bucket: no-such-bucket'),
    code: 7,
    says: /no-such-bucket/,
    hint: /./,
  },
  {
    what: 'a role that is not attached',
    change: (text) => text.replace('role/RedshiftUnload', 'role/NotAttached'),
    code: 6,
    says: /NotAttached/,
    hint: /attach/,
  },
  {
    what: 'a role that does not trust MaxCompute',
    change: (text) => text.replace('role/MaxComputeLoad', 'role/NotTrusting'),
    code: 8,
    says: /NotTrusting|ODPS-/,
    hint: /./,
  },
  {
    what: 'a wrong MaxCompute key',
    change: (text) => text.replace(/(accessKey: ).*/, '$1${file:secrets/wrong}'),
    code: 8,
    says: /./,
    hint: /./,
  },
  {
    what: 'a project that does not exist',
    change: (text) => text.replace('project: tpch_target', 'project: nowhere'),
    code: 8,
    says: /nowhere/,
    hint: /./,
  },
]

describe('what is wrong is said in one line with a hint, under its own exit code, and nothing is loaded', () => {
  for (const { what, change, code, says, hint } of wrongs) {
    it(what, async () => {
      const text = await readFile(emulated.clouds.config, 'utf8')
      expect(change(text)).not.toBe(text)
      const path = join(emulated.dir, 'wrong.yaml')
      await writeFile(join(emulated.dir, 'secrets', 'wrong'), 'not-the-secret')
      await writeFile(path, change(text).replace(/^version: 1$/m, 'version: 1\nruns: wrong-runs'))
      const ended = await migrate(['run', '--new', '--select', 'tpch.region', '--config', path])
      expect({ code: ended.code, stderr: ended.stderr }).toMatchObject({ code })
      expect(ended.stderr).toMatch(says)
      const line = ended.stderr.split('\n').find((one) => one.startsWith('hint: '))
      expect(line).toMatch(hint)
      expect(ended.stderr + ended.stdout).not.toContain('not-the-secret')
      expect(ended.stderr).not.toMatch(/^ +at /m)
    })
  }

  it('an unknown command and an unknown option name what was meant', async () => {
    const unknown = await migrate(['verfy'])
    expect(unknown.code).toBe(2)
    expect(unknown.stderr).toMatch(/verify/)
    const option = await migrate(['run', '--nwe'])
    expect(option.code).toBe(2)
    expect(option.stderr).toMatch(/nwe/)
  })
})
