import { describe, expect, it } from 'vitest'
import { differencesOf } from '../../../src/carrier/online-report.js'

const found = { partCount: 62, missingCount: 0, wrongCount: 0 }

describe('what a job tells of itself', () => {
  it('is believed where the stores show the same', () => {
    expect(differencesOf({ total: 62, copied: 62, failed: 0 }, found)).toEqual([])
    expect(differencesOf({ total: 62, copied: 59, failed: 3 }, { ...found, missingCount: 1, wrongCount: 2 })).toEqual(
      [],
    )
  })

  it('may count files beside the parts, and nothing that it does not count', () => {
    expect(differencesOf({ total: 70, copied: 70 }, found)).toEqual([])
    expect(differencesOf({}, found)).toEqual([])
  })

  it('is named where it saw less, claims more or complains of more than was found', () => {
    expect(differencesOf({ total: 61, failed: 0 }, { ...found, missingCount: 1 })).toEqual([
      'it tells of 61 objects, and 62 parts were to travel',
      'it tells of none that failed, but 1 of 62 parts are missing and 0 are not as they should be',
    ])
    expect(differencesOf({ total: 62, failed: 1 }, { ...found, missingCount: 2, wrongCount: 3 })).toEqual([
      'it tells of 1 that failed, but 2 of 62 parts are missing and 3 are not as they should be',
    ])
    expect(differencesOf({ total: 62, failed: 4 }, found)).toEqual(['it tells of 4 that failed, but 0 of 62 parts did'])
  })
})
