import { describe, expect, it } from 'vitest'
import { bandwidthAt, parseBandwidth } from '../../../src/model/bandwidth.js'

describe('a bandwidth', () => {
  const at = (text: string, time: string) => {
    const timetable = parseBandwidth(text)
    return timetable && bandwidthAt(timetable, new Date(`2026-11-21T${time}:30`))
  }

  it('is one rate all day', () => {
    expect(at('50M', '03:00')).toBe(52_428_800)
    expect(at('1.5G', '23:59')).toBe(1_610_612_736)
    expect(at('2048K', '12:00')).toBe(2_097_152)
    expect(at('off', '12:00')).toBeUndefined()
  })

  it.each([
    ['07:59', 10_485_760],
    ['08:00', 52_428_800],
    ['18:59', 52_428_800],
    ['19:00', undefined],
    ['22:59', undefined],
    ['23:00', 10_485_760],
    ['00:00', 10_485_760],
  ])('follows a timetable at %s', (time, rate) => {
    expect(at('19:00,off 23:00,10M 08:00,50M', time)).toBe(rate)
  })

  it.each(['', '50', '50X', '8:00,50M', '24:00,50M', '08:00 50M', '08:00,50M,19:00,off', '100K', '-5M'])(
    'is not %j',
    (text) => {
      expect(parseBandwidth(text)).toBeUndefined()
    },
  )
})
