import { describe, expect, it } from 'vitest'
import { withAverages } from '../../../src/checks/averages.js'

const query = {
  name: 'q',
  relation: 's.r',
  source: '',
  target: '',
  columns: [
    { name: 'k', kind: 'key' },
    { name: 's', kind: 'exact' },
    { name: 'n', kind: 'exact' },
  ],
  averages: [{ name: 'a', sum: 's', count: 'n' }],
} as const

describe('withAverages', () => {
  it('divides exactly, and leaves open what has no count', () => {
    const rows = [
      ['A', '10', '3'],
      ['B', '-0.5', '4'],
      ['C', null, '0'],
      ['D', '1', '0'],
    ]
    const answer = withAverages(query, { query: 'q', columns: ['k', 's', 'n'], rows })
    expect(answer.columns).toEqual(['k', 's', 'n', 'a'])
    expect(answer.rows.map((row) => row[3])).toEqual(['3.333333', '-0.125000', null, null])
  })
})
