import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareAnswers, queryDiscrepancyCountMax } from '../../../src/checks/query-check.js'
import type { Answer, PairedQuery } from '../../../src/model/measure.js'

const query: PairedQuery = {
  name: 'q01',
  relation: 'tpch.lineitem',
  source: 'SELECT …',
  target: 'SELECT …',
  columns: [
    { name: 'flag', kind: 'key' },
    { name: 'status', kind: 'key' },
    { name: 'sum_qty', kind: 'exact' },
    { name: 'count', kind: 'exact' },
  ],
}

function answer(...rows: (readonly (string | null)[])[]): Answer {
  return { query: 'q01', columns: ['flag', 'status', 'sum_qty', 'count'], rows }
}

const messages = (source: Answer, target: Answer): string[] =>
  compareAnswers(query, source, target).map(({ message }) => message.replace('tpch.lineitem: query q01: ', ''))

describe('compareAnswers', () => {
  it('pairs rows by their keys in any order, and numbers by their value', () => {
    const source = answer(['A', 'F', '37734107.00', '1478493'], ['N', 'O', '.50', null], ['1', null, '0', '1'])
    const target = answer(['1.0', null, '-0.0', '1'], ['N', 'O', '0.5', null], ['A', 'F', '37734107', '1.478493E6'])
    expect(compareAnswers(query, source, target)).toEqual([])
  })

  it('names the value that differs', () => {
    expect(compareAnswers(query, answer(['A', 'F', '1.25', '3']), answer(['A', 'F', '1.24', '3']))).toEqual([
      {
        check: 'query:q01',
        relation: 'tpch.lineitem',
        column: 'sum_qty',
        source: '1.25',
        target: '1.24',
        message: 'tpch.lineitem: query q01: sum_qty of row ["A","F"] is 1.25 on the source, 1.24 on the target',
      },
    ])
  })

  it('tells NULL from zero and from an empty text', () => {
    expect(messages(answer(['A', 'F', null, '3']), answer(['A', 'F', '0', '3']))).toEqual([
      'sum_qty of row ["A","F"] is NULL on the source, 0 on the target',
    ])
    expect(messages(answer([null, 'F', '1', '3']), answer(['', 'F', '1', '3']))).toHaveLength(2)
  })

  it('names missing, additional and repeated rows', () => {
    const source = answer(['A', 'F', '1', '1'], ['N', 'O', '1', '1'], ['N', 'O', '1', '1'])
    const target = answer(['N', 'O', '1', '1'], ['R', 'F', '1', '1'])
    expect(messages(source, target)).toEqual([
      'row ["A","F"] is only on the source',
      'row ["N","O"] comes 2 times on the source and 1 times on the target',
      'row ["R","F"] is only on the target',
    ])
  })

  it('does not take rows for paired whose keys repeat on both sides', () => {
    const twice = answer(['A', 'F', '1', '1'], ['A', 'F', '2', '2'])
    expect(messages(twice, twice)).toEqual(['row ["A","F"] comes 2 times on the source and 2 times on the target'])
  })

  it('refuses answers of another width', () => {
    const narrow: Answer = { query: 'q01', columns: ['flag'], rows: [['A']] }
    expect(messages(narrow, answer())).toEqual(['the source answered 1 columns instead of 4'])
    expect(messages(answer(), answer(['A', 'F', '1']))).toEqual(['the target answered 3 columns instead of 4'])
  })

  it('does not mistake a separator in a key for the border between two', () => {
    expect(messages(answer(['a","b', 'c', '1', '1']), answer(['a', 'b","c', '1', '1']))).toHaveLength(2)
  })

  it('lists so many differences and counts the rest', () => {
    const rows = Array.from({ length: 250 }, (_, n) => [`k${n}`, 'F', '1', '1'])
    const found = compareAnswers(query, answer(...rows), answer())
    expect(found).toHaveLength(queryDiscrepancyCountMax + 1)
    expect(found.at(-1)?.message).toContain('150 more differences')
  })

  it('finds any one changed value under any order', () => {
    const rows = fc.uniqueArray(fc.tuple(fc.string(), fc.string(), fc.bigInt(), fc.nat()), {
      minLength: 1,
      maxLength: 8,
      selector: ([a, b]) => JSON.stringify([a, b]),
    })
    fc.assert(
      fc.property(rows, fc.nat(), fc.nat(), (values, which, turn) => {
        const source = answer(...values.map(([a, b, sum, count]) => [`x${a}`, `x${b}`, `${sum}.50`, String(count)]))
        const shift = turn % source.rows.length
        const moved = [...source.rows.slice(shift), ...source.rows.slice(0, shift)]
        expect(compareAnswers(query, source, answer(...moved))).toEqual([])
        const at = which % moved.length
        const broken = moved.map((row, n) =>
          n === at ? [row[0] ?? '', row[1] ?? '', `${row[2]}1`, row[3] ?? ''] : row,
        )
        expect(compareAnswers(query, source, answer(...broken))).toHaveLength(1)
      }),
    )
  })
})
