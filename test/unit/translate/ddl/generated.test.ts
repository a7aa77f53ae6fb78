import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseDdl } from '../../../../src/translate/ddl/parse-ddl.js'

const text = readFileSync(new URL('files/generated.sql', import.meta.url), 'utf8')

describe("what an administrator's view prints", () => {
  const { entries, ignored } = parseDdl(text, 'generated.sql')
  const [carrier, parcel, scan] = entries

  it('is read whole', () => {
    expect(entries.map(({ schema, name, owner }) => [schema, name, owner])).toEqual([
      ['depot', 'carrier', 'depot_owner'],
      ['depot', 'parcel', 'depot_owner'],
      ['depot', 'scan event', 'night shift'],
    ])
    expect(ignored).toEqual([])
  })

  it('has comments, keys and constraints as they were', () => {
    expect(carrier?.comment).toBe("Who drives; one row each, it's never deleted")
    expect(carrier?.columns[2]).toMatchObject({ name: 'name', comment: 'path C:\\carriers\\name', encoding: 'zstd' })
    expect(scan?.columns[1]?.comment).toBe('zone\nand shelf')
    expect([carrier, parcel, scan].map((entry) => entry?.distStyle)).toEqual(['all', 'key', 'even'])
    expect(parcel?.columns.filter(({ sortKeyPosition }) => sortKeyPosition > 0).map(({ name }) => name)).toEqual([
      'order',
      'taken_at',
    ])
    expect(scan?.columns.map(({ sortKeyPosition }) => sortKeyPosition)).toEqual([-1, -2, 0])
    expect(entries.flatMap(({ constraints }) => constraints.map(({ definition }) => definition))).toEqual([
      'PRIMARY KEY (carrier_id)',
      'UNIQUE (code)',
      'PRIMARY KEY (parcel_id, "order")',
      'FOREIGN KEY (carrier_id) REFERENCES depot.carrier(carrier_id)',
      'FOREIGN KEY (parcel_id) REFERENCES depot.parcel(parcel_id)',
    ])
  })

  it('has an identity also where it is printed as a default', () => {
    expect(scan?.columns[2]).toMatchObject({ notNull: true, identity: { seed: '10', step: '5', byDefault: false } })
    expect(scan?.columns[2]).not.toHaveProperty('defaultText')
    expect(parcel?.columns[5]?.defaultText).toBe(`'none; "yet"'::character varying`)
  })

  it('is refused where it prints a dropped column', () => {
    const dropped = text.replace(',code CHAR(3)', ',"........pg.dropped.2........" -   ENCODE RAW\n\t,code CHAR(3)')
    expect(() => parseDdl(dropped, 'generated.sql')).toThrow(
      "generated.sql:5:34: expected a column's type, found -",
    )
  })
})
