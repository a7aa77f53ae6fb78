import { describe, expect, it } from 'vitest'
import { statementFailure } from '../../../src/source/redshift/data-api-failure.js'
import { exactNumbers, fieldText } from '../../../src/source/redshift/data-api-rows.js'
import { isOutOfReach, sqlStateOf } from '../../../src/source/redshift/to-migration-error.js'

describe('values of the Data API', () => {
  const textsOf = (records: string): (string | null)[] =>
    (JSON.parse(exactNumbers(records)) as Parameters<typeof fieldText>[0][]).map(fieldText)

  it('keep every digit, which JavaScript numbers would not', () => {
    const records = '[{"longValue":9223372036854775807},{"longValue": -9007199254740993},{"doubleValue":1.5E300}]'
    expect(textsOf(records)).toEqual(['9223372036854775807', '-9007199254740993', '1.5E300'])
    expect(textsOf('[{"doubleValue":"NaN"},{"doubleValue":0.1}]')).toEqual(['NaN', '0.1'])
  })

  it('leave texts alone that look like members', () => {
    const text = 'a "longValue":5, \\"doubleValue":7'
    expect(textsOf(JSON.stringify([{ stringValue: text }]))).toEqual([text])
  })

  it('tell NULL from the empty text, and booleans as the protocol does', () => {
    const records = '[{"isNull":true},{"stringValue":""},{"booleanValue":true},{"booleanValue":false}]'
    expect(textsOf(records)).toEqual([null, '', 't', 'f'])
  })

  it('of an unknown kind are no NULL', () => {
    expect(() => fieldText({})).toThrow(/unknown kind/)
  })
})

describe('failures of the Data API', () => {
  it.each([
    ['ERROR: relation "s.t" does not exist', '42P01', 'source-refused'],
    ['ERROR: permission denied for relation stl_query', '42501', 'source-denied'],
    [
      'ERROR: current transaction is aborted, commands ignored until end of transaction block',
      '25P02',
      'snapshot-lost',
    ],
    ["ERROR: Query (150) canceled on user's request", '57014', 'source-refused'],
    ['ERROR: S3ServiceException:Access Denied,Status 403,Error AccessDenied', 'XX000', 'source-refused'],
    ['FATAL: password authentication failed for user "x"', '28P01', 'source-denied'],
  ])('%s', (words, state, code) => {
    const error = statementFailure('FAILED', words, 'measure s.t')
    expect(error).toMatchObject({ code, message: expect.stringMatching(/^measure s\.t: /) as string })
    expect(sqlStateOf(error)).toBe(state)
    expect(isOutOfReach(error)).toBe(state === '42P01' || state === '42501')
  })

  it('an aborted statement without words was cancelled', () => {
    expect(sqlStateOf(statementFailure('ABORTED', undefined, 'x'))).toBe('57014')
  })
})
