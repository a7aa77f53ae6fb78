import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Access } from '../../../src/access/access.js'
import { assumedRoleCredentials, staticCredentials } from '../../../src/access/credentials.js'
import type { AccessKeys } from '../../../src/model/credentials.js'
import { MigrationError } from '../../../src/model/errors.js'

const minute = 60_000

describe('credentials', () => {
  beforeEach(() => vi.useFakeTimers({ now: 1_000_000_000 }))
  afterEach(() => vi.useRealTimers())

  /** An access whose roles give new keys for an hour each time. */
  function numberedAccess() {
    const state = { assumedCount: 0, failing: false }
    const access: Pick<Access, 'assume'> = {
      assume: async (arn) => {
        const number = (state.assumedCount += 1)
        await Promise.resolve()
        if (state.failing) throw new MigrationError('access-unreachable', 'STS is away', { transient: true })
        return {
          accessKeyId: `${arn}-${number}`,
          accessKeySecret: 's',
          securityToken: 't',
          expiresAt: Date.now() + 60 * minute,
        }
      },
    }
    return { state, access: access as Access }
  }

  it('that are static are given as they are', async () => {
    const keys = { accessKeyId: 'a', accessKeySecret: 'b' }
    expect(await staticCredentials(keys).current()).toBe(keys)
  })

  it('of a role are fetched once for all who ask together', async () => {
    const { state, access } = numberedAccess()
    const credentials = assumedRoleCredentials(access, 'role')
    const given = await Promise.all(Array.from({ length: 20 }, () => credentials.current()))
    expect(new Set(given.map(({ accessKeyId }) => accessKeyId))).toEqual(new Set(['role-1']))
    expect(state.assumedCount).toBe(1)
  })

  it('of a role are fetched again five minutes before they expire', async () => {
    const { access } = numberedAccess()
    const credentials = assumedRoleCredentials(access, 'role')
    await credentials.current()
    vi.advanceTimersByTime(54 * minute)
    expect((await credentials.current()).accessKeyId).toBe('role-1')
    vi.advanceTimersByTime(1 * minute)
    expect((await credentials.current()).accessKeyId).toBe('role-2')
  })

  it('of a role are fetched anew, once, when a service refuses them before their time', async () => {
    const { state, access } = numberedAccess()
    const told: string[] = []
    const onKeys = ({ accessKeyId }: AccessKeys) => void told.push(accessKeyId)
    const credentials = assumedRoleCredentials(access, 'role', { onKeys, refreshMilliseconds: 10 * minute })
    const refused = await credentials.current()
    const given = await Promise.all(Array.from({ length: 5 }, async () => credentials.renew?.(refused)))
    expect(given.map((keys) => keys?.accessKeyId)).toEqual(Array.from({ length: 5 }, () => 'role-2'))
    expect((await credentials.renew?.(refused))?.accessKeyId).toBe('role-2')
    expect(told).toEqual(['role-1', 'role-2'])
    vi.advanceTimersByTime(50 * minute)
    expect((await credentials.current()).accessKeyId).toBe('role-3')
    expect(state.assumedCount).toBe(3)
  })

  it('of a role serve on while they hold, when no new ones can be had', async () => {
    const { state, access } = numberedAccess()
    const credentials = assumedRoleCredentials(access, 'role')
    await credentials.current()
    state.failing = true
    vi.advanceTimersByTime(57 * minute)
    expect((await credentials.current()).accessKeyId).toBe('role-1')
    vi.advanceTimersByTime(3 * minute)
    await expect(credentials.current()).rejects.toMatchObject({ code: 'access-unreachable' })
    state.failing = false
    expect((await credentials.current()).accessKeyId).toBe('role-4')
  })
})
