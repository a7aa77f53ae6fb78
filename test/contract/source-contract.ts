import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CatalogEntry, CatalogObject } from '../../src/model/catalog.js'
import type { CatalogGap } from '../../src/model/facts.js'
import type { MigrationError } from '../../src/model/errors.js'
import type { Measure } from '../../src/model/measure.js'
import type { Location } from '../../src/model/names.js'
import type { Assumption, RelationPlan } from '../../src/model/plan.js'
import type { Attempt, Call, Work } from '../../src/model/work.js'
import type { DirectOptions } from '../../src/source/redshift/direct-session.js'
import { RedshiftSource, type RedshiftSourceOptions } from '../../src/source/redshift/redshift-source.js'
import type { CatalogCall, UnloadHandle, UnloadOutcome } from '../../src/source/source.js'
import type { ObjectStore } from '../../src/store/store.js'
import { columnPlan, relationPlan } from './relation-plan.js'

/** A Redshift and the S3 that it unloads to. */
export interface SourcePlace {
  readonly options: Omit<RedshiftSourceOptions, 'store' | 'run'>
  /** For what only Redshift's own protocol has, and for the driver that sets up. */
  readonly direct: DirectOptions
  readonly store: ObjectStore
  /** A prefix of the bucket that the tests may fill; ends in `/`. */
  readonly root: Location
  /** A role that exists, but is not attached. */
  readonly strangeRole: string
  /** Orders failures of the services; only emulators take them (`takesFaults`). */
  fail?(service: 'redshift' | 's3', rule: Record<string, unknown>): Promise<void>
  heal?(): Promise<void>
  close(): Promise<void>
}

const rowCount: Measure = { kind: 'row-count' }
let attemptNumber = 0

export function callOf(milliseconds = 60_000): Call {
  return { signal: new AbortController().signal, deadlineAt: Date.now() + milliseconds, note: () => undefined }
}

/** What the source keeps to itself goes into `gaps`; without a list it is a failure. */
export function catalogCall(gaps?: CatalogGap[]): CatalogCall {
  const missing = (gap: CatalogGap): void => {
    if (gaps === undefined) expect.fail(JSON.stringify(gap))
    gaps.push(gap)
  }
  return { ...callOf(), missing }
}

/** What every Redshift must pass, emulated or not. Statements that set it up go through the driver alone. */
export function sourceContract(name: string, make: () => Promise<SourcePlace>, takesFaults: boolean): void {
  describe(`source: ${name}`, () => {
    const schema = `contract_${Date.now().toString(36)}`
    let place: SourcePlace
    let source: RedshiftSource
    let client: Client

    const tableOf = (table: string): RelationPlan =>
      relationPlan({ schema, name: table }, [
        columnPlan('id', 'integer', 'integer'),
        columnPlan('note', 'character varying(20)', 'text'),
      ])
    const freshAttempt = (): Attempt => {
      attemptNumber += 1
      return { token: `t${Date.now().toString(36)}-${attemptNumber}`, number: 1 }
    }
    const prefixOf = (attempt: Attempt): Location => ({
      ...place.root,
      key: `${place.root.key}${schema}/${attempt.token}/`,
    })
    const sourceWith = (changes: Partial<RedshiftSourceOptions>): RedshiftSource =>
      new RedshiftSource({ ...place.options, store: place.store, run: 'contract', ...changes })
    const entries = async (selected: readonly string[]): Promise<readonly CatalogEntry[]> => {
      const found: CatalogEntry[] = []
      for await (const entry of source.readCatalog({ select: selected, exclude: [] }, catalogCall())) found.push(entry)
      return found
    }

    beforeAll(async () => {
      place = await make()
      source = sourceWith({})
      client = await connect(place)
      for (const statement of setup(schema)) await client.query(statement)
    })

    afterAll(async () => {
      await client.query(`DROP SCHEMA ${schema} CASCADE`)
      await client.end()
      await place.close()
    })

    describe('sessions', () => {
      it('answers a ping', async () => {
        await source.ping(callOf())
      })

      it('denies a wrong password without showing it', async () => {
        const wrong = sourceWith({ session: { ...place.direct, password: 'Not-the-Passw0rd' } })
        const error = await failureOf(wrong.ping(callOf()))
        expect(error).toMatchObject({ code: 'source-denied', transient: false })
        expect(`${error.message} ${error.hint}`).not.toContain('Not-the-Passw0rd')
      })

      it('is unreachable where nobody listens', async () => {
        const nowhere = sourceWith({ session: { ...place.direct, host: '127.0.0.1', port: 1 } })
        expect(await failureOf(nowhere.ping(callOf()))).toMatchObject({ code: 'source-unreachable', transient: true })
      })
    })

    describe('catalog', () => {
      it('tells relations in order, with kinds and comments', async () => {
        const found = await entries([`${schema}.*`])
        expect(found.map(({ name, kind }) => [name, kind])).toEqual([
          ['empty', 'table'],
          ['endless', 'view'],
          ['orders', 'table'],
          ['recent', 'view'],
          ['small', 'table'],
        ])
        expect(found[2]?.comment).toBe("it's all")
        expect(found[1]?.definition).toMatch(/select/i)
      })

      it('tells columns as they were declared', async () => {
        const [orders] = await entries([`${schema}.orders`])
        const columns = (orders?.columns ?? []).map(({ name, ordinal, type, notNull }) => ({
          name,
          ordinal,
          type,
          notNull,
        }))
        expect(columns).toEqual([
          { name: 'o_key', ordinal: 1, type: { base: 'bigint', text: 'bigint' }, notNull: true },
          {
            name: 'o_total',
            ordinal: 2,
            type: { base: 'numeric', text: 'numeric(12,2)', precision: 12, scale: 2 },
            notNull: false,
          },
          {
            name: 'o_note',
            ordinal: 3,
            type: { base: 'character varying', text: 'character varying(25)', length: 25 },
            notNull: false,
          },
          {
            name: 'o_at',
            ordinal: 4,
            type: { base: 'timestamp without time zone', text: 'timestamp without time zone' },
            notNull: false,
          },
          { name: 'o_day', ordinal: 5, type: { base: 'date', text: 'date' }, notNull: false },
          { name: 'o_flag', ordinal: 6, type: { base: 'character', text: 'character(1)', length: 1 }, notNull: false },
        ])
        expect(orders?.columns[1]?.defaultText).toMatch(/^\(?0/)
        expect(orders?.columns[2]?.comment).toBe('a note')
      })

      it('tells keys, and that nothing of another schema was asked for', async () => {
        const [orders, ...others] = await entries([`${schema}.orders`])
        expect(others).toEqual([])
        expect(orders?.distStyle).toBe('key')
        expect(orders?.columns[0]).toMatchObject({ distKey: true, sortKeyPosition: 2 })
        expect(orders?.columns[4]).toMatchObject({ distKey: false, sortKeyPosition: 1 })
        expect(orders?.constraints).toMatchObject([
          { kind: 'primary-key', definition: expect.stringMatching(/PRIMARY KEY \("?o_key"?\)/) as string },
        ])
      })

      it('tells procedures, functions and grants, of the schemas that were asked for', async () => {
        await client.query(
          `CREATE PROCEDURE ${schema}.tidy(a integer, b varchar(9)) AS $$ BEGIN NULL; END; $$ LANGUAGE plpgsql`,
        )
        await client.query(
          `CREATE FUNCTION ${schema}.twice(bigint) RETURNS bigint STABLE AS $$ SELECT $1 * 2 $$ LANGUAGE sql`,
        )
        await client.query(`GRANT SELECT ON ${schema}.small TO PUBLIC`)
        await client.query(`GRANT USAGE ON SCHEMA ${schema} TO PUBLIC`)
        const found: CatalogObject[] = []
        const selection = { select: [`${schema}.*`], exclude: [] }
        for await (const object of source.readObjects(selection, catalogCall())) found.push(object)
        expect(new Set(found.map((object) => object.schema))).toEqual(new Set([schema]))
        const routines = found.filter(({ kind }) => kind !== 'grant')
        expect(routines.map(({ kind, name, signature, language }) => [kind, name, signature, language])).toEqual([
          ['procedure', 'tidy', '(integer, character varying)', 'plpgsql'],
          ['function', 'twice', '(bigint)', 'sql'],
        ])
        // The owner's own rights may be told too.
        expect(found.filter(({ signature }) => signature.endsWith('TO PUBLIC'))).toEqual(
          expect.arrayContaining([
            { kind: 'grant', on: 'schema', schema, name: schema, signature: `USAGE ON SCHEMA ${schema} TO PUBLIC` },
            { kind: 'grant', on: 'relation', schema, name: 'small', signature: `SELECT ON ${schema}.small TO PUBLIC` },
          ]) as unknown,
        )
      })

      it('never tells system schemas', async () => {
        const schemas = new Set((await entries(['*'])).map((entry) => entry.schema))
        expect(schemas).toContain(schema)
        expect([...schemas].filter((each) => /^pg_|^information_schema$/.test(each))).toEqual([])
      })
    })

    describe('snapshots', () => {
      it('measures and answers in the order of the questions', async () => {
        await using snapshot = await source.open('each-relation', callOf())
        const plan = tableOf('small')
        const measures: Measure[] = [
          { kind: 'maximum', column: 'id' },
          rowCount,
          { kind: 'count', column: 'note' },
          { kind: 'sum', column: 'id' },
          { kind: 'byte-length', column: 'note' },
        ]
        expect(await snapshot.measure(plan, measures, callOf())).toEqual(
          // Notes: five of 'note n', one 'ü' (two bytes), one NULL.
          ['7', '7', '6', '28', '32'].map((value, n) => ({ measure: measures[n], value })),
        )
        const text = 'SELECT id, note FROM {relation} WHERE id > 5 ORDER BY id'
        const query = { name: 'last', relation: `${schema}.small`, source: text, target: '', columns: [] }
        expect(await snapshot.answer(query, plan, callOf())).toEqual({
          query: 'last',
          columns: ['id', 'note'],
          rows: [
            ['6', 'ü'],
            ['7', null],
          ],
        })
      })

      it('counts the rows that violate an assumption, of those that would be unloaded', async () => {
        await using snapshot = await source.open('each-relation', callOf())
        const assumption = (code: string, column: string, violatedWhere: string): Assumption => ({
          code,
          column,
          violatedWhere,
          message: '',
        })
        // More than fit into one statement.
        const many = Array.from({ length: 1501 }, (_, n) => assumption(`A${n}`, 'id', `id <= ${n}`))
        const asked = [assumption('B', 'note', "note < 'note 3'"), ...many]
        const examined = await snapshot.examine(tableOf('small'), asked, callOf())
        // A note that is NULL violates nothing.
        expect(examined[0]).toEqual({ code: 'B', column: 'note', violationCount: '2' })
        expect(examined.slice(1)).toEqual(
          many.map(({ code, column }, n) => ({ code, column, violationCount: String(Math.min(n, 7)) })),
        )
        const filtered = await snapshot.examine({ ...tableOf('small'), where: 'id > 5' }, asked.slice(-1), callOf())
        expect(filtered).toEqual([{ code: 'A1500', column: 'id', violationCount: '2' }])
        const none = await snapshot.examine(tableOf('empty'), asked.slice(0, 1), callOf())
        expect(none).toEqual([{ code: 'B', column: 'note', violationCount: '0' }])
      })

      it('takes statements that are longer than a TLS record', async () => {
        await using snapshot = await source.open('each-relation', callOf())
        const text = `SELECT OCTET_LENGTH('${'x'.repeat(60_000)}') AS n FROM {relation} WHERE id = 1`
        const query = { name: 'long', relation: `${schema}.small`, source: text, target: '', columns: [] }
        expect(await snapshot.answer(query, tableOf('small'), callOf(8_000))).toMatchObject({ rows: [['60000']] })
      })

      it('names what the server refused', async () => {
        await using snapshot = await source.open('each-relation', callOf())
        const error = await failureOf(snapshot.measure(tableOf('nothing'), [rowCount], callOf()))
        expect(error).toMatchObject({ code: 'source-refused', transient: false })
        expect(error.message).toContain(`measure ${schema}.nothing: `)
        expect(await failureOf(snapshot.measure(tableOf('small'), [rowCount], callOf()))).toMatchObject({
          code: 'snapshot-lost',
        })
      })

      it('does not see what is written after the first question', async () => {
        await client.query(`CREATE TABLE ${schema}.late (id integer, note varchar(20))`)
        await client.query(`INSERT INTO ${schema}.late VALUES (1, 'early'), (2, 'early')`)
        await using snapshot = await source.open('each-relation', callOf())
        const plan = tableOf('late')
        expect(await snapshot.measure(plan, [rowCount], callOf())).toEqual([{ measure: rowCount, value: '2' }])
        await client.query(`INSERT INTO ${schema}.late VALUES (3, 'late')`)
        const attempt = freshAttempt()
        const outcome = await unloadOnce(snapshot.unload(plan, prefixOf(attempt)), attempt)
        expect(outcome.rowCount).toBe(2)
        expect(outcome.snapshot).toBe(snapshot.id)
        expect((await client.query(`SELECT * FROM ${schema}.late`)).rows).toHaveLength(3)
      })

      it('pins one moment for all relations in a single transaction', async () => {
        await client.query(`CREATE TABLE ${schema}.pinned (id integer, note varchar(20))`)
        await client.query(`INSERT INTO ${schema}.pinned VALUES (1, 'early')`)
        await using snapshot = await source.open('single-transaction', callOf())
        await client.query(`INSERT INTO ${schema}.pinned VALUES (2, 'late')`)
        for (const [table, count] of [
          ['pinned', 1],
          ['small', 7],
        ] as const) {
          const attempt = freshAttempt()
          const outcome = await unloadOnce(snapshot.unload(tableOf(table), prefixOf(attempt)), attempt)
          expect([table, outcome.rowCount]).toEqual([table, count])
        }
      })
    })

    describe('unload', () => {
      it('writes a relation in parts that all figures agree on', async () => {
        const attempt = freshAttempt()
        const to = prefixOf(attempt)
        await using snapshot = await source.open('each-relation', callOf())
        const plan = relationPlan({ schema, name: 'orders' }, [
          columnPlan('o_key', 'bigint', 'integer'),
          columnPlan('o_total', 'numeric(12,2)', 'decimal'),
          columnPlan('o_note', 'character varying(25)', 'text'),
          columnPlan('o_at', 'timestamp without time zone', 'timestamp'),
          columnPlan('o_day', 'date', 'date'),
        ])
        const outcome = await unloadOnce(snapshot.unload(plan, to), attempt)
        const counted = await client.query<{ n: string }>(`SELECT COUNT(*) AS n FROM ${schema}.orders`)
        expect(String(outcome.rowCount)).toBe(counted.rows[0]?.n)
        expect(outcome.parts.length).toBeGreaterThanOrEqual(2)
        expect(outcome.parts.reduce((sum, part) => sum + part.rowCount, 0)).toBe(outcome.rowCount)
        const listed: { key: string; byteCount: number }[] = []
        for await (const { location, byteCount } of place.store.list(to, callOf()))
          listed.push({ key: location.key, byteCount })
        expect(listed.filter(({ key }) => key !== `${to.key}manifest`)).toEqual(
          outcome.parts.map(({ key, byteCount }) => ({ key, byteCount })),
        )
        // The physical types that Redshift writes (redshift.md 2).
        expect(outcome.columns.map(({ name, physicalType }) => ({ name, physicalType }))).toEqual([
          { name: 'o_key', physicalType: 'INT64' },
          { name: 'o_total', physicalType: 'FIXED_LEN_BYTE_ARRAY' },
          { name: 'o_note', physicalType: 'BYTE_ARRAY' },
          { name: 'o_at', physicalType: 'INT96' },
          { name: 'o_day', physicalType: 'INT32' },
        ])
        // Footers may tell how many values are NULL; nothing says that they must.
        expect(outcome.columns.map(({ nullCount = 0 }) => nullCount)).toEqual([0, 0, 0, 0, 0])
      })

      it('leaves nothing at all for zero rows', async () => {
        const attempt = freshAttempt()
        await using snapshot = await source.open('each-relation', callOf())
        const outcome = await unloadOnce(snapshot.unload(tableOf('empty'), prefixOf(attempt)), attempt)
        expect(outcome).toEqual({ rowCount: 0, byteCount: 0, parts: [], columns: [], snapshot: snapshot.id })
      })

      it('settles to the same outcome from any process', async () => {
        for (const table of ['small', 'empty']) {
          const attempt = freshAttempt()
          const to = prefixOf(attempt)
          const snapshot = await source.open('each-relation', callOf())
          const work = snapshot.unload(tableOf(table), to)
          const handle = await work.begin(attempt, callOf())
          const outcome = await work.settle(handle, callOf())
          expect(await work.settle(handle, callOf())).toEqual(outcome)
          await snapshot[Symbol.asyncDispose]()
          const resumed = source.resume(tableOf(table), to)
          const found = await resumed.find(attempt, callOf())
          expect(found).toMatchObject({
            begun: { token: attempt.token, prefix: handle.prefix, snapshot: handle.snapshot },
          })
          expect(await resumed.settle(JSON.parse(JSON.stringify(handle)) as UnloadHandle, callOf())).toEqual(outcome)
        }
      })

      it('knows what never began', async () => {
        const attempt = freshAttempt()
        expect(await source.resume(tableOf('small'), prefixOf(attempt)).find(attempt, callOf())).toBe('never')
      })

      it('names a role that is not attached', async () => {
        const attempt = freshAttempt()
        const strange = sourceWith({ iamRole: place.strangeRole })
        await using snapshot = await strange.open('each-relation', callOf())
        const error = await failureOf(unloadOnce(snapshot.unload(tableOf('small'), prefixOf(attempt)), attempt))
        expect(error).toMatchObject({
          code: 'source-refused',
          transient: false,
          hint: expect.stringMatching(/attached/) as string,
        })
        expect(error.message).toContain(`unload ${schema}.small to s3://`)
        expect(await source.resume(tableOf('small'), prefixOf(attempt)).find(attempt, callOf())).toMatch(/lost|never/)
      })

      it('never writes where something lies', async () => {
        const first = freshAttempt()
        const to = prefixOf(first)
        await using snapshot = await source.open('each-relation', callOf())
        await unloadOnce(snapshot.unload(tableOf('small'), to), first)
        const second = freshAttempt()
        const error = await failureOf(unloadOnce(snapshot.unload(tableOf('small'), to), second))
        expect(error).toMatchObject({ code: 'source-refused', hint: expect.stringMatching(/prefix/) as string })
      })
    })

    describe('under failures', () => {
      const faultsOf = (): Required<Pick<SourcePlace, 'fail' | 'heal'>> | undefined =>
        place.fail === undefined || place.heal === undefined
          ? undefined
          : { fail: place.fail.bind(place), heal: place.heal.bind(place) }

      it.each(['before', 'during', 'after'])(
        'finds the truth of an UNLOAD whose connection was cut %s it',
        async (when) => {
          const faults = faultsOf()
          if (faults === undefined) return cutByHand(when)
          const attempt = freshAttempt()
          await faults.fail('redshift', { operation: 'UNLOAD', contains: attempt.token, action: { do: 'cut', when } })
          await proveCut(attempt, async () => undefined)
          await faults.heal()
        },
      )

      /** A real server is not ordered to fail: its session is ended from outside, which may come early or late. */
      async function cutByHand(when: string): Promise<void> {
        await proveCut(freshAttempt(), async (pid) => {
          if (when !== 'before') await new Promise((resolve) => setTimeout(resolve, when === 'during' ? 300 : 3_000))
          await client.query(`SELECT pg_terminate_backend(${pid})`)
        })
      }

      async function proveCut(attempt: Attempt, cut: (pid: string) => Promise<void>): Promise<void> {
        const to = prefixOf(attempt)
        const snapshot = await source.open('each-relation', callOf())
        const work = snapshot.unload(tableOf('small'), to)
        const settled = work.begin(attempt, callOf()).then((handle) => work.settle(handle, callOf()))
        const [ended] = await Promise.allSettled([settled, cut(snapshot.id.split(':')[1] ?? '')])
        if (ended.status === 'rejected')
          expect(ended.reason).toMatchObject({ code: 'source-unreachable', transient: true })
        await snapshot[Symbol.asyncDispose]()
        const resumed = source.resume(tableOf('small'), to)
        const found = await resumed.find(attempt, callOf())
        const keys: string[] = []
        for await (const object of place.store.list(to, callOf())) keys.push(object.location.key)
        if (typeof found === 'object') {
          expect(await resumed.settle(found.begun, callOf())).toMatchObject({ rowCount: 7 })
        } else {
          expect(found).toMatch(/^(lost|never)$/)
          expect(keys).not.toContain(`${to.key}manifest`)
        }
      }

      it('cancels on request', async () => {
        const attempt = freshAttempt()
        await using snapshot = await source.open('each-relation', callOf())
        const work = snapshot.unload(tableOf('endless'), prefixOf(attempt))
        const handle = await work.begin(attempt, callOf())
        await moment()
        await work.cancel(handle, callOf())
        expect(await failureOf(work.settle(handle, callOf()))).toMatchObject({
          code: 'source-refused',
          message: expect.stringContaining('57014') as string,
        })
        expect(await source.resume(tableOf('endless'), prefixOf(attempt)).find(attempt, callOf())).toBe('lost')
      })

      it('finds a running UNLOAD from elsewhere, cancels it and learns its end', async () => {
        const attempt = freshAttempt()
        await using snapshot = await source.open('each-relation', callOf())
        const work = snapshot.unload(tableOf('endless'), prefixOf(attempt))
        const handle = await work.begin(attempt, callOf())
        await moment()
        const resumed = source.resume(tableOf('endless'), prefixOf(attempt))
        const found = await resumed.find(attempt, callOf())
        expect(found).toMatchObject({ begun: { token: attempt.token, snapshot: snapshot.id } })
        const settled = failureOf(resumed.settle(handle, callOf()))
        await resumed.cancel(handle, callOf())
        expect(await settled).toMatchObject({ code: 'source-failed', transient: true })
        expect(await failureOf(work.settle(handle, callOf()))).toMatchObject({ code: 'source-refused' })
      })

      it('leaves the statement alone when a call stops waiting', async () => {
        const attempt = freshAttempt()
        await using snapshot = await source.open('each-relation', callOf())
        const work = snapshot.unload(tableOf('endless'), prefixOf(attempt))
        const handle = await work.begin(attempt, callOf())
        expect(await failureOf(work.settle(handle, callOf(300)))).toMatchObject({ code: 'source-unresolved' })
        const interrupted = { ...callOf(), signal: AbortSignal.timeout(300) }
        expect(await failureOf(work.settle(handle, interrupted))).toMatchObject({ code: 'interrupted' })
        // Still there to be cancelled.
        await work.cancel(handle, callOf())
        expect((await failureOf(work.settle(handle, callOf()))).message).toContain('57014')
      })

      it('ends what runs when its snapshot is disposed', async () => {
        const attempt = freshAttempt()
        const snapshot = await source.open('each-relation', callOf())
        await snapshot.unload(tableOf('endless'), prefixOf(attempt)).begin(attempt, callOf())
        await moment()
        const start = Date.now()
        await snapshot[Symbol.asyncDispose]()
        expect(Date.now() - start).toBeLessThan(15_000)
        expect(await source.resume(tableOf('endless'), prefixOf(attempt)).find(attempt, callOf())).toBe('lost')
      })
    })

    if (takesFaults) {
      it('never takes a failed listing for an empty one', async () => {
        const attempt = freshAttempt()
        await using snapshot = await source.open('each-relation', callOf())
        const work = snapshot.unload(tableOf('empty'), prefixOf(attempt))
        const handle = await work.begin(attempt, callOf())
        const outcome = await work.settle(handle, callOf())
        await place.fail?.('s3', { operation: 'ListObjectsV2', action: { do: 'fail', status: 503, code: 'SlowDown' } })
        const error = await failureOf(work.settle(handle, callOf()))
        await place.heal?.()
        expect(error).toMatchObject({ code: 'store-failed', transient: true })
        expect(await work.settle(handle, callOf())).toEqual(outcome)
      })
    }

    async function connect(to: SourcePlace): Promise<Client> {
      const { host, port, database, user, password, tls } = to.direct
      const ssl = tls === 'off' ? false : { rejectUnauthorized: false }
      const connected = new Client({ host, port, database, user, password, ssl })
      await connected.connect()
      return connected
    }
  })
}

async function unloadOnce(work: Work<UnloadHandle, UnloadOutcome>, attempt: Attempt): Promise<UnloadOutcome> {
  return work.settle(await work.begin(attempt, callOf()), callOf())
}

/** For the server to start what was sent and to write it into its history. */
async function moment(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 500))
}

async function failureOf(work: Promise<unknown>): Promise<MigrationError> {
  const error = await work.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  )
  expect(error).toMatchObject({ name: 'MigrationError' })
  return error as MigrationError
}

function setup(schema: string): readonly string[] {
  return [
    `CREATE SCHEMA ${schema}`,
    `CREATE TABLE ${schema}.orders (
       o_key bigint NOT NULL, o_gone integer, o_total numeric(12,2) DEFAULT 0.00, o_note varchar(25), o_at timestamp,
       o_day date, o_flag char(1), PRIMARY KEY (o_key)
     ) DISTSTYLE KEY DISTKEY (o_key) COMPOUND SORTKEY (o_day, o_key)`,
    `ALTER TABLE ${schema}.orders DROP COLUMN o_gone`,
    `COMMENT ON TABLE ${schema}.orders IS 'it''s all'`,
    `COMMENT ON COLUMN ${schema}.orders.o_note IS 'a note'`,
    `INSERT INTO ${schema}.orders VALUES ${Array.from({ length: 100 }, (_, n) => orderRow(n)).join(', ')}`,
    // Doubled a few times, so that several slices have something to write.
    ...Array.from({ length: 8 }, (_, n) => doubled(schema, 100 * 2 ** n)),
    `CREATE TABLE ${schema}.small (id integer, note varchar(20))`,
    `INSERT INTO ${schema}.small VALUES ${[1, 2, 3, 4, 5].map((n) => `(${n}, 'note ${n}')`).join(', ')}, (6, 'ü'), (7, NULL)`,
    `CREATE TABLE ${schema}.empty (id integer, note varchar(20))`,
    // Hundreds of millions of rows: an UNLOAD of it does not end by itself within a test.
    `CREATE VIEW ${schema}.endless AS SELECT a.o_key::integer AS id, b.o_note::varchar(20) AS note FROM ${schema}.orders a, ${schema}.orders b`,
    `CREATE VIEW ${schema}.recent AS SELECT o_key, o_total FROM ${schema}.orders`,
  ]
}

function orderRow(n: number): string {
  const day = `2024-${String((n % 12) + 1).padStart(2, '0')}-${String((n % 28) + 1).padStart(2, '0')}`
  return `(${n}, ${n}.${String(n % 100).padStart(2, '0')}, 'order ${n}', '${day} 12:34:56.789012', '${day}', 'x')`
}

function doubled(schema: string, offset: number): string {
  return `INSERT INTO ${schema}.orders SELECT o_key + ${offset}, o_total, o_note, o_at, o_day, o_flag FROM ${schema}.orders`
}
