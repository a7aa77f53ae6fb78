import { afterEach, describe, expect, it, vi } from 'vitest'
import { tellError } from '../../../src/cli/context.js'
import { makeTalk } from '../../../src/cli/talk.js'
import { MigrationError } from '../../../src/model/errors.js'

const secret = 'canary-secret'

function told(error: unknown): string {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  const redact = (text: string): string => text.replaceAll(secret, '***')
  tellError(error, makeTalk({ json: false, quiet: true, verbose: false, color: false, redact }))
  return write.mock.calls.map(([text]) => String(text)).join('')
}

afterEach(() => vi.restoreAllMocks())

describe('tellError', () => {
  it('tells a failure and its hint also with --quiet', () => {
    const error = new MigrationError('store-denied', 's3://b/: denied', { hint: 'check the key' })
    expect(told(error)).toBe('s3://b/: denied\nhint: check the key\n')
  })

  it('shows the stack of a bug, and no secret in it', () => {
    const text = told(new Error(`no password ${secret}`))
    expect(text).toMatch(/this is a bug of ours\nError: no password \*\*\*\n +at /)
    expect(text).not.toContain(secret)
  })
})
