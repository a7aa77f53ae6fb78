import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MigrationError } from '../../src/model/errors.js'
import type { Measure, MeasuredRelation, PairedQuery } from '../../src/model/measure.js'
import type { ColumnPlan, ValueKind } from '../../src/model/plan.js'
import type { Attempt, Call } from '../../src/model/work.js'
import { MaxComputeClient, type MaxComputeClientOptions } from '../../src/target/maxcompute/client.js'
import { parseCsv } from '../../src/target/maxcompute/csv.js'
import { MaxComputeTarget } from '../../src/target/maxcompute/maxcompute-target.js'
import type { Submission } from '../../src/target/maxcompute/submission.js'
import type { Pace } from '../../src/target/maxcompute/statement-work.js'
import type { InstanceOutcome, Target } from '../../src/target/target.js'

/** A project that the tests may make tables in. */
export interface TargetPlace {
  readonly options: MaxComputeClientOptions
  readonly pace?: Partial<Pace>
  /** Orders failures of the service; only emulators take them. */
  fail?(rule: Record<string, unknown>): void
  heal?(): void
  close(): Promise<void>
}

const settings = {
  'odps.sql.type.system.odps2': 'true',
  'odps.sql.decimal.odps2': 'true',
  'odps.sql.allow.fullscan': 'true',
  'odps.sql.timezone': 'UTC',
}
const lifecycle = 'LIFECYCLE 1'

export function callOf(milliseconds = 120_000): Call {
  return { signal: new AbortController().signal, deadlineAt: Date.now() + milliseconds, note: () => undefined }
}

export function freshAttempt(): Attempt {
  return { token: `contract-${randomBytes(8).toString('hex')}`, number: 1 }
}

export async function errorOf(promise: Promise<unknown>): Promise<MigrationError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof MigrationError) return error
  throw error instanceof Error ? error : new Error(`expected an error, got ${JSON.stringify(error)}`)
}

function column(name: string, targetType: string, kind: ValueKind, scale?: number): ColumnPlan {
  return {
    source: name,
    sourceType: { base: 'unknown', text: 'unknown' },
    target: name,
    targetType,
    unloadExpression: name,
    kind,
    notNull: false,
    ...(scale === undefined ? {} : { scale }),
  }
}

function relation(project: string, table: string, columns: readonly ColumnPlan[]): MeasuredRelation {
  return { relationId: table, source: { schema: 'contract', name: table }, target: { project, name: table }, columns }
}

/** What every MaxCompute project must pass, emulated or not; failures on order only where `fail` is there. */
export function targetContract(name: string, make: () => Promise<TargetPlace>, takesFaults: boolean): void {
  describe(`target: ${name}`, () => {
    const prefix = `contract_${Date.now().toString(36)}`
    const made: string[] = []
    let place: TargetPlace
    let client: MaxComputeClient
    let target: Target

    const run = async (text: string, more: Record<string, string> = {}): Promise<InstanceOutcome> => {
      const work = target.submit({ purpose: 'contract', text, settings: { ...settings, ...more } })
      return work.settle(await work.begin(freshAttempt(), callOf()), callOf())
    }
    const rowCount = async (table: string): Promise<string | null | undefined> =>
      parseCsv((await run(`SELECT COUNT(*) AS c FROM ${table}`)).result)[1]?.[0]
    const makeTable = async (suffix: string, columns: string): Promise<string> => {
      const table = `${prefix}_${suffix}`
      made.push(table)
      await run(`CREATE TABLE ${table} (${columns}) ${lifecycle}`)
      return table
    }
    const targetWith = (changes: Partial<MaxComputeClientOptions>): Target =>
      new MaxComputeTarget(new MaxComputeClient({ ...place.options, ...changes }), place.pace)

    beforeAll(async () => {
      place = await make()
      client = new MaxComputeClient(place.options)
      target = new MaxComputeTarget(client, place.pace)
    })

    afterAll(async () => {
      for (const table of made) await run(`DROP TABLE IF EXISTS ${table}`)
      client.close()
      await place.close()
    })

    it('answers, and tells its facts', async () => {
      await target.ping(callOf())
      const facts = await target.facts(callOf())
      expect(facts).toMatchObject({ fact: 'target', project: place.options.project })
      expect(['1.0', '2.0', 'hive']).toContain(facts.typeEdition)
      expect(facts.resultRowCountMax).toBeGreaterThan(0)
      expect(facts.resultRowCountMax).toBeLessThanOrEqual(10_000)
    })

    it('describes a table, and knows which ones there are not', async () => {
      const project = place.options.project
      const table = await makeTable(
        'shape',
        "id BIGINT NOT NULL, price DECIMAL(12,2) COMMENT 'in euro', name VARCHAR(25), at TIMESTAMP",
      )
      const shape = await target.describe({ project, name: table }, callOf())
      expect(shape?.columns).toEqual([
        { name: 'id', type: 'BIGINT', nullable: false },
        { name: 'price', type: 'DECIMAL(12,2)', nullable: true, comment: 'in euro' },
        { name: 'name', type: 'VARCHAR(25)', nullable: true },
        { name: 'at', type: 'TIMESTAMP', nullable: true },
      ])
      expect(shape?.partitionColumns).toEqual([])
      await run(`ALTER TABLE ${table} SET LIFECYCLE 3`)
      expect((await target.describe({ project, name: table }, callOf()))?.lifecycleDays).toBe(3)
      expect(Math.abs((shape?.createdAt ?? 0) - Date.now() / 1_000)).toBeLessThan(900)
      expect(await target.describe({ project, name: `${prefix}_nowhere` }, callOf())).toBeUndefined()
      const nowhere = target.describe({ project: `${prefix}_nowhere`, name: table }, callOf())
      expect((await errorOf(nowhere)).code).toMatch(/^target-(missing|denied)$/)
      const listed: string[] = []
      for await (const one of client.listTables(`${prefix}_sh`)) listed.push(one.name)
      expect(listed).toEqual([table])
    })

    it('gives the outcome of a statement as often as it is asked, to anyone who knows the handle', async () => {
      const statement = {
        purpose: 'contract',
        text: 'SELECT 1 AS a, \'x,"y"\n\' AS b, CAST(NULL AS STRING) AS c',
        settings,
      }
      const work = target.submit(statement)
      const handle = await work.begin(freshAttempt(), callOf())
      const outcome = await work.settle(handle, callOf())
      expect(parseCsv(outcome.result)).toEqual([
        ['a', 'b', 'c'],
        ['1', 'x,"y"\n', null],
      ])
      expect(outcome.logview).toContain(handle.instance)
      expect((await targetWith({}).submit(statement).settle(handle, callOf())).result).toBe(outcome.result)
    })

    it('finds what a process left behind, and starts nothing twice', async () => {
      const table = await makeTable('once', 'id BIGINT')
      const statement = { purpose: 'contract', text: `INSERT INTO TABLE ${table} VALUES (1)`, settings }
      const [attempt, other] = [freshAttempt(), freshAttempt()]
      expect(await target.submit(statement).find(attempt, callOf())).toBe('never')
      const handle = await target.submit(statement).begin(attempt, callOf())
      expect(await target.submit(statement).find(attempt, callOf())).toEqual({ begun: handle })
      await target.submit(statement).settle(handle, callOf())
      expect(await targetWith({}).submit(statement).find(attempt, callOf())).toEqual({ begun: handle })
      // The guid is the attempt's token: the service itself knows it again.
      expect(await target.submit(statement).begin(attempt, callOf())).toEqual(handle)
      expect(await target.submit(statement).find(other, callOf())).toBe('never')
      expect(await rowCount(table)).toBe('1')
    })

    it('refuses a statement that cannot be, with its code', async () => {
      const missing = await errorOf(run(`SELECT * FROM ${prefix}_nowhere LIMIT 1`))
      expect(missing.code).toMatch(/^target-(refused|missing)$/)
      expect(missing.transient).toBe(false)
      expect(missing.message).toMatch(/^contract: .*ODPS-0130131/s)
      const wrong = await errorOf(run('SELEKT 1'))
      expect(wrong).toMatchObject({ code: 'target-refused', transient: false })
      expect(wrong.message).toContain('ODPS-0130161')
    })

    it('lets an ended instance be cancelled, and says nothing', async () => {
      const work = target.submit({ purpose: 'contract', text: 'SELECT 1', settings })
      const handle = await work.begin(freshAttempt(), callOf())
      await work.settle(handle, callOf())
      await work.cancel(handle, callOf())
      expect((await work.settle(handle, callOf())).instance).toBe(handle.instance)
    })

    it('measures in canonical text', async () => {
      const table = await makeTable(
        'measured',
        'id BIGINT, price DECIMAL(12,2), name STRING, flag BOOLEAN, day DATE, at TIMESTAMP',
      )
      await run(
        `INSERT INTO TABLE ${table} VALUES ` +
          "(1, 0.50BD, 'é', true, DATE'2020-02-29', TIMESTAMP'2020-02-29 01:02:03.450'), " +
          "(9007199254740993, -10.00BD, 'abc', false, DATE'1999-12-31', TIMESTAMP'2021-01-01 00:00:00'), " +
          '(NULL, NULL, NULL, NULL, NULL, NULL)',
      )
      const columns = [
        column('id', 'BIGINT', 'integer'),
        column('price', 'DECIMAL(12,2)', 'decimal', 2),
        column('name', 'STRING', 'text'),
        column('flag', 'BOOLEAN', 'boolean'),
        column('day', 'DATE', 'date'),
        column('at', 'TIMESTAMP', 'timestamp'),
      ]
      const expected: readonly (readonly [Measure, string])[] = [
        [{ kind: 'row-count' }, '3'],
        [{ kind: 'count', column: 'id' }, '2'],
        [{ kind: 'sum', column: 'id' }, '9007199254740994'],
        [{ kind: 'maximum', column: 'id' }, '9007199254740993'],
        [{ kind: 'sum', column: 'price' }, '-9.5'],
        [{ kind: 'minimum', column: 'price' }, '-10'],
        [{ kind: 'maximum', column: 'price' }, '0.5'],
        [{ kind: 'byte-length', column: 'name' }, '5'],
        [{ kind: 'true-count', column: 'flag' }, '1'],
        [{ kind: 'minimum', column: 'day' }, '1999-12-31'],
        [{ kind: 'minimum', column: 'at' }, '2020-02-29 01:02:03.450000'],
        [{ kind: 'maximum', column: 'at' }, '2021-01-01 00:00:00.000000'],
      ]
      const measures = expected.map(([measure]) => measure)
      const answers = await target.measure(relation(place.options.project, table, columns), measures, callOf())
      expect(answers).toEqual(expected.map(([measure, value]) => ({ measure, value })))
    })

    it('answers NULL for aggregates of an empty table', async () => {
      const table = await makeTable('empty', 'id BIGINT')
      const measures: readonly Measure[] = [
        { kind: 'row-count' },
        { kind: 'sum', column: 'id' },
        { kind: 'minimum', column: 'id' },
      ]
      const answers = await target.measure(
        relation(place.options.project, table, [column('id', 'BIGINT', 'integer')]),
        measures,
        callOf(),
      )
      expect(answers.map(({ value }) => value)).toEqual(['0', null, null])
    })

    it('answers with 25,000 rows whole, where ?result is cut', async () => {
      const table = await makeTable('many', 'k BIGINT, v BIGINT, s STRING')
      const values = Array.from({ length: 500 }, (_, n) => `(1, ${n}, ${n % 7 === 0 ? 'NULL' : `'é,"${n}'`})`)
      await run(`INSERT INTO TABLE ${table} VALUES ${values.join(', ')}`)
      const pairs = 'FROM {relation} a JOIN {relation} b ON a.k = b.k WHERE a.v < 50'
      const query = (more: string): PairedQuery => ({
        name: 'pairs',
        relation: `contract.${table}`,
        source: 'SELECT 1',
        target: `SELECT a.v * 500 + b.v AS n, b.s AS s, CAST(b.v AS DECIMAL(12,2)) AS d ${pairs}${more}`,
        columns: [
          { name: 'n', kind: 'key' },
          { name: 's', kind: 'exact' },
          { name: 'd', kind: 'exact' },
        ],
      })
      const of = relation(place.options.project, table, [
        column('k', 'BIGINT', 'integer'),
        column('v', 'BIGINT', 'integer'),
        column('s', 'STRING', 'text'),
      ])
      const answer = await target.answer(query(''), of, callOf())
      expect(answer.rows).toHaveLength(25_000)
      const expected = Array.from({ length: 25_000 }, (_, n): [string, string | null, number] => {
        const v = n % 500
        return [String(n), v % 7 === 0 ? null : `é,"${v}`, v]
      })
      const found = answer.rows.map(([n, s, d]): [string, string | null, number] => [n ?? '', s ?? null, Number(d)])
      expect(found.sort((one, other) => Number(one[0]) - Number(other[0]))).toEqual(expected)
      // What is short comes by the other way, and is the same.
      const some = await target.answer(query(' AND a.v = 7'), of, callOf())
      const sevenths = answer.rows.filter(([n]) => Math.floor(Number(n) / 500) === 7)
      const byNumber = (rows: typeof answer.rows) => rows.map(([n, s, d]) => [n, s, Number(d)]).sort()
      expect(byNumber(some.rows)).toEqual(byNumber(sevenths))
    })

    it('says who is denied, what is missing, and whose clock is wrong', async () => {
      const { accessKeyId } = await place.options.credentials.current()
      const current = async () => ({ accessKeyId, accessKeySecret: 'certainly-not-the-secret-0000' })
      const denied = await errorOf(targetWith({ credentials: { current } }).ping(callOf()))
      expect(denied).toMatchObject({ code: 'target-denied', transient: false })
      expect(denied.message).not.toContain('certainly-not')
      const missing = await errorOf(targetWith({ project: `${prefix}_nowhere` }).ping(callOf()))
      expect(missing.code).toMatch(/^target-(missing|denied)$/)
      const skewed = await errorOf(targetWith({ clock: () => Date.now() - 3_600_000 }).ping(callOf()))
      expect(skewed).toMatchObject({ code: 'target-denied', transient: false })
      expect(skewed.hint).toMatch(/clock/)
    })

    it('reads a result of 25,000 rows through the tunnel, where ?result is cut', async () => {
      const table = await makeTable('long', 'n BIGINT')
      await run(`INSERT INTO TABLE ${table} VALUES ${Array.from({ length: 500 }, (_, n) => `(${n})`).join(', ')}`)
      const text = `SELECT a.n * 500 + b.n AS n, CAST(a.n AS STRING) AS s, IF(b.n = 0, NULL, b.n) AS z FROM ${table} a JOIN ${table} b ON a.n < 50`
      const more = { 'odps.sql.allow.cartesian': 'true' }
      const { instance } = await client.submit({ text, settings: { ...settings, ...more } })
      const cut = await errorOf(target.submit({ purpose: 'contract', text, settings }).settle({ instance }, callOf()))
      expect(cut).toMatchObject({ code: 'target-refused' })
      expect(cut.message).toMatch(new RegExp(`cut \\(http.*${instance}`))
      const download = await client.download(instance)
      expect(download.columns).toEqual([
        { name: 'n', type: 'bigint' },
        { name: 's', type: 'string' },
        { name: 'z', type: 'bigint' },
      ])
      expect(download.rowCount).toBe(25_000)
      const seen = new Set<string>()
      for await (const [n, s, z] of download.rows()) {
        const value = Number(n)
        if (s !== String(Math.floor(value / 500)) || (z ?? '0') !== String(value % 500))
          throw new Error(`row ${String(n)}`)
        seen.add(String(n))
      }
      expect(seen.size).toBe(25_000)
      const some = await client.download(instance, { start: 24_990, rowCount: 100 })
      expect(some.rowCount).toBe(10)
      expect((await client.download(instance, { limited: true })).rowCount).toBe(10_000)
    })

    it('lists schemas, partitions and instances, and knows one by its name', async () => {
      const { project } = place.options
      expect((await client.getTenant()).id).not.toBe('')
      const schemas: string[] = []
      for await (const { name } of client.listSchemas()) schemas.push(name)
      expect(schemas).toContain('default')
      const table = `${prefix}_parts`
      made.push(table)
      await run(`CREATE TABLE ${table} (a BIGINT) PARTITIONED BY (ds STRING, hh STRING) ${lifecycle}`)
      for (const hour of ['01', '02', '03'])
        await run(`ALTER TABLE ${table} ADD PARTITION (ds='20200101', hh='${hour}')`)
      const hours: string[] = []
      for await (const { values } of client.listPartitions(table, { project })) {
        hours.push(values.map(({ column, value }) => `${column}=${value}`).join('/'))
      }
      expect(hours.sort()).toEqual(['01', '02', '03'].map((hour) => `ds=20200101/hh=${hour}`))
      expect(await client.hasPartition(table, { ds: '20200101', hh: '02' })).toBe(true)
      expect(await client.hasPartition(table, { ds: '20200101', hh: '04' })).toBe(false)
      const nowhere = await errorOf(client.hasPartition(`${prefix}_nowhere`, { ds: '1', hh: '2' }))
      expect(nowhere.code).toBe('target-missing')
      expect((await errorOf(client.hasPartition(table, { ds: "a'b", hh: '2' }))).code).toBe('target-refused')
      const { instance } = await run('SELECT 1')
      const ended = await client.findInstances({ status: 'Terminated', own: true, from: Date.now() - 600_000 })
      expect(ended.map(({ id }) => id)).toContain(instance)
      expect(await client.summary(instance)).not.toBe('')
      expect(Array.isArray(await client.progress(instance))).toBe(true)
    })

    it('sends the settings of the client, and shows the witness what leaves before it does', async () => {
      const seen: string[] = []
      const witness = {
        submitting: ({ text, settings: sent, jobName, priority }: Submission) =>
          void seen.push(`${jobName} ${text} ${JSON.stringify(sent)} ${priority}`),
        submitted: (of: { readonly instance: string; readonly logview: string }) =>
          void seen.push(`${of.instance} ${of.logview}`),
      }
      const given = { ...place.options, settings: { a: '1', b: '1' }, priority: 5, witness }
      const other = new MaxComputeClient(given)
      const jobName = freshAttempt().token
      const { instance } = await other.submit({ text: 'SELECT 1', settings: { b: '2' }, jobName, guid: jobName })
      expect(seen[0]).toBe(`${jobName} SELECT 1 {"a":"1","b":"2"} 5`)
      expect(seen[1]).toMatch(new RegExp(`^${instance} https?://.*i=${instance}$`))
      expect(seen).toHaveLength(2)
      other.close()
      const refusing = new MaxComputeClient({
        ...place.options,
        witness: { submitting: () => Promise.reject(new Error('the disk is full')) },
      })
      const kept = freshAttempt().token
      await expect(refusing.submit({ text: 'SELECT 1', settings: {}, jobName: kept })).rejects.toThrow('disk is full')
      expect(await client.findInstances({ jobName: kept })).toEqual([])
      refusing.close()
    })

    it('takes both signatures', async () => {
      await targetWith({ signature: 'v2' }).ping(callOf())
      if (client.region !== undefined) await targetWith({ signature: 'v4' }).ping(callOf())
    })

    if (takesFaults) targetFaults(() => ({ place, target, makeTable, rowCount, run }))
  })
}

/** Failures on order. */
function targetFaults(
  get: () => {
    readonly place: TargetPlace
    readonly target: Target
    readonly makeTable: (suffix: string, columns: string) => Promise<string>
    readonly rowCount: (table: string) => Promise<string | null | undefined>
    readonly run: (text: string) => Promise<InstanceOutcome>
  },
): void {
  it('runs a statement once whose reply was lost, and finds it', async () => {
    const { place, target, makeTable, rowCount } = get()
    const table = await makeTable('lost', 'id BIGINT')
    const statement = { purpose: 'contract', text: `INSERT INTO TABLE ${table} VALUES (1)`, settings }
    place.fail?.({ operation: 'POST instances', nth: 1, action: { do: 'cut', when: 'after' } })
    const work = target.submit(statement)
    const attempt = freshAttempt()
    const handle = await work.begin(attempt, callOf())
    await work.settle(handle, callOf())
    place.heal?.()
    expect(await work.find(attempt, callOf())).toEqual({ begun: handle })
    expect(await rowCount(table)).toBe('1')
  })

  it('says that nothing began when the connection broke before', async () => {
    const { place, target, makeTable, rowCount } = get()
    const table = await makeTable('never', 'id BIGINT')
    const work = target.submit({ purpose: 'contract', text: `INSERT INTO TABLE ${table} VALUES (1)`, settings })
    const attempt = freshAttempt()
    place.fail?.({ operation: 'POST instances', nth: 1, action: { do: 'cut', when: 'before' } })
    expect(await errorOf(work.begin(attempt, callOf(3_000)))).toMatchObject({
      code: 'target-unreachable',
      transient: true,
    })
    place.heal?.()
    expect(await work.find(attempt, callOf())).toBe('never')
    expect(await rowCount(table)).toBe('0')
  })

  it.each([
    ['503', { do: 'fail', status: 503, code: 'ServiceUnavailable', message: 'busy' }],
    ['a broken connection', { do: 'cut', when: 'during' }],
    ['429 and Retry-After', { do: 'throttle', delaySeconds: 1 }],
  ])('bears %s while it looks', async (_name, action) => {
    const { place, target } = get()
    place.fail?.({ operation: '*', nth: 1, times: 2, action })
    await target.ping(callOf())
    place.heal?.()
  })

  it.each([
    ['a flipped bit', { do: 'corrupt', at: 9 }],
    ['a short answer', { do: 'truncate', byteCount: 40 }],
    ['a broken connection', { do: 'cut', when: 'during' }],
    ['429 and Retry-After', { do: 'throttle', delaySeconds: 1 }],
  ])('gives each row once although the tunnel sends %s', async (_name, action) => {
    const { place, run } = get()
    const client = new MaxComputeClient(place.options)
    const { instance } = await run("SELECT 1 AS a, 'some text' AS b")
    const download = await client.download(instance)
    place.fail?.({ operation: 'GET instance', contains: 'rowrange', nth: 1, times: 2, action })
    const rows: unknown[] = []
    for await (const row of download.rows()) rows.push(row)
    place.heal?.()
    expect(rows).toEqual([['1', 'some text']])
    client.close()
  })

  it('gives no row of a tunnel that stays broken', async () => {
    const { place, run } = get()
    const client = new MaxComputeClient(place.options)
    const { instance } = await run('SELECT 1 AS a')
    const download = await client.download(instance, {}, { subject: 'the rows' })
    place.fail?.({ operation: 'GET instance', contains: 'rowrange', times: 99, action: { do: 'corrupt', at: 1 } })
    const error = await errorOf(download.rows().next())
    place.heal?.()
    expect(error).toMatchObject({ code: 'target-failed', transient: true })
    expect(error.message).toMatch(
      /^the rows: the result from row 1 on: row 1, byte \d+: the checksum of the row is wrong/,
    )
    client.close()
  })

  it('bears failures while it waits', async () => {
    const { place, target } = get()
    const work = target.submit({ purpose: 'contract', text: 'SELECT 1 AS a', settings })
    const handle = await work.begin(freshAttempt(), callOf())
    for (const action of [
      { do: 'fail', status: 500 },
      { do: 'cut', when: 'before' },
    ]) {
      place.fail?.({ operation: 'GET instance', nth: 1, times: 3, action })
    }
    expect(parseCsv((await work.settle(handle, callOf())).result)).toEqual([['a'], ['1']])
    place.heal?.()
  })

  it('cancels a statement that runs; another attempt may follow', async () => {
    const { place, target, makeTable, rowCount } = get()
    const table = await makeTable('cancelled', 'id BIGINT')
    place.fail?.({ operation: 'INSERT', action: { do: 'delay', milliseconds: 3_000 } })
    const work = target.submit({ purpose: 'contract', text: `INSERT INTO TABLE ${table} VALUES (1)`, settings })
    const attempt = freshAttempt()
    const handle = await work.begin(attempt, callOf())
    await work.cancel(handle, callOf())
    const error = await errorOf(work.settle(handle, callOf()))
    expect(error).toMatchObject({ code: 'target-refused', transient: false })
    expect(error.message).toContain('cancelled')
    expect(await work.find(attempt, callOf())).toBe('lost')
    place.heal?.()
    expect(await rowCount(table)).toBe('0')
  })

  it('says that an attempt is lost which failed in a way that may pass', async () => {
    const { place, target, makeTable } = get()
    const table = await makeTable('conflict', 'id BIGINT')
    place.fail?.({
      operation: 'INSERT',
      action: { do: 'fail', code: '0110061', message: 'Failed to run ddltask - on order' },
    })
    const work = target.submit({ purpose: 'contract', text: `INSERT INTO TABLE ${table} VALUES (1)`, settings })
    const attempt = freshAttempt()
    const handle = await work.begin(attempt, callOf())
    const error = await errorOf(work.settle(handle, callOf()))
    expect(error).toMatchObject({ code: 'target-failed', transient: true })
    expect(error.message).toContain('ODPS-0110061')
    expect(await work.find(attempt, callOf())).toBe('lost')
    place.heal?.()
  })

  it('looks again when a SELECT failed in a way that may pass', async () => {
    const { place, target, makeTable, run } = get()
    const table = await makeTable('looked', 'id BIGINT')
    await run(`INSERT INTO TABLE ${table} VALUES (5)`)
    place.fail?.({
      operation: 'SELECT',
      times: 2,
      action: { do: 'fail', code: '0140178', message: 'internal - on order' },
    })
    const measures: readonly Measure[] = [{ kind: 'maximum', column: 'id' }]
    const of = relation(place.options.project, table, [column('id', 'BIGINT', 'integer')])
    expect(await target.measure(of, measures, callOf())).toEqual([{ measure: measures[0], value: '5' }])
    place.heal?.()
  })
}
