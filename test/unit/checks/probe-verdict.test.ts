import { describe, expect, it } from 'vitest'
import { probeVerdict } from '../../../src/checks/probe-verdict.js'

describe('probeVerdict', () => {
  it('takes the spellings of one value as one, and what lies behind the known values as NULL', () => {
    const cases = [
      ['decimal', 'DECIMAL(9,2)', ['-0.01', '5'], ['-.0100', '5.00', null]],
      ['boolean', 'BOOLEAN', ['true'], ['TRUE', null]],
      ['timestamp', 'TIMESTAMP', ['0001-01-01 00:00:00.000000'], ['0001-01-01 00:00:00', null]],
      ['float', 'FLOAT', ['3.4028235e38'], ['3.4028234663852886E38', null]],
      ['text', 'CHAR(5)', ['ab'], ['ab   ', null]],
      ['text', 'JSON', ['{"a":[1,2]}'], ['{"a": [1, 2]}', null]],
    ] as const
    for (const [kind, type, known, found] of cases)
      expect([type, probeVerdict(kind, type, known, found)]).toEqual([type, { verdict: 'exact' }])
  })

  it('tells a value from NULL, one blank from two, and a value where NULL was', () => {
    expect(probeVerdict('text', 'STRING', ['', 'a'], [null, null, null]).verdict).toBe('null')
    expect(probeVerdict('text', 'STRING', ['', 'a'], [null, 'a', null]).verdict).toBe('different')
    expect(probeVerdict('text', 'VARCHAR(5)', ['a '], ['a', null]).verdict).toBe('different')
    expect(probeVerdict('integer', 'INT', ['1'], ['1', '0']).verdict).toBe('different')
    expect(probeVerdict('float', 'DOUBLE', ['0.1'], ['0.10000000149011612', null]).verdict).toBe('rounded')
  })

  it('tells a shift by hours, also where old moments lie in local times of their own', () => {
    const known = ['2026-07-01 12:00:00.5', '1999-12-31 20:00:00', '0050-01-01 12:00:00']
    const found = ['2026-07-01 20:00:00.5', '2000-01-01 04:00:00', '0050-01-01 20:05:43', null]
    expect(probeVerdict('timestamp', 'TIMESTAMP', known, found)).toEqual({ verdict: 'shifted', detail: '+8 h' })
    const half = ['2026-07-01 06:30:00.5', '1999-12-31 14:30:00', '0050-01-01 06:30:00', null]
    expect(probeVerdict('timestamptz', 'TIMESTAMP', known, half)).toEqual({ verdict: 'shifted', detail: '-5.5 h' })
  })

  it('tells rounded moments and decimals from other ones, with the first that differs', () => {
    expect(
      probeVerdict('timestamp', 'DATETIME', ['2026-07-01 12:00:00.123456'], ['2026-07-01 12:00:00.123', null]),
    ).toEqual({
      verdict: 'rounded',
      detail: '"2026-07-01 12:00:00.123456" became "2026-07-01 12:00:00.123"',
    })
    expect(probeVerdict('decimal', 'DECIMAL(38,18)', ['0.123456789'], ['0.1235', null]).verdict).toBe('rounded')
    expect(probeVerdict('decimal', 'DECIMAL(9,2)', ['5'], ['500', null]).verdict).toBe('different')
  })
})
