import { describe, expect, it } from 'vitest'
import { readArrangement } from '../../../src/target/maxcompute/arrangement.js'

/** The document of `?extended`, as clients of the service read it: a JSON text inside of a JSON text. */
function extended(reserved: object | string): string {
  const text = typeof reserved === 'string' ? reserved : JSON.stringify(reserved)
  const schema = JSON.stringify({ columns: [], partitionKeys: [], IsArchived: false, PhysicalSize: 1, Reserved: text })
  return `<?xml version="1.0"?><Table><Name>t</Name><Schema format="Json"><![CDATA[${schema}]]></Schema></Table>`
}

describe('the arrangement of a table', () => {
  it('is read with clustering and key', () => {
    const hash = {
      Transactional: 'true',
      PrimaryKey: ['A', 'b'],
      ClusterType: 'hash',
      BucketNum: '16',
      ClusterCols: ['a'],
      SortCols: [
        { col: 'B', order: 'asc' },
        { col: 'a', order: 'asc' },
      ],
    }
    expect(readArrangement(extended(hash))).toEqual({
      transactional: true,
      primaryKey: ['a', 'b'],
      clustering: { kind: 'hash', by: ['a'], sortedBy: ['b', 'a'], bucketCount: 16 },
    })
  })

  it('of a range has no buckets where the service chose them', () => {
    const range = { ClusterType: 'range', BucketNum: 0, ClusterCols: ['a'], SortCols: [{ col: 'a', order: 'asc' }] }
    expect(readArrangement(extended(range))).toEqual({
      transactional: false,
      primaryKey: [],
      clustering: { kind: 'range', by: ['a'], sortedBy: ['a'] },
    })
  })

  it.each([
    ['plain', extended({})],
    ['told as false', extended({ Transactional: 'false', PrimaryKey: [] })],
  ])('is none: %s', (_what, body) => {
    expect(readArrangement(body)).toEqual({ transactional: false, primaryKey: [] })
  })

  it.each([
    ['no table', '<Error><Code>x</Code></Error>'],
    ['no JSON', extended('{')],
    ['a page', '<html><body>proxy</body></html>'],
  ])('is not guessed of another document: %s', (_what, body) => {
    expect(readArrangement(body)).toBeUndefined()
  })
})
