import { describe, expect, it } from 'vitest'
import {
  answerDiscrepancyCountMax,
  compareQueryAnswers,
  type AnswerRow,
  type ComparedQuery,
} from '../../../src/checks/answer-check.js'
import type { AnswerColumn } from '../../../src/checks/answer-value.js'

const text: AnswerColumn = { name: 'flag', exactness: 'exact', family: 'text' }
const char: AnswerColumn = { name: 'code', exactness: 'exact', family: 'text', padded: true }
const amount: AnswerColumn = { name: 'amount', exactness: 'exact', family: 'decimal' }
const average: AnswerColumn = { name: 'average', exactness: 'divided', family: 'decimal' }
const rate: AnswerColumn = { name: 'rate', exactness: 'float', family: 'float' }
const opaque: AnswerColumn = { name: 'held', exactness: 'exact', family: 'opaque' }

function query(columns: readonly AnswerColumn[], more: Partial<ComparedQuery> = {}): ComparedQuery {
  return { name: '07', relations: ['s.t'], columns, ...more }
}

function differences(of: ComparedQuery, source: readonly AnswerRow[], target: readonly AnswerRow[]): readonly string[] {
  return compareQueryAnswers(of, source, target).discrepancies.map(({ message }) => message)
}

describe('answers of a query without an order', () => {
  it('are the same in any order of their rows', () => {
    const rows = [
      ['a', '1'],
      ['b', '2'],
      ['b', '3'],
    ]
    expect(differences(query([text, amount]), rows, [...rows].reverse())).toEqual([])
  })

  it('are multisets: a row that comes twice must come twice', () => {
    const found = compareQueryAnswers(query([text]), [['a'], ['a'], ['b']], [['a'], ['b'], ['b']])
    expect(found.discrepancies).toHaveLength(1)
    expect(found.discrepancies[0]).toMatchObject({ column: 'flag', source: 'a', target: 'b', relation: 's.t' })
    expect(differences(query([text]), [['a'], ['a'], ['b']], [['a'], ['b']])).toEqual([
      'query 07: only the source has the row flag="a"',
    ])
    expect(differences(query([text]), [['a']], [['a'], ['a']])).toEqual([
      'query 07: only the target has the row flag="a"',
    ])
  })

  it('tell the value that differs, with both values and the row', () => {
    const found = compareQueryAnswers(
      query([text, amount]),
      [
        ['a', '1.00'],
        ['b', '2.50'],
      ],
      [
        ['b', '2.51'],
        ['a', '1'],
      ],
    )
    expect(found.discrepancies).toEqual([
      {
        check: 'query 07',
        relation: 's.t',
        column: 'amount',
        source: '2.5',
        target: '2.51',
        message:
          'query 07: amount is "2.5" on the source, "2.51" on the target, in the row flag="b", amount="2.5"'.trim(),
      },
    ])
    expect(found.comparedCount).toBe(4)
  })

  it('hold NULL and the empty text apart, and blanks at the end of VARCHAR', () => {
    expect(differences(query([text]), [[null]], [['']])).toHaveLength(1)
    expect(differences(query([text]), [['']], [['']])).toEqual([])
    expect(differences(query([text]), [['a ']], [['a']])).toHaveLength(1)
    expect(differences(query([char]), [['a  ']], [['a']])).toEqual([])
    expect(differences(query([char]), [[' a']], [['a']])).toHaveLength(1)
  })

  it('spell numbers, booleans and moments alike, whichever side wrote them', () => {
    const of = query([
      amount,
      { name: 'is', exactness: 'exact', family: 'boolean' },
      { name: 'at', exactness: 'exact', family: 'timestamp' },
    ])
    const target = [['1.5', 'true', '2024-01-02 00:00:00.000000000']]
    expect(differences(of, [['1.50', 't', '2024-01-02 00:00:00']], target)).toEqual([])
    expect(differences(of, [['1.50', 't', '2024-01-02']], target)).toEqual([])
    expect(differences(of, [['1.50', 'f', '2024-01-02 00:00:00']], target)).toHaveLength(1)
    expect(differences(of, [['1.50', 't', '2024-01-02 00:00:00.000001']], target)).toHaveLength(1)
  })

  it('compare of what has no type but whether it is NULL', () => {
    expect(differences(query([opaque]), [['{"a":1}']], [['{"a": 1}']])).toEqual([])
    expect(differences(query([opaque]), [['{"a":1}']], [[null]])).toHaveLength(1)
  })

  it('say how many differences are not listed, and when a side has another shape', () => {
    const many = Array.from({ length: 400 }, (_, n) => [String(n)])
    const found = differences(query([amount]), many, [])
    expect(found).toHaveLength(answerDiscrepancyCountMax + 1)
    expect(found.at(-1)).toBe('query 07: 300 more differences are not listed')
    expect(differences(query([amount]), [['1', '2']], [['1']])).toEqual([
      'query 07: the source answered 2 columns instead of 1',
    ])
  })
})

describe('values that divide', () => {
  const of = query([text, average])

  it('may be one unit of the coarser scale apart, which is told, and no two', () => {
    const near = compareQueryAnswers(of, [['a', '25.52']], [['a', '25.534999']])
    expect(near.discrepancies).toHaveLength(1)
    const one = compareQueryAnswers(of, [['a', '25.52']], [['a', '25.530000']])
    expect(one.discrepancies).toEqual([])
    expect(one).toMatchObject({
      nearCount: 1,
      near: [{ column: 'average', source: '25.52', target: '25.53', unit: '0.01' }],
    })
    expect(differences(of, [['a', '25.52']], [['a', '25.54']])).toHaveLength(1)
    expect(differences(of, [['a', '-25.52']], [['a', '25.52']])).toHaveLength(1)
  })

  it('take the unit of the source where the target leaves out zeros at the end', () => {
    expect(differences(of, [['a', '25.52']], [['a', '25.5']])).toHaveLength(1)
    expect(differences(of, [['a', '0.1234']], [['a', '0.12']])).toHaveLength(1)
    expect(differences(of, [['a', '0.12345678']], [['a', '0.1235']])).toEqual([])
  })

  it('have all their digits', () => {
    const long = '12345678901234567890123456789012'
    expect(differences(of, [['a', `${long}.01`]], [['a', `${long}.020000`]])).toEqual([])
    expect(differences(of, [['a', `${long}.01`]], [['a', `${long}.030000`]])).toHaveLength(1)
  })

  it('are exact where they are the same, and nothing is told then', () => {
    expect(compareQueryAnswers(of, [['a', '1.50']], [['a', '1.5000']])).toMatchObject({
      nearCount: 0,
      discrepancies: [],
    })
  })
})

describe('very many values that divide', () => {
  /** Differ in digits that no double has. */
  const values = (count: number) =>
    Array.from({ length: count }, (_, n) => `1234567890123456${String(7 * n).padStart(6, '0')}.5000`)
  const rows = (texts: readonly string[]) => texts.map((one) => ['a', one])

  it.each([10, 1_500])('are put beside each other by all their digits: %i', (count) => {
    const texts = values(count)
    const shuffled = texts.map((_, n) => texts[(n * 7919) % count] ?? '')
    expect(new Set(shuffled).size).toBe(count)
    expect(differences(query([text, average]), rows(shuffled), rows([...texts].reverse()))).toEqual([])
    const other = texts.map((one, n) => (n === count - 1 ? one.replace('.5000', '.5002') : one))
    expect(differences(query([text, average]), rows(shuffled), rows(other))).toHaveLength(1)
  })
})

describe('floats', () => {
  it('may differ within the tolerance and not beyond', () => {
    const of = query([rate])
    expect(differences(of, [['1']], [['1.0000000005']])).toEqual([])
    expect(differences(of, [['1']], [['1.000000002']])).toHaveLength(1)
    expect(differences(of, [['1e300']], [['1.0000000005e300']])).toEqual([])
    expect(differences(of, [['0']], [['1e-300']])).toHaveLength(1)
    expect(differences(of, [['Infinity'], ['NaN']], [['NaN'], ['inf']])).toEqual([])
    expect(differences(of, [['NaN']], [['1']])).toHaveLength(1)
    expect(differences(of, [[null]], [['0']])).toHaveLength(1)
  })

  it('are matched one by one among rows that share the rest, however many', () => {
    const of = query([text, rate])
    for (const count of [500, 3_000]) {
      const source = Array.from({ length: count }, (_, n) => ['a', String(n + 1)])
      const target = source.map(([flag, value]) => [flag!, String(Number(value) * (1 + 1e-12))]).reverse()
      expect(differences(of, source, target)).toEqual([])
      const changed = target.map((row, n) => (n === 7 ? ['a', '0.5'] : row))
      const [first, ...more] = compareQueryAnswers(of, source, changed).discrepancies
      expect(more).toEqual([])
      expect(first).toMatchObject({ column: 'rate', source: String(count - 7), target: '0.5' })
    }
  })
})

describe('answers with an order', () => {
  const of = query([text, amount], { orderedBy: [0] })
  const rows = [
    ['a', '2'],
    ['a', '1'],
    ['b', '1'],
  ]

  it('must have it, save among rows that share it', () => {
    const exchanged = [rows[1]!, rows[0]!, rows[2]!]
    expect(differences(of, rows, exchanged)).toEqual([])
    const moved = [rows[0]!, rows[2]!, rows[1]!]
    expect(differences(of, rows, moved)).toEqual([
      'query 07: the order differs from row 2 on: flag="a" on the source, flag="b" on the target',
    ])
  })

  it('may have other last rows where LIMIT cuts among rows of one order, which is not told as equal', () => {
    const limited = { ...of, limit: 3 }
    const other = compareQueryAnswers(limited, rows, [rows[0]!, rows[1]!, ['b', '9']])
    expect(other).toMatchObject({ cutByLimit: true })
    expect(other.discrepancies).not.toEqual([])
    expect(compareQueryAnswers(limited, rows, [['a', '7'], rows[1]!, rows[2]!]).cutByLimit).toBe(false)
    expect(compareQueryAnswers({ ...of, limit: 4 }, rows, [rows[0]!, rows[1]!, ['b', '9']]).cutByLimit).toBe(false)
  })
})
