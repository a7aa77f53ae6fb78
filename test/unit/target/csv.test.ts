import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseCsv } from '../../../src/target/maxcompute/csv.js'

describe('parseCsv', () => {
  it.each([
    ['', []],
    ['a\n', [['a']]],
    ['a', [['a']]],
    [
      'a,b\r\n1,\r\n',
      [
        ['a', 'b'],
        ['1', ''],
      ],
    ],
    [
      '"a","b"\n"1","x, ""y"" z"\n',
      [
        ['a', 'b'],
        ['1', 'x, "y" z'],
      ],
    ],
    ['"line one\nline two",2\n', [['line one\nline two', '2']]],
    ['"a\r\nb"\r\n', [['a\r\nb']]],
    ['\\N,"\\N",\\n,x\\N\n', [[null, '\\N', '\\n', 'x\\N']]],
    ['m0\n\nx\n', [['m0'], [''], ['x']]],
    ['{k:v},[1],5" pipe\n', [['{k:v}', '[1]', '5" pipe']]],
    ['a\rb,c\n', [['a\rb', 'c']]],
    ['""\n', [['']]],
    ['"é","漢字"', [['é', '漢字']]],
  ])('reads %j', (text, rows) => {
    expect(parseCsv(text)).toEqual(rows)
  })

  it.each([
    ['a\n"open', /line 2: a quote is never closed/],
    ['"a\nb"\n"x"y\n', /line 3: text follows a closing quote/],
  ])('refuses %j', (text, message) => {
    expect(() => parseCsv(text)).toThrow(message)
  })

  it('reads back whatever was written, quoted always or only where needed', () => {
    const cell = fc.option(fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', '\\', 'N', ' ', 'é') }), {
      nil: null,
    })
    const table = fc
      .integer({ min: 1, max: 4 })
      .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { maxLength: 5 }))
    fc.assert(
      fc.property(table, fc.boolean(), (rows, always) => {
        const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`
        const write = (text: string | null): string => {
          if (text === null) return '\\N'
          return always || text === '\\N' || /[",\n\r]/.test(text) ? quoted(text) : text
        }
        const text = rows.map((row) => `${row.map(write).join(',')}\n`).join('')
        expect(parseCsv(text)).toEqual(rows)
      }),
    )
  })
})
