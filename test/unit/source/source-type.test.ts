import { describe, expect, it } from 'vitest'
import { decodeSourceType } from '../../../src/source/redshift/source-type.js'

describe('decodeSourceType', () => {
  it('reads digits from the modifier', () => {
    // 1179654 = ((18 << 16) | 2) + 4
    expect(decodeSourceType({ oid: '1700', modifier: '1179654', text: 'numeric(18,2)' })).toEqual({
      base: 'numeric',
      text: 'numeric(18,2)',
      precision: 18,
      scale: 2,
    })
    // 2490406 = ((38 << 16) | 34) + 4
    expect(decodeSourceType({ oid: '1700', modifier: '2490406', text: 'numeric(38,34)' })).toMatchObject({
      precision: 38,
      scale: 34,
    })
  })

  it('reads lengths from the modifier, also of VARBYTE', () => {
    expect(decodeSourceType({ oid: '1043', modifier: '65539', text: 'character varying(65535)' }).length).toBe(65535)
    expect(decodeSourceType({ oid: '1042', modifier: '5', text: 'character(1)' })).toMatchObject({
      base: 'character',
      length: 1,
    })
    expect(decodeSourceType({ oid: '6551', modifier: '68', text: 'binary varying(64)' })).toMatchObject({
      base: 'binary varying',
      length: 64,
    })
  })

  it('falls back to the text where there is no modifier', () => {
    expect(decodeSourceType({ text: 'character varying(25)' })).toMatchObject({ base: 'character varying', length: 25 })
    expect(decodeSourceType({ text: 'numeric(10,3)' })).toMatchObject({ base: 'numeric', precision: 10, scale: 3 })
    expect(decodeSourceType({ text: 'decimal(9)' })).toMatchObject({ base: 'numeric', precision: 9, scale: 0 })
    expect(decodeSourceType({ oid: '1043', modifier: '-1', text: 'character varying' })).toEqual({
      base: 'character varying',
      text: 'character varying',
    })
    expect(decodeSourceType({ oid: '1700', modifier: '-1', text: 'numeric' })).toEqual({
      base: 'numeric',
      text: 'numeric',
    })
  })

  it.each([
    ['16', 'boolean'],
    ['20', 'bigint'],
    ['21', 'smallint'],
    ['23', 'integer'],
    ['700', 'real'],
    ['701', 'double precision'],
    ['1082', 'date'],
    ['1083', 'time without time zone'],
    ['1114', 'timestamp without time zone'],
    ['1184', 'timestamp with time zone'],
    ['1188', 'interval year to month'],
    ['1190', 'interval day to second'],
    ['1266', 'time with time zone'],
    ['3000', 'geometry'],
    ['3001', 'geography'],
    ['4000', 'super'],
  ])('knows oid %s as %s whatever the text', (oid, base) => {
    expect(decodeSourceType({ oid, modifier: '-1', text: '?' })).toEqual({ base, text: '?' })
  })

  it('knows HLLSKETCH by its text and SUPER in spite of its modifier', () => {
    expect(decodeSourceType({ oid: '2935', modifier: '-1', text: 'hllsketch' }).base).toBe('hllsketch')
    expect(decodeSourceType({ oid: '4000', modifier: '16384000', text: 'super' })).toEqual({
      base: 'super',
      text: 'super',
    })
  })

  it('calls unknown what is no type of a Redshift column', () => {
    for (const text of ['name', 'oid', 'integer[]', '"char"', 'interval', 'array<struct<a:int>>', '', 'constructor']) {
      expect(decodeSourceType({ oid: '19', modifier: '-1', text })).toEqual({ base: 'unknown', text })
    }
  })
})
