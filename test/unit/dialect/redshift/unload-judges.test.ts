import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseUnload } from '../../../../src/emulators/redshift/unload-options.js'
import { RedshiftFault } from '../../../../src/emulators/redshift/fault.js'
import { unloadViolations } from '../../../../src/dialect/redshift/validate-unload.js'

/** Rules of this house alone: Redshift takes such statements. */
const ours = /^(?:never-|manifest-verbose-required|maxfilesize-required)/

const option = fc.constantFrom(
  'FORMAT AS PARQUET',
  'CSV',
  'FORMAT JSON',
  'HEADER',
  "DELIMITER ';'",
  "DELIMITER AS '||'",
  "FIXEDWIDTH 'a:3'",
  'ENCRYPTED',
  'ENCRYPTED AUTO',
  "KMS_KEY_ID 'k'",
  "MASTER_SYMMETRIC_KEY 'k'",
  'BZIP2',
  'GZIP',
  'ZSTD',
  'ADDQUOTES',
  "NULL AS '-'",
  'ESCAPE',
  'ALLOWOVERWRITE',
  'CLEANPATH',
  'PARALLEL',
  'PARALLEL FALSE',
  'MAXFILESIZE 5 MB',
  'MAXFILESIZE AS 6.2 GB',
  'MAXFILESIZE 4',
  'MAXFILESIZE 6.21 GB',
  'ROWGROUPSIZE 32',
  'ROWGROUPSIZE AS 129 MB',
  'ROWGROUPSIZE 64.5',
  "REGION AS 'us-east-1'",
  "EXTENSION '.x'",
  'MANIFEST',
  'MANIFEST VERBOSE',
  'VERBOSE',
  "IAM_ROLE 'arn:aws:iam::111122223333:role/b'",
  "IAM_ROLE 'arn:aws:iam::111122223333:role/b, arn:aws:iam::111122223333:role/c'",
  "CREDENTIALS 'aws_iam_role=arn:aws:iam::111122223333:role/b'",
  "CREDENTIALS 'aws_access_key_id=a;aws_secret_access_key=b;master_symmetric_key=c'",
  "CREDENTIALS 'aws_access_key_id=a; aws_secret_access_key=b'",
  "ACCESS_KEY_ID 'a' SECRET_ACCESS_KEY 'b'",
)

/** Each option once: the manual does not say what a second one does. */
const statement = fc
  .tuple(fc.uniqueArray(option, { maxLength: 5, selector: (text) => /^\w+/.exec(text)?.[0] }), fc.boolean())
  .map(([options, isWithRole]) =>
    [
      "UNLOAD ('select a AS a FROM t') TO 's3://stage/c/'",
      ...(isWithRole ? ['IAM_ROLE DEFAULT'] : []),
      ...options,
    ].join(' '),
  )

/** What the emulated Redshift, whose parser was written apart from ours, says; undefined for what it does not offer. */
function emulated(text: string): 'taken' | 'refused' | undefined {
  try {
    parseUnload(text)
    return 'taken'
  } catch (error) {
    if (!(error instanceof RedshiftFault)) throw error
    return error.sqlState === '0A000' ? undefined : 'refused'
  }
}

describe('two readings of the same manual', () => {
  it('take and refuse the same statements', () => {
    const seen = { taken: 0, refused: 0 }
    fc.assert(
      fc.property(statement, (text) => {
        const said = emulated(text)
        if (said === undefined) return
        seen[said] += 1
        const broken = unloadViolations(text, { allowSecrets: true }).filter(({ rule }) => !ours.test(rule))
        expect({
          text,
          broken: broken.map(({ rule }) => rule),
          said: broken.length === 0 ? 'taken' : 'refused',
        }).toEqual({
          text,
          broken: said === 'taken' ? [] : (expect.anything() as unknown),
          said,
        })
      }),
      { numRuns: 3000 },
    )
    expect(Math.min(seen.taken, seen.refused)).toBeGreaterThan(300)
  })
})
