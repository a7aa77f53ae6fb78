import { DatabaseError } from 'pg'
import { describe, expect, it } from 'vitest'
import { MigrationError } from '../../../src/model/errors.js'
import { isOutOfReach, sqlStateOf, toMigrationError } from '../../../src/source/redshift/to-migration-error.js'

function serverError(code: string, message: string, detail?: string): DatabaseError {
  const error = new DatabaseError(message, message.length, 'error')
  return Object.assign(error, { severity: 'ERROR', code, detail })
}

function networkError(code: string, message = `connect ${code} 10.0.0.1:5439`): Error {
  return Object.assign(new Error(message), { code })
}

const denied = 'S3ServiceException:Access Denied,Status 403,Error AccessDenied,Rid 3A,CanRetry 1'
const region = 'The S3 bucket addressed by the query is in a different region from this cluster.'
const filled =
  'Specified unload destination on S3 is not empty. Consider using a different bucket / prefix, manually removing the target files in S3, or using the ALLOWOVERWRITE option.'
const notAttached =
  'User arn:aws:redshift:us-east-1:111122223333:dbuser:c/migrator is not authorized to assume IAM Role arn:aws:iam::111122223333:role/x'

describe('toMigrationError', () => {
  it.each([
    ['28P01', 'password authentication failed for user "m"', 'source-denied', false, /password/],
    ['28000', 'no pg_hba.conf entry', 'source-denied', false, /user/],
    ['42501', 'permission denied for relation orders', 'source-denied', false, /SELECT/],
    ['57014', "Query (150) canceled on user's request", 'source-refused', false, /cancelled/],
    ['XX000', denied, 'source-refused', false, /s3:PutObject.*migrate policies prints it/],
    ['XX000', region, 'source-refused', false, /region/],
    ['XX000', filled, 'source-refused', false, /prefix/],
    ['XX000', notAttached, 'source-refused', false, /attached/],
    ['XX000', '1023 DETAIL: Serializable isolation violation on table - 142', 'source-failed', true, /wrote/],
    ['40001', 'could not serialize access', 'source-failed', true, /wrote/],
    [
      'XX000',
      'S3ServiceException:Please reduce your request rate.,Status 503,Error SlowDown',
      'source-failed',
      true,
      undefined,
    ],
    ['0A000', 'UNLOAD varbyte column "c" is only supported for TEXT/CSV.', 'source-refused', false, /cast/],
    ['25P02', 'current transaction is aborted', 'snapshot-lost', false, /snapshot/],
    ['57P01', 'terminating connection', 'source-unreachable', true, undefined],
    ['42P01', 'relation "s.t" does not exist', 'source-refused', false, /plan again/],
    ['22003', 'Numeric data overflow', 'source-refused', false, /fit/],
    ['XX000', 'something new', 'source-failed', false, undefined],
    ['42601', 'Limit clause is not supported', 'source-refused', false, undefined],
  ] as const)('%s %s is %s', (state, text, code, transient, hint) => {
    const error = toMigrationError(serverError(state, text), 'unload s.t')
    expect({ code: error.code, transient: error.transient }).toEqual({ code, transient })
    expect(error.message).toBe(`unload s.t: ${text} (${state})`)
    if (hint === undefined) expect(error.hint).toBeUndefined()
    else expect(error.hint).toMatch(hint)
  })

  it('reads the boxed detail, where the storage error may stand', () => {
    const boxed =
      '-----\n error: S3ServiceException:Access Denied,Status 403,Error AccessDenied\n code: 15001\n query: 123\n-----'
    expect(toMigrationError(serverError('XX000', 'unload failed', boxed), 'unload s.t').code).toBe('source-refused')
  })

  it.each([
    ['ECONNREFUSED', true, /endpoint/],
    ['ECONNRESET', true, /endpoint/],
    ['ENOTFOUND', false, /name/],
    ['SELF_SIGNED_CERT_IN_CHAIN', false, /caFile/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', false, /caFile/],
    ['CERT_HAS_EXPIRED', false, /caFile/],
  ])('%s is unreachable', (code, transient, hint) => {
    const error = toMigrationError(networkError(code), 'redshift h:1')
    expect(error).toMatchObject({ code: 'source-unreachable', transient })
    expect(error.hint).toMatch(hint)
  })

  it('keeps the message to one line of bounded length and without NUL', () => {
    const error = toMigrationError(serverError('XX000', `a\0b\n  c${'x'.repeat(5000)}`), 's')
    expect(error.message).toMatch(/^s: ab cx+… \(XX000\)$/)
    expect(error.message.length).toBeLessThan(520)
  })

  it('passes a MigrationError on and keeps the cause of others', () => {
    const known = new MigrationError('store-failed', 'x: y')
    expect(toMigrationError(known, 's')).toBe(known)
    const cause = serverError('42501', 'permission denied')
    const error = toMigrationError(cause, 's')
    expect(error.cause).toBe(cause)
    expect(sqlStateOf(error)).toBe('42501')
    expect(isOutOfReach(error)).toBe(true)
    // A code of the network has five letters at times, but no severity.
    expect(sqlStateOf(networkError('EPIPE'))).toBeUndefined()
  })
})
