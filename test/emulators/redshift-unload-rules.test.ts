import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseUnload } from '../../src/emulators/redshift/unload-options.js'
import { openStage, type Stage, unloadText } from './redshift-stage.js'
import { startTown, type Town } from './redshift-town.js'

let town: Town
let client: pg.Client
let stage: Stage

beforeAll(async () => {
  town = await startTown()
  client = await town.connect()
  stage = openStage(`http://127.0.0.1:${town.s3.port}`, town.world)
  await client.query('CREATE TABLE public.t (a INTEGER, b VARBYTE(9)); INSERT INTO public.t VALUES (1, NULL)')
})

afterAll(async () => {
  await client.end()
  stage.close()
  await town.close()
})

const credentials = "CREDENTIALS 'aws_iam_role=arn:aws:iam::111122223333:role/RedshiftUnload'"
const withMasterKey = `${credentials.slice(0, -1)};master_symmetric_key=x'`

/** What follows the role; what the refusal says. */
const refused: readonly (readonly [string, RegExp])[] = [
  ["PARQUET DELIMITER ','", /DELIMITER is not supported for UNLOAD to PARQUET/],
  ["PARQUET FIXEDWIDTH 'a:3'", /FIXEDWIDTH is not supported for UNLOAD to PARQUET/],
  ['FORMAT AS PARQUET ADDQUOTES', /ADDQUOTES is not supported/],
  ['PARQUET ESCAPE', /ESCAPE is not supported/],
  ["PARQUET NULL AS 'x'", /NULL AS is not supported/],
  ['PARQUET HEADER', /HEADER is not supported/],
  ['PARQUET GZIP', /GZIP is not supported/],
  ['PARQUET BZIP2', /BZIP2 is not supported/],
  ['PARQUET ZSTD', /ZSTD is not supported/],
  ["PARQUET ENCRYPTED MASTER_SYMMETRIC_KEY 'k'", /PARQUET is not supported with client-side encryption/],
  ["CSV FIXEDWIDTH 'a:3'", /CSV is not supported with FIXEDWIDTH or ADDQUOTES/],
  ['CSV ADDQUOTES', /CSV is not supported with FIXEDWIDTH or ADDQUOTES/],
  ["JSON DELIMITER ','", /DELIMITER is not supported for UNLOAD to JSON/],
  ['JSON HEADER', /HEADER is not supported for UNLOAD to JSON/],
  ["JSON FIXEDWIDTH 'a:3'", /FIXEDWIDTH is not supported for UNLOAD to JSON/],
  ['JSON ADDQUOTES', /ADDQUOTES is not supported for UNLOAD to JSON/],
  ['JSON ESCAPE', /ESCAPE is not supported for UNLOAD to JSON/],
  ["JSON NULL 'x'", /NULL AS is not supported for UNLOAD to JSON/],
  ["FIXEDWIDTH 'a:3' DELIMITER ','", /FIXEDWIDTH is not supported with DELIMITER or HEADER/],
  ["HEADER FIXEDWIDTH 'a:3'", /FIXEDWIDTH is not supported with DELIMITER or HEADER/],
  ['CSV VERBOSE', /syntax error/],
  ['MANIFEST CSV VERBOSE', /syntax error/],
  ['CLEANPATH ALLOWOVERWRITE', /CLEANPATH is not supported with ALLOWOVERWRITE/],
  ["KMS_KEY_ID 'k'", /require ENCRYPTED/],
  ["MASTER_SYMMETRIC_KEY 'k'", /require ENCRYPTED/],
  ["ENCRYPTED AUTO KMS_KEY_ID 'k'", /ENCRYPTED AUTO is not supported/],
  ["ENCRYPTED AUTO MASTER_SYMMETRIC_KEY 'k'", /ENCRYPTED AUTO is not supported/],
  ["ACCESS_KEY_ID 'a' SECRET_ACCESS_KEY 'b'", /only one way of authorization/],
  ["ACCESS_KEY_ID 'a' SECRET_ACCESS_KEY 'b' SESSION_TOKEN 'c'", /only one way of authorization/],
  ["SESSION_TOKEN 'c'", /syntax error/],
  [credentials, /only one way of authorization/],
  ['ROWGROUPSIZE 32 MB', /ROWGROUPSIZE is only supported with PARQUET/],
  ['PARQUET ROWGROUPSIZE 31 MB', /ROWGROUPSIZE must be between/],
  ['PARQUET ROWGROUPSIZE 129', /ROWGROUPSIZE must be between/],
  ['PARQUET ROWGROUPSIZE 32.5 MB', /ROWGROUPSIZE must be an integer/],
  ['MAXFILESIZE 4.9 MB', /MAXFILESIZE must be between/],
  ['MAXFILESIZE 6.3 GB', /MAXFILESIZE must be between/],
  ["PARTITION BY ('a')", /syntax error/],
  ['PARTITION BY (nothing)', /column "nothing" is not in the select list/],
  ['PARTITION BY (a, b)', /column "b" of type binary varying is not supported/],
  ['PARTITION BY (a, a)', /names a column more than once/],
  ['PARQUET ENCRYPTED', /requires KMS_KEY_ID or AUTO/],
  ['ENCRYPTED', /ENCRYPTED without a key is not supported by the emulated Redshift/],
  ["ENCRYPTED MASTER_SYMMETRIC_KEY 'k'", /MASTER_SYMMETRIC_KEY is not supported by the emulated Redshift/],
  ["ENCRYPTED KMS_KEY_ID 'k' MASTER_SYMMETRIC_KEY 'k'", /KMS_KEY_ID is not supported with MASTER_SYMMETRIC_KEY/],
  ['BZIP2', /BZIP2 is not supported by the emulated Redshift/],
  ['CSV ESCAPE', /CSV with ESCAPE is not supported by the emulated Redshift/],
  ["FIXEDWIDTH 'a:3'", /number of columns in FIXEDWIDTH differs/],
  ["FIXEDWIDTH 'a:3,b'", /Invalid fixedwidth specification/],
  ["FIXEDWIDTH 'a:3,b:9'", /varbyte column "b" is not supported with FIXEDWIDTH/],
  ['JSON', /varbyte column "b" is only supported for TEXT\/CSV/],
  ["DELIMITER '||'", /single ASCII character/],
  ["DELIMITER 'é'", /single ASCII character/],
  ['GZIP BZIP2', /conflicting or redundant options/],
  ['CSV FORMAT PARQUET', /conflicting or redundant options/],
  ['FORMAT AVRO', /syntax error/],
]

/** Instead of the role. */
const refusedClauses: readonly (readonly [string, RegExp])[] = [
  [`${credentials} ENCRYPTED KMS_KEY_ID 'k'`, /not supported with CREDENTIALS/],
  [`${credentials} ENCRYPTED MASTER_SYMMETRIC_KEY 'k'`, /not supported with CREDENTIALS/],
  [`${withMasterKey} ENCRYPTED AUTO`, /ENCRYPTED AUTO is not supported/],
  [`${withMasterKey} ENCRYPTED PARQUET`, /PARQUET is not supported with client-side encryption/],
  [withMasterKey, /require ENCRYPTED/],
]

describe('an UNLOAD is refused', () => {
  it.each(refused)('with %s', async (options, message) => {
    await expect(client.query(unloadText('SELECT a, b FROM public.t', 'r/', options))).rejects.toThrow(message)
    expect(await stage.keys('r/')).toEqual([])
  })

  it.each(refusedClauses)('with %s', async (clause, message) => {
    await expect(client.query(unloadText('SELECT a FROM public.t', 'r/', '', clause))).rejects.toThrow(message)
    expect(await stage.keys('r/')).toEqual([])
  })

  it('to what is not a bucket', async () => {
    const text = unloadText('SELECT a FROM public.t', 'r/', '')
    const alias = text.replace('redshift-stage', 'point-abcdefghijklmnopqrstuvwxyz-s3alias')
    await expect(client.query(alias)).rejects.toThrow(/NoSuchBucket/)
    await expect(client.query(text.replace('s3://', 'https://'))).rejects.toThrow(/only S3 based unload is allowed/)
  })

  it.each([
    ['VARBYTE', 'b', /^UNLOAD varbyte column "b" is only supported for TEXT\/CSV\.$/],
    ['TIMETZ', "'12:00'::timetz AS z", /^UNLOAD time with time zone column "z" is only supported for TEXT\/CSV\.$/],
  ])('to Parquet with %s', async (_, item, message) => {
    await expect(client.query(unloadText(`SELECT ${item} FROM public.t`, 'r/', 'PARQUET'))).rejects.toThrow(message)
  })

  it('with LIMIT, unless it is inside', async () => {
    await expect(client.query(unloadText('SELECT a FROM public.t LIMIT 1', 'l/', ''))).rejects.toMatchObject({
      code: '42601',
      message: 'Limit clause is not supported',
    })
    await client.query(unloadText('SELECT * FROM (SELECT a FROM public.t LIMIT 1)', 'l/', 'PARALLEL OFF'))
    expect((await stage.read('l/000')).toString()).toBe('1\n')
  })
})

describe('an UNLOAD is read', () => {
  const megabyte = 1024 * 1024
  it.each([
    ['MAXFILESIZE 5', { maxFileSize: 5 * megabyte }],
    ['MAXFILESIZE AS 6.2 GB', { maxFileSize: 6.2 * 1024 * megabyte }],
    ['PARQUET ROWGROUPSIZE 128 MB', { rowGroupSize: 128 * megabyte }],
    ['PARALLEL', { parallel: true }],
    ['PARALLEL FALSE', { parallel: false }],
    ['FORMAT AS CSV', { format: 'CSV' }],
    ['MANIFEST VERBOSE', { manifest: 'verbose' }],
    ['ENCRYPTED AUTO', { encrypted: 'auto' }],
    ["NULL 'x' ESCAPE DELIMITER AS '\\t'", { nullText: 'x', escape: true, delimiter: '\t' }],
  ])('with %s', (options, expected) => {
    expect(parseUnload(unloadText('SELECT 1', 'p/', options))).toMatchObject(expected)
  })
})
