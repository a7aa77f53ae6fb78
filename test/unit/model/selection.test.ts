import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { globMatches, selectionMatches } from '../../../src/model/selection.js'

/** The plainest possible reading: try every length for a star. */
function slowMatch(pattern: string, text: string): boolean {
  if (pattern === '') return text === ''
  if (pattern.startsWith('*')) {
    return slowMatch(pattern.slice(1), text) || (text !== '' && slowMatch(pattern, text.slice(1)))
  }
  return text !== '' && pattern[0] === text[0] && slowMatch(pattern.slice(1), text.slice(1))
}

describe('globMatches', () => {
  it('agrees with trying every way', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 8 })
    const patterns = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*'), maxLength: 7 })
    fc.assert(
      fc.property(patterns, letters, (pattern, text) => {
        expect(globMatches(pattern, text)).toBe(slowMatch(pattern, text))
      }),
      { numRuns: 5000 },
    )
  })

  it('takes signs of regular expressions as they are', () => {
    expect(globMatches('a.b(1)+[x]*', 'a.b(1)+[x]y')).toBe(true)
    expect(globMatches('a.b', 'aXb')).toBe(false)
  })
})

describe('selectionMatches', () => {
  const names = (select: string[], exclude: string[], ...texts: string[]): string[] =>
    texts.filter((text) => {
      const [schema = '', name = ''] = text.split('.')
      return selectionMatches({ select, exclude }, { schema, name })
    })

  it('takes what a pattern names, less what is excluded', () => {
    expect(names(['sales.*'], ['*.tmp_*'], 'sales.orders', 'sales.tmp_x', 'hr.people')).toEqual(['sales.orders'])
  })

  it('lets the last match decide', () => {
    expect(names(['*', '!tmp.*', 'tmp.keep'], [], 'a.b', 'tmp.x', 'tmp.keep')).toEqual(['a.b', 'tmp.keep'])
    expect(names(['*'], ['tmp.*', '!tmp.keep'], 'a.b', 'tmp.x', 'tmp.keep')).toEqual(['a.b', 'tmp.keep'])
  })

  it('selects nothing where nothing matches', () => {
    expect(names([], [], 'a.b')).toEqual([])
    expect(names(['c.*'], [], 'a.b')).toEqual([])
  })
})
