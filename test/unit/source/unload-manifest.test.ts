import { describe, expect, it } from 'vitest'
import { parseUnloadManifest } from '../../../src/source/redshift/unload-manifest.js'

/** The shape that Redshift writes, not quite JSON.stringify's. */
const manifest = (column: string): string => `{
  "entries": [
    {"url":"s3://b/p/0000_part_00.parquet", "meta": { "content_length": 32295, "record_count": 10 }},
    {"url":"s3://b/p/0001_part_00.parquet", "meta": { "content_length": 96883, "record_count": 45 }}
  ],
  "schema": {
    "elements": [
      {"name": "${column}", "type": { "base": "character varying", "max_length": 25 }}
    ]
  },
  "meta": { "content_length": 129178, "record_count": 55 },
  "author": { "name": "Amazon Redshift", "version": "1.0.0" }
}`

const parsed = {
  entries: [
    { url: 's3://b/p/0000_part_00.parquet', byteCount: 32295, rowCount: 10 },
    { url: 's3://b/p/0001_part_00.parquet', byteCount: 96883, rowCount: 45 },
  ],
  byteCount: 129178,
  rowCount: 55,
}

describe('parseUnloadManifest', () => {
  it('reads entries, totals and columns', () => {
    const columns = [{ name: 'venuename', physicalType: 'character varying' }]
    expect(parseUnloadManifest(manifest('venuename'), 'unload s.t')).toEqual({ ...parsed, columns })
  })

  it('reads them too when a quote in a column name makes the whole no JSON', () => {
    const text = manifest('say "meta": {"record_count": 1}')
    expect(() => JSON.parse(text) as unknown).toThrow()
    expect(parseUnloadManifest(text, 'unload s.t')).toEqual({ ...parsed, columns: [] })
  })

  it.each([
    ['nothing', ''],
    ['half of it', manifest('a').slice(0, 200)],
    ['no entries', manifest('a').replace('"entries"', '"items"')],
    ['an entry without counts', manifest('a').replace('"record_count": 10', '"rows": 10')],
    ['a negative count', manifest('a').replace('"record_count": 10', '"record_count": -10')],
    ['a count beyond exact numbers', manifest('a').replace('"record_count": 55', '"record_count": 9007199254740993')],
    ['a list', '[]'],
    ['null', 'null'],
  ])('refuses %s', (_what, text) => {
    expect(() => parseUnloadManifest(text, 'unload s.t')).toThrowError(
      expect.objectContaining({
        code: 'source-failed',
        message: 'unload s.t: the manifest that UNLOAD wrote cannot be read',
      }),
    )
  })

  it('adds up the entries where a server writes no totals', () => {
    const entry = (n: number): object => ({ url: `s3://b/${n}`, meta: { content_length: 10 * n, record_count: n } })
    const text = JSON.stringify({ entries: [entry(1), entry(2)], schema: { elements: [] } })
    expect(parseUnloadManifest(text, 'unload s.r')).toMatchObject({ rowCount: 3, byteCount: 30 })
  })
})
