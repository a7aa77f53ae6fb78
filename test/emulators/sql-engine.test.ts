import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { batchRowCountMax, type EngineConnection, SqlEngine } from '../../src/emulators/sql-engine.js'

let engine: SqlEngine
let connection: EngineConnection

beforeAll(async () => {
  engine = await SqlEngine.open(':memory:')
  connection = await engine.connect()
})

afterAll(() => {
  connection.close()
  engine.close()
})

describe('values', () => {
  it('come out exact', async () => {
    const { columns, rows } = await connection.query(`SELECT 9007199254740993::BIGINT AS b,
      99999999999999999999999999999999999.999::DECIMAL(38,3) AS d, DATE '0001-01-01' AS day,
      TIMESTAMP '9999-12-31 23:59:59.999999' AS t, TIMESTAMP '0001-01-01 00:00:00' AS early, TIME '12:13:14.5' AS clock,
      '\\x00\\xFF'::BLOB AS bytes, [1, NULL] AS list, {'a': 1, 'b': 'x'} AS struct, MAP {'k': 2} AS map, NULL AS nothing,
      INTERVAL '1 month 2 days' AS span, 12345678901234567890123::HUGEINT AS huge, '550e8400-e29b-41d4-a716-446655440000'::UUID AS id`)
    expect(columns.slice(0, 4)).toEqual([
      { name: 'b', type: 'BIGINT' },
      { name: 'd', type: 'DECIMAL(38,3)' },
      { name: 'day', type: 'DATE' },
      { name: 't', type: 'TIMESTAMP' },
    ])
    expect(rows).toEqual([
      [
        9007199254740993n,
        { value: 99999999999999999999999999999999999999n, scale: 3 },
        -719162,
        253402300799999999n,
        -62135596800000000n,
        43994500000n,
        Uint8Array.of(0, 255),
        [1, null],
        [1, 'x'],
        [['k', 2]],
        null,
        { months: 1, days: 2, micros: 0n },
        12345678901234567890123n,
        '550e8400-e29b-41d4-a716-446655440000',
      ],
    ])
  })

  it('follow the shared dialect: integer division, NULLs last, UTC', async () => {
    const { rows } = await connection.query("SELECT 7/2, (TIMESTAMPTZ '2020-01-01 00:00:00+02')::VARCHAR")
    expect(rows).toEqual([[3, '2019-12-31 22:00:00+00']])
    const ordered = await connection.query('SELECT * FROM (VALUES (NULL), (1)) v(x) ORDER BY x')
    expect(ordered.rows).toEqual([[1], [null]])
  })
})

describe('statements', () => {
  it('stream in bounded batches that lose nothing', async () => {
    const stream = await connection.stream('SELECT i FROM range(50001) r(i)')
    expect(stream.columns).toEqual([{ name: 'i', type: 'BIGINT' }])
    let sum = 0n
    let rowCount = 0
    for await (const batch of stream) {
      expect(batch.length).toBeLessThanOrEqual(batchRowCountMax)
      rowCount += batch.length
      for (const row of batch) sum += row[0] as bigint
    }
    expect([rowCount, sum]).toEqual([50001, 1250025000n])
  })

  it('are described without running', async () => {
    await connection.run('CREATE TABLE described (a INTEGER, b VARCHAR)')
    expect(await connection.describe('SELECT b, a + 1 AS c FROM described')).toEqual([
      { name: 'b', type: 'VARCHAR' },
      { name: 'c', type: 'INTEGER' },
    ])
  })

  it('are interrupted', async () => {
    const running = connection.query('SELECT count(*) FROM range(100000000000) a(i) WHERE i % 7 = 3')
    setTimeout(() => connection.interrupt(), 100)
    await expect(running).rejects.toThrow(/INTERRUPT/)
    expect((await connection.query('SELECT 1')).rows).toEqual([[1]])
  })

  it('of more sessions than slots all end, each in its own transaction', async () => {
    await connection.run('CREATE TABLE counted (i INTEGER)')
    const sessions = await Promise.all(Array.from({ length: 6 }, () => engine.connect()))
    await Promise.all(sessions.map((session, i) => session.run(`BEGIN; INSERT INTO counted VALUES (${i})`)))
    expect((await connection.query('SELECT count(*) FROM counted')).rows).toEqual([[0n]])
    await Promise.all(sessions.map((session) => session.run('COMMIT')))
    expect((await connection.query('SELECT count(*) FROM counted')).rows).toEqual([[6n]])
    for (const session of sessions) session.close()
  })
})
