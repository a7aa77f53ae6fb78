import { describe, expect, it } from 'vitest'
import type { Call } from '../../../src/model/work.js'
import { unloadKeys, unloadSeconds } from '../../../src/source/redshift/unload-keys.js'

const call: Call = { signal: new AbortController().signal, deadlineAt: Date.now() + 10_000, note: () => undefined }
const source = { schema: 'sales', name: 'orders' }
const pair = { accessKeyId: 'AKIAEXAMPLE', accessKeySecret: 'secret-of-the-pair' }
const gigabyte = 1024 ** 3

describe('the keys of an UNLOAD', () => {
  it('estimates by size and speed, and never under a minute', () => {
    expect(unloadSeconds(100 * gigabyte, 100)).toBe(1024)
    expect(unloadSeconds(0, 100)).toBe(60)
  })

  it('are refused when they hold for less than twice the estimate, with both figures and the role as the way out', async () => {
    const keys = { ...pair, securityToken: 'token-of-the-pair', expiresAt: Date.now() + 2000 * 1000 }
    const given = unloadKeys({ region: 'us-east-1', keys, megabytesPerSecond: 100 })
    // 100 GB at 100 MB/s are 1,024 s.
    const refused = given.current({ source, byteEstimate: 100 * gigabyte }, call)
    await expect(refused).rejects.toMatchObject({
      code: 'source-refused',
      message: expect.stringMatching(
        /^unload sales\.orders: the AWS keys hold for (1999|2000) s more, .* 1024 s/,
      ) as string,
      hint: expect.stringContaining('redshift.iamRole') as string,
    })
    await expect(refused).rejects.not.toThrow(/of-the-pair/)
    await expect(given.current({ source, byteEstimate: 50 * gigabyte }, call)).resolves.toBe(keys)
  })

  it('that have no end are taken for any size, and told to the redactor before they are used', async () => {
    const hushed: string[] = []
    const options = { region: 'us-east-1', keys: pair, megabytesPerSecond: 1, hush: (one: string) => hushed.push(one) }
    await unloadKeys(options).current({ source, byteEstimate: 10_000 * gigabyte }, call)
    expect(hushed).toContain('secret-of-the-pair')
  })
})
