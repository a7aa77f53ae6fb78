import { describe, expect, it } from 'vitest'
import { splitStatements } from '../../../src/translate/split-statements.js'

describe('splitStatements', () => {
  it('gives each statement from its first word to its last, with its line', () => {
    const text = '-- one; not two\nSELECT \';\' AS a -- end\n;\n\n/* ; */ SELECT "b;"\nFROM t;\n;'
    expect(splitStatements(text, 'f.sql')).toEqual([
      { text: "SELECT ';' AS a", line: 2 },
      { text: 'SELECT "b;"\nFROM t', line: 5 },
    ])
  })

  it('leaves a text that cannot be cut into words whole', () => {
    expect(splitStatements("SELECT 'open; SELECT 2", 'f.sql')).toEqual([{ text: "SELECT 'open; SELECT 2", line: 1 }])
  })

  it('finds nothing where there is nothing', () => {
    expect(splitStatements('-- only this\n;', 'f.sql')).toEqual([])
  })
})
