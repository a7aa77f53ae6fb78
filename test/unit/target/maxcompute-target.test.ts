import { afterEach, describe, expect, it } from 'vitest'
import { MigrationError } from '../../../src/model/errors.js'
import type { MeasuredRelation, PairedQuery } from '../../../src/model/measure.js'
import type { Call } from '../../../src/model/work.js'
import { MaxComputeClient } from '../../../src/target/maxcompute/client.js'
import { lookRowCountMax } from '../../../src/target/maxcompute/long-result.js'
import { MaxComputeTarget } from '../../../src/target/maxcompute/maxcompute-target.js'
import { replay, result, status, taskStatus, xmlError, type Said, type Seen } from './replay-server.js'

const closing: (() => unknown)[] = []

afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** A project whose nth instance ends as told; everything else is answered as the documents show. */
async function serve(say: (seen: Seen, n: number) => Said | undefined) {
  let postCount = 0
  const server = await replay((seen, n) => {
    if (seen.method === 'POST' && seen.path.endsWith('/instances')) postCount += 1
    return say(seen, n) ?? usual(seen, postCount)
  })
  const client = new MaxComputeClient({
    endpoint: server.endpoint,
    project: 'p1',
    credentials: { current: async () => ({ accessKeyId: 'LTAItestAccessId', accessKeySecret: 'testAccessKeySecret' }) },
    retry: { tryCountMax: 2, firstMilliseconds: 1, longestMilliseconds: 2 },
  })
  closing.push(() => client.close(), server.close)
  const pace = { firstMilliseconds: 5, longestMilliseconds: 10, listingLagMilliseconds: 20 }
  return { target: new MaxComputeTarget(client, pace), seen: server.seen }
}

function usual({ method, path, query }: Seen, postCount: number): Said {
  if (path.endsWith('/logview/host')) return { body: 'http://logview' }
  if (path.endsWith('/authorization')) return { body: '<Authorization><Result>T</Result></Authorization>' }
  if (path.endsWith('/projects/p1')) {
    return {
      body: '<Project><Name>p1</Name><Properties><Property><Name>READ_TABLE_MAX_ROW</Name><Value>3</Value></Property></Properties></Project>',
    }
  }
  if (method === 'POST') return { status: 201, headers: { Location: `/api/projects/p1/instances/i${postCount}` } }
  if (query.has('taskstatus')) return { body: taskStatus('Success') }
  if (query.has('result')) return { body: result('') }
  return { body: status('Terminated') }
}

const isStatus = ({ method, path, query }: Seen): boolean =>
  method === 'GET' &&
  /\/instances\/[^/]+$/.test(path) &&
  !query.has('taskstatus') &&
  !query.has('result') &&
  !query.has('source') &&
  !query.has('instanceprogress')

function callFor(milliseconds = 5_000, notes: string[] = []): Call {
  return {
    signal: new AbortController().signal,
    deadlineAt: Date.now() + milliseconds,
    note: ({ text }) => void notes.push(text ?? ''),
  }
}

async function errorOf(promise: Promise<unknown>): Promise<MigrationError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof MigrationError) return error
  throw new Error(`expected a MigrationError, got ${String(error)}`)
}

const load = { purpose: 'load tpch.region', text: 'LOAD OVERWRITE TABLE region', settings: { a: 'true' } }
const attempt = { token: 'r1-load-1', number: 1 }

describe('a statement', () => {
  it('travels under its token and ends with its result', async () => {
    const { target, seen } = await serve((one) =>
      one.query.has('result') ? { body: result('done', 'text') } : undefined,
    )
    const work = target.submit(load)
    const handle = await work.begin(attempt, callFor())
    expect(handle).toEqual({ instance: 'i1' })
    expect(seen[0]?.body).toContain('<Name>r1-load-1</Name><Priority>9</Priority><Guid>r1-load-1</Guid>')
    expect(seen[0]?.body).toContain('{&quot;a&quot;:&quot;true&quot;}')
    const outcome = await work.settle(handle, callFor())
    expect(outcome).toMatchObject({ instance: 'i1', result: 'done' })
    expect(outcome.logview).toMatch(/^http:\/\/logview\/logview\/\?h=.*&p=p1&i=i1&token=T$/)
    expect(await work.settle(handle, callFor())).toEqual(outcome)
  })

  it('is waited for while it runs, is suspended, or its service stumbles', async () => {
    const says: Said[] = [
      { body: status('Running') },
      { body: status('Suspended') },
      { status: 500, body: xmlError('InternalServerError', 'ODPS-0010000: oops') },
      'cut',
      'cut',
      { body: status('Running') },
    ]
    const notes: string[] = []
    const { target, seen } = await serve((one) => (isStatus(one) ? says.shift() : undefined))
    expect((await target.submit(load).settle({ instance: 'i1' }, callFor(5_000, notes))).result).toBe('')
    expect(notes).toEqual(['running', 'suspended', 'running', 'terminated'].map((word) => `instance i1: ${word}`))
    expect(seen.filter(isStatus)[1]?.query.has('instancestatus')).toBe(true)
  })

  it('is waited for when its task lags behind its instance', async () => {
    let asked = 0
    const { target } = await serve((one) => {
      if (!one.query.has('taskstatus')) return undefined
      asked += 1
      return { body: taskStatus(asked < 3 ? 'Running' : 'Success') }
    })
    await target.submit(load).settle({ instance: 'i1' }, callFor())
    expect(asked).toBe(3)
  })

  it.each([
    [
      'ODPS-0123131:User defined function exception - Traceback: java.lang.X',
      'target-refused',
      false,
      /Parquet types.*RAM role/,
    ],
    ['ODPS-0130071:[1,27] Semantic analysis exception - INT type is not enabled', 'target-refused', false, /odps2/],
    ['ODPS-0121145:Data overflow', 'target-refused', false, /widen/],
    ['ODPS-0130013:Authorization exception', 'target-refused', false, /grant/],
    ['ODPS-0110061:Failed to run ddltask', 'target-failed', true, /repeated/],
    ['something else', 'target-refused', false, undefined],
  ])('that failed with %s says so', async (text, code, transient, hint) => {
    const { target } = await serve((one) => {
      if (one.query.has('taskstatus')) return { body: taskStatus('Failed') }
      return one.query.has('result') ? { body: result(text, 'text') } : undefined
    })
    const error = await errorOf(target.submit(load).settle({ instance: 'i1' }, callFor()))
    expect(error).toMatchObject({ code, transient })
    expect(error.message).toMatch(/^load tpch\.region: ended failed with /)
    expect(error.message).toContain(text)
    expect(error.message).toContain('instance i1, http://logview/logview/')
    if (hint === undefined) expect(error.hint).toBeUndefined()
    else expect(error.hint).toMatch(hint)
  })

  it('that may not be looked at any more names its instance and page', async () => {
    const { target } = await serve((one) =>
      isStatus(one)
        ? { status: 403, body: xmlError('NoPermission', 'ODPS-0130013:Authorization exception') }
        : undefined,
    )
    const error = await errorOf(target.submit(load).settle({ instance: 'i1' }, callFor()))
    expect(error).toMatchObject({ code: 'target-denied', transient: false })
    expect(error.message).toMatch(
      /^load tpch\.region: .*ODPS-0130013.*\(instance i1, http:\/\/logview\/logview\/\?h=.*&i=i1\)$/,
    )
  })

  it('that was cancelled is an error', async () => {
    const { target } = await serve((one) =>
      one.query.has('taskstatus') ? { body: taskStatus('Cancelled') } : undefined,
    )
    const error = await errorOf(target.submit(load).settle({ instance: 'i1' }, callFor()))
    expect(error).toMatchObject({ code: 'target-refused', transient: false })
    expect(error.message).toContain('ended cancelled')
  })

  it('that goes on beyond the deadline can be settled again', async () => {
    const { target } = await serve((one) => (isStatus(one) ? { body: status('Running') } : undefined))
    const error = await errorOf(target.submit(load).settle({ instance: 'i1' }, callFor(100)))
    expect(error).toMatchObject({ code: 'target-failed', transient: true })
    // The last look may itself be cut off by the deadline.
    expect(error.message).toMatch(
      /has not ended at the deadline \((running|.*the deadline has passed); http:\/\/log\S+&i=i1\)$/,
    )
  })

  it('stops being waited for when the signal fires', async () => {
    const { target } = await serve((one) => (isStatus(one) ? { body: status('Running') } : undefined))
    const call = { ...callFor(), signal: AbortSignal.timeout(50) }
    expect((await errorOf(target.submit(load).settle({ instance: 'i1' }, call))).code).toBe('interrupted')
  })
})

describe('find', () => {
  const listing = (...names: string[]): Said => ({
    body: `<Instances><Marker/>${names.map((name) => `<Instance><Name>${name}</Name></Instance>`).join('')}</Instances>`,
  })
  const found = async (
    names: readonly string[],
    jobNameOf: (path: string) => string,
    end?: readonly [string, string],
  ) => {
    const { target, seen } = await serve((one) => {
      if (one.path.endsWith('/instances')) return listing(...names)
      if (one.query.has('source')) return { body: `<Job>${jobNameOf(one.path)}<Tasks/></Job>` }
      if (end !== undefined && one.query.has('taskstatus')) return { body: taskStatus(end[0]) }
      return end !== undefined && one.query.has('result') ? { body: result(end[1], 'text') } : undefined
    })
    return { answer: await target.submit(load).find(attempt, callFor()), seen }
  }
  const ours = (): string => '<Name>r1-load-1</Name>'

  it('gives the instance that bears the token', async () => {
    const { answer } = await found(['i4', 'i5'], (path) => (path.endsWith('i5') ? ours() : '<Name>other</Name>'))
    expect(answer).toEqual({ begun: { instance: 'i5' } })
  })

  it('looks back to the start of the attempt, and thirty days where nobody knows it', async () => {
    const ranges: string[] = []
    const { target } = await serve(({ path, query }) => {
      if (!path.endsWith('/instances')) return undefined
      ranges.push(query.get('daterange') ?? '')
      return { body: '<Instances><Marker/></Instances>' }
    })
    const startedAt = Date.UTC(2026, 0, 2, 3, 4, 5)
    await target.submit(load).find({ ...attempt, startedAt }, callFor())
    expect(ranges).toEqual([`${startedAt / 1_000 - 3_600}:`, `${startedAt / 1_000 - 3_600}:`])
    await target.submit(load).find(attempt, callFor())
    expect(Math.abs(Number(ranges[2]?.replace(':', '')) - (Date.now() / 1_000 - 30 * 86_400))).toBeLessThan(60)
  })

  it('says never only after a second look, and when those listed are others', async () => {
    const none = await found([], ours)
    expect(none.answer).toBe('never')
    expect(none.seen).toHaveLength(2)
    expect((await found(['i4'], () => '<Name>other</Name>')).answer).toBe('never')
  })

  it('says unknown when several bear the token, or one does not tell', async () => {
    expect((await found(['i4', 'i5'], ours)).answer).toBe('unknown')
    expect((await found(['i4'], () => '')).answer).toBe('unknown')
  })

  it('says unknown when the service does not filter', async () => {
    const names = Array.from({ length: 60 }, (_, n) => `i${n}`)
    expect((await found(names, () => '<Name>other</Name>')).answer).toBe('unknown')
  })

  it('says lost of one that was cancelled, or failed in a way that may pass, and not of one that failed for good', async () => {
    expect((await found(['i4'], ours, ['Cancelled', ''])).answer).toBe('lost')
    expect((await found(['i4'], ours, ['Failed', 'ODPS-0110061:Failed to run ddltask'])).answer).toBe('lost')
    expect((await found(['i4'], ours, ['Failed', 'ODPS-0130131:Table not found'])).answer).toEqual({
      begun: { instance: 'i4' },
    })
  })

  it('throws when the listing fails: that is no empty one', async () => {
    const { target } = await serve((one) => (one.path.endsWith('/instances') ? { status: 503 } : undefined))
    expect(await errorOf(target.submit(load).find(attempt, callFor()))).toMatchObject({
      code: 'target-failed',
      transient: true,
    })
  })
})

describe('looks', () => {
  const of = {
    relationId: 'region-1',
    source: { schema: 'tpch', name: 'region' },
    target: { project: 'p1', name: 'region' },
    columns: [
      {
        source: 'r_regionkey',
        sourceType: { base: 'integer', text: 'integer' },
        target: 'r_regionkey',
        targetType: 'INT',
        unloadExpression: '"r_regionkey"',
        kind: 'integer',
        notNull: true,
      },
    ],
  } as const satisfies MeasuredRelation
  const measures = [{ kind: 'row-count' }, { kind: 'maximum', column: 'r_regionkey' }] as const
  const query: PairedQuery = {
    name: 'all',
    relation: 'tpch.region',
    source: 'SELECT 1',
    target: "SELECT k, '$&' FROM {relation} x JOIN {relation} y",
    columns: [
      { name: 'k', kind: 'key' },
      { name: 'v', kind: 'exact' },
    ],
  }
  const giving = (text: string, descriptor?: string) => (one: Seen) =>
    one.query.has('result') ? { body: result(text, 'csv', descriptor) } : undefined

  it('measure by alias, in the order of the questions', async () => {
    const { target, seen } = await serve(giving('"m1","m0"\n"4","5"\n'))
    expect(await target.measure(of, measures, callFor())).toEqual([
      { measure: measures[0], value: '5' },
      { measure: measures[1], value: '4' },
    ])
    const post = seen.find(({ method, path }) => method === 'POST' && path.endsWith('/instances'))
    expect(post?.body).toMatch(/SELECT COUNT\(\*\) AS m0, .* AS m1 FROM `p1`\.`region`;/)
  })

  it('read NULL, and refuse what is no answer', async () => {
    const nulls = await serve(giving('m0,m1\n0,\\N\n'))
    expect(await nulls.target.measure(of, measures, callFor())).toMatchObject([{ value: '0' }, { value: null }])
    for (const text of ['', 'm0,m1\n', 'm0,m1\n1,2\n1,2\n', 'm0,m2\n1,2\n', 'm0,m1\n1\n', 'm0,m1\n1,"2\n']) {
      const { target } = await serve(giving(text))
      expect((await errorOf(target.measure(of, measures, callFor()))).code).toBe('target-failed')
    }
  })

  it('answer paired queries, with the table in place of its word', async () => {
    const { target, seen } = await serve(giving('"a","b"\n1,"\\N"\n2,\\N\n'))
    expect(await target.answer(query, of, callFor())).toEqual({
      query: 'all',
      columns: ['k', 'v'],
      rows: [
        ['1', '\\N'],
        ['2', null],
      ],
    })
    const post = seen.find(({ method, path }) => method === 'POST' && path.endsWith('/instances'))
    expect(post?.body).toContain("SELECT k, '$&' FROM `p1`.`region` x JOIN `p1`.`region` y;")
  })

  describe('of a result that is, or may be, cut', () => {
    const rows = '"a","b"\n1,1\n2,2\n3,3\n'
    const truncated = '{"SelectResultStatus":"TRUNCATED"}'
    const throughTunnel = async (rowCount: number, text: string, descriptor?: string) => {
      const columns = ['a', 'b'].map((name, n) => ({ name, type: 'bigint', column_id: String(n), nullable: true }))
      const session = { DownloadID: 'd1', Status: 'normal', RecordCount: rowCount, Schema: { columns } }
      const { target, seen } = await serve((one) => {
        if (one.query.has('service')) return { body: one.headers.host ?? '' }
        if (one.query.has('downloads')) return { body: JSON.stringify(session) }
        return giving(text, descriptor)(one)
      })
      return { target, openedCount: () => seen.filter(({ query }) => query.has('downloads')).length }
    }
    const refused = async (rowCount: number, text: string, descriptor?: string) =>
      errorOf((await throughTunnel(rowCount, text, descriptor)).target.answer(query, of, callFor()))

    it('ask the tunnel, and refuse what has no more rows there', async () => {
      const error = await refused(0, '"a","b"\n1,1\n', truncated)
      expect(error).toMatchObject({ code: 'target-refused', transient: false })
      expect(error.message).toMatch(/cut \(truncated\), and the tunnel has no more than 0 rows .*\(instance i\d+, http/)
      // As many rows as the limit, and no word: the tunnel must have as many.
      expect((await refused(0, rows)).message).toContain('cut (no word of the service)')
      const none = await throughTunnel(0, '', '{"SelectResultStatus":"NO"}')
      expect((await errorOf(none.target.answer(query, of, callFor()))).message).toContain('cut (no)')
      expect(none.openedCount()).toBe(1)
    })

    it('refuse one that memory is not to hold, before its first row', async () => {
      const error = await refused(lookRowCountMax + 1, rows, truncated)
      expect(error).toMatchObject({ code: 'target-refused', transient: false })
      expect(error.message).toContain(`the result has 200001 rows, of which 200000 are read`)
    })

    it('leave a whole one as it is', async () => {
      const { target, openedCount } = await throughTunnel(0, rows, '{"SelectResultStatus":"FULL"}')
      expect((await target.answer(query, of, callFor())).rows).toHaveLength(3)
      expect(openedCount()).toBe(0)
    })
  })

  it('refuse another number of columns than declared', async () => {
    const { target } = await serve(giving('"a"\n1\n'))
    expect((await errorOf(target.answer(query, of, callFor()))).code).toBe('target-refused')
  })

  it('are submitted anew, under a new name, when a failure may pass', async () => {
    let failedCount = 0
    const { target, seen } = await serve((one) => {
      if (one.query.has('taskstatus') && failedCount < 2) {
        failedCount += 1
        return { body: taskStatus('Failed') }
      }
      if (!one.query.has('result')) return undefined
      return { body: one.path.endsWith('/i3') ? result('m0,m1\n5,4\n') : result('ODPS-0140178:Internal', 'text') }
    })
    expect(await target.measure(of, measures, callFor())).toMatchObject([{ value: '5' }, { value: '4' }])
    const names = seen
      .filter(({ method, path }) => method === 'POST' && path.endsWith('/instances'))
      .map(({ body }) => /<Guid>([^<]+)</.exec(body)?.[1])
    expect(new Set(names).size).toBe(3)
  })

  it('are given up at once when the statement is at fault', async () => {
    const { target, seen } = await serve((one) => {
      if (one.query.has('taskstatus')) return { body: taskStatus('Failed') }
      return one.query.has('result') ? { body: result('ODPS-0130161:[1,1] Parse exception', 'text') } : undefined
    })
    expect((await errorOf(target.measure(of, measures, callFor()))).code).toBe('target-refused')
    expect(seen.filter(({ method, path }) => method === 'POST' && path.endsWith('/instances'))).toHaveLength(1)
  })
})
