import { Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Call } from '../../src/model/work.js'
import { cancelBackend, openSession, type SessionOptions } from '../../src/source/redshift/open-session.js'
import { emulate, type Emulated } from '../rehearsal/rehearsal.js'

/** The line's field that only these tests read. */
interface Api {
  readonly redshiftApi: { readonly endpoint: string; readonly region: string; readonly cluster: string }
}

function call(milliseconds = 30_000): Call {
  return { signal: new AbortController().signal, deadlineAt: Date.now() + milliseconds, note: () => undefined }
}

let emulated: Emulated
beforeAll(async () => {
  emulated = await emulate({ seed: 'tpch' })
})
afterAll(async () => emulated[Symbol.asyncDispose]())

function optionsOf(reach: 'direct' | 'data-api', queryGroup?: string): SessionOptions {
  const { redshift, redshiftApi, s3 } = emulated.clouds as Emulated['clouds'] & Api
  const group = queryGroup === undefined ? {} : { queryGroup }
  if (reach === 'direct') return { ...redshift, ...group }
  return {
    reach,
    of: { cluster: redshiftApi.cluster, dbUser: redshift.user },
    database: redshift.database,
    region: redshiftApi.region,
    endpoint: redshiftApi.endpoint,
    keys: { accessKeyId: s3.accessKeyId, accessKeySecret: s3.secretAccessKey },
    ...group,
  }
}

const values = [
  "'9223372036854775807'::bigint",
  '(-9007199254740993)::bigint',
  '32767::smallint',
  '12345678901234567890123456789012345678::decimal(38,0)',
  '(-0.5)::decimal(9,4)',
  'NULL::integer',
  "''",
  '\'  blanks, "quotes", \\\\ and ü 😀 \'',
  'true',
  "'0001-01-01'::date",
  "'9999-12-31 23:59:59.999999'::timestamp",
  "'a'::char(3)",
  '0.1::float8',
]

async function answers(reach: 'direct' | 'data-api', text: string) {
  const session = await openSession(optionsOf(reach), call())
  try {
    return await session.query(text, 'values', call())
  } finally {
    await session.close()
  }
}

it('both ways give the same texts', async () => {
  const text = `SELECT ${values.map((value, n) => `${value} AS "c${n}"`).join(', ')}`
  const direct = await answers('direct', text)
  expect(direct.rows[0]?.slice(0, 7)).toEqual([
    '9223372036854775807',
    '-9007199254740993',
    '32767',
    '12345678901234567890123456789012345678',
    '-0.5000',
    null,
    '',
  ])
  expect(await answers('data-api', text)).toEqual(direct)
})

it('both ways give all pages, in order', async () => {
  const text = 'SELECT l_orderkey, l_linenumber, l_comment FROM tpch.lineitem ORDER BY 1, 2'
  const direct = await answers('direct', text)
  expect(direct.rows.length).toBeGreaterThan(1_000)
  expect(await answers('data-api', text)).toEqual(direct)
})

/** Runs for hours, and looks at every row while it does. */
const endless =
  'SELECT COUNT(*) FROM tpch.lineitem a, tpch.lineitem b, tpch.lineitem c WHERE a.l_comment || b.l_comment < c.l_comment'

describe.each(['direct', 'data-api'] as const)('a session, %s', (reach) => {
  it('has no statement timeout, names as the catalog spells them, and its query group', async () => {
    const session = await openSession(optionsOf(reach, 'migration'), call())
    const show = async (name: string): Promise<unknown> =>
      (await session.query(`SHOW ${name}`, 'show', call())).rows[0]?.[0]
    expect(await show('statement_timeout')).toBe('0')
    expect(await show('query_group')).toBe('migration')
    expect(await show('enable_case_sensitive_identifier')).toMatch(/^(true|on)$/)
    await session.close()
  })

  it('rolls back what it leaves, at once', async () => {
    const session = await openSession(optionsOf(reach), call())
    await session.query('BEGIN', 'x', call())
    await session.query('CREATE TABLE public.left_open (a integer)', 'x', call())
    await session.close()
    await expect(answers('direct', 'SELECT * FROM public.left_open')).rejects.toMatchObject({ code: 'source-refused' })
  })

  it('is cancelled by its process from another one', async () => {
    const session = await openSession(optionsOf(reach), call())
    const asked = session.issue(endless, 'count')
    await new Promise((resolve) => setTimeout(resolve, 500))
    await Promise.all([
      expect(asked).rejects.toMatchObject({
        code: 'source-refused',
        message: expect.stringContaining('cancel') as string,
      }),
      cancelBackend(optionsOf(reach), session.pid, call()),
    ])
    await session.close()
  })
})

it('keeps the connection alive below every idle limit on the way', async () => {
  const kept = vi.spyOn(Socket.prototype, 'setKeepAlive')
  const session = await openSession(optionsOf('direct'), call())
  expect(kept.mock.calls).toContainEqual([true, 30_000])
  kept.mockRestore()
  await session.close()
})

describe('the Data API', () => {
  it('is not asked for a statement that it would not take', async () => {
    const session = await openSession(optionsOf('data-api'), call())
    const asked = session.query(`SELECT '${'x'.repeat(100_000)}'`, 'long', call())
    await expect(asked).rejects.toMatchObject({
      code: 'source-refused',
      message: expect.stringMatching(/^long: a statement of 100009 bytes, the Data API takes 100000$/) as string,
    })
    await session.close()
  })

  it('is asked again after throttling and lost answers, and runs a statement once', async () => {
    const session = await openSession(optionsOf('data-api'), call())
    await session.query('CREATE TABLE public.once (a integer)', 'x', call())
    await emulated.fault('warehouses', [
      { service: 'redshift-api', operation: 'ExecuteStatement', action: { do: 'cut', when: 'after' } },
      { service: 'redshift-api', operation: 'DescribeStatement', times: 2, action: { do: 'throttle' } },
      { service: 'redshift-api', operation: 'GetStatementResult', action: { do: 'fail', status: 500 } },
    ])
    await session.query('INSERT INTO public.once VALUES (1)', 'x', call())
    expect((await session.query('SELECT COUNT(*) FROM public.once', 'x', call())).rows).toEqual([['1']])
    await emulated.clearFaults()
    await session.close()
  })

  it('says in one line what is wrong', async () => {
    const wrong = { ...optionsOf('data-api'), of: { cluster: 'nowhere' } } as SessionOptions
    await expect(openSession(wrong, call())).rejects.toMatchObject({
      code: 'source-refused',
      message: expect.stringMatching(
        /^redshift data api cluster nowhere: redshift-data:ExecuteStatement .*endpoint/,
      ) as string,
    })
    const unsigned = {
      ...optionsOf('data-api'),
      keys: { accessKeyId: 'AKIAUNKNOWN', accessKeySecret: 'hidden-secret' },
    }
    await expect(openSession(unsigned as SessionOptions, call())).rejects.toMatchObject({ code: 'source-denied' })
    await expect(openSession(unsigned as SessionOptions, call())).rejects.not.toThrow(/hidden-secret/)
    const stranger = {
      ...optionsOf('data-api'),
      of: { cluster: 'examplecluster', dbUser: 'stranger' },
    } as SessionOptions
    await expect(openSession(stranger, call())).rejects.toMatchObject({ code: 'source-denied' })
  })
})
