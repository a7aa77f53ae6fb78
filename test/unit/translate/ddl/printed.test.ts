import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeSourceType } from '../../../../src/source/redshift/source-type.js'
import { parseDdl } from '../../../../src/translate/ddl/parse-ddl.js'

/** A printer that knows nothing of the reader: names always in quotes, texts with the escapes of redshift.md 1.3. */
const printName = (name: string): string => `"${name.split('"').join('""')}"`
const printText = (text: string): string => {
  const escapes: Record<string, string> = { "'": "''", '\\': '\\\\', '\n': '\\n', '\t': '\\t' }
  return `'${[...text].map((character) => escapes[character] ?? character).join('')}'`
}

/** Anything that a name may hold, nasty ones often; no NUL, no more than 127 bytes. */
const character = fc.oneof(
  fc.constantFrom(...'"\'\\;,.()-/*$ \n\tAZaz09_%é€🙂'),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
)
const anyText = (maxLength: number): fc.Arbitrary<string> =>
  fc
    .array(character, { maxLength })
    .map((characters) => characters.join(''))
    .filter((text) => !text.includes('\0'))
const anyName = anyText(12).filter((name) => name !== '' && Buffer.byteLength(name) <= 127)

/** What may stand between any two tokens. */
const gap = fc.constantFrom(' ', '\n', '\t', ' -- a; "b" \'c\n', '/* /* \' */ " */', ' \r\n ')

const typeText = fc.oneof(
  fc.constantFrom('integer', 'bigint', 'boolean', 'timestamp with time zone', 'super', 'double precision'),
  fc.integer({ min: 1, max: 65535 }).map((length) => `character varying(${length})`),
  fc.integer({ min: 1, max: 38 }).chain((digits) =>
    fc.integer({ min: 0, max: Math.min(37, digits) }).map((scale) => `numeric(${digits},${scale})`),
  ),
)

const anyColumn = fc.record({
  name: anyName,
  type: typeText,
  notNull: fc.boolean(),
  text: fc.option(anyText(20), { nil: undefined }),
  comment: fc.option(anyText(20).filter((text) => text !== ''), { nil: undefined }),
})

const anyTable = fc.record({
  schema: anyName,
  name: anyName,
  columns: fc.uniqueArray(anyColumn, { minLength: 1, maxLength: 6, selector: ({ name }) => name }),
  gaps: fc.infiniteStream(gap),
})

describe('what another hand printed', () => {
  it('comes back: names, types, literals and comments, whatever stands between tokens', () => {
    fc.assert(
      fc.property(anyTable, ({ schema, name, columns, gaps }) => {
        const blank = (): string => gaps.next().value as string
        const join = (...tokens: string[]): string => tokens.map((token) => blank() + token).join('')
        const path = [printName(schema), printName(name)].join(`${blank()}.${blank()}`)
        const lines = columns.map((column) =>
          join(
            printName(column.name),
            ...column.type.split(' '),
            ...(column.text === undefined ? [] : ['DEFAULT', printText(column.text)]),
            ...(column.notNull ? ['NOT', 'NULL'] : []),
          ),
        )
        const comments = columns
          .filter(({ comment }) => comment !== undefined)
          .map((column) =>
            join('COMMENT', 'ON', 'COLUMN', `${path}.${printName(column.name)}`, 'IS', printText(column.comment ?? ''), ';'),
          )
        const text = `SET enable_case_sensitive_identifier = on;${join('CREATE', 'TABLE', path, '(', lines.join(','), ')', ';')}${comments.join('')}`
        const { entries } = parseDdl(text, 'a.sql')
        expect(entries).toHaveLength(1)
        expect([entries[0]?.schema, entries[0]?.name]).toEqual([schema, name])
        expect(
          entries[0]?.columns.map((column) => ({
            name: column.name,
            type: column.type,
            notNull: column.notNull,
            text: column.defaultText,
            comment: column.comment,
          })),
        ).toEqual(
          columns.map((column) => ({
            name: column.name,
            type: decodeSourceType({ text: column.type }),
            notNull: column.notNull,
            text: column.text === undefined ? undefined : printText(column.text),
            comment: column.comment,
          })),
        )
      }),
      { numRuns: 400 },
    )
  })

  it('a text cut anywhere is read or refused with its place, never more', () => {
    const whole = `create table s."t""x" (a numeric(12,2) default 'it''s \\\\' not null encode az64, primary key (a))
      diststyle key distkey (a) compound sortkey (a); /* end */ comment on column s."t""x".a is 'x';`
    for (let length = 0; length <= whole.length; length += 1) {
      const outcome = outcomeOf(whole.slice(0, length))
      expect(outcome).toMatch(/^(\d entries|cut\.sql:[12]:\d+: .+)$/)
    }
    expect(outcomeOf(whole)).toBe('1 entries')
  })
})

function outcomeOf(text: string): string {
  try {
    return `${parseDdl(text, 'cut.sql').entries.length} entries`
  } catch (error) {
    return (error as Error).message
  }
}
