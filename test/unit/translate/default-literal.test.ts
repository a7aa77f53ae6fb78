import { describe, expect, it } from 'vitest'
import type { ValueKind } from '../../../src/model/plan.js'
import { defaultLiteral } from '../../../src/translate/default-literal.js'

describe('defaultLiteral', () => {
  it.each<[string, string, ValueKind, string | null | undefined]>([
    ['0', 'INT', 'integer', '0'],
    ['0', 'BIGINT', 'integer', '0L'],
    ['(-1)', 'SMALLINT', 'integer', '-1S'],
    ["'5'::integer", 'INT', 'integer', '5'],
    ['1.5', 'INT', 'integer', undefined],
    ['1 + 1', 'INT', 'integer', undefined],
    ['(1)+(2)', 'INT', 'integer', undefined],
    ['((0.50)::numeric(12,2))::numeric(10,2)', 'DECIMAL(10,2)', 'decimal', '0.5BD'],
    ['1e3', 'DOUBLE', 'float', '1000D'],
    ['1', 'FLOAT', 'float', '1F'],
    ["'NaN'::double precision", 'DOUBLE', 'float', undefined],
    ['true', 'BOOLEAN', 'boolean', 'true'],
    ["'f'::bool", 'BOOLEAN', 'boolean', 'false'],
    ["'maybe'::bool", 'BOOLEAN', 'boolean', undefined],
    ["'N'::character varying(5)", 'VARCHAR(5)', 'text', "'N'"],
    ["'a::text'", 'STRING', 'text', "'a::text'"],
    ["''", 'STRING', 'text', "''"],
    ["'it''s'::text", 'STRING', 'text', "'it\\'s'"],
    [String.raw`'a\\b\'c'`, 'STRING', 'text', String.raw`'a\\b\'c'`],
    [String.raw`'tab\t'`, 'STRING', 'text', undefined],
    ["'a' || 'b'", 'STRING', 'text', undefined],
    ["'00'", 'BINARY', 'text', undefined],
    ['"current_user"()', 'STRING', 'text', undefined],
    ["'2024-02-29'::date", 'DATE', 'date', "DATE'2024-02-29'"],
    ["('now'::text)::date", 'DATE', 'date', undefined],
    [
      "'2024-02-29 10:00:00'::timestamp without time zone",
      'TIMESTAMP_NTZ',
      'timestamp',
      "TIMESTAMP_NTZ'2024-02-29 10:00:00.000000'",
    ],
    ["'2024-02-29 10:00:00'::timestamp", 'DATETIME', 'timestamp', "DATETIME'2024-02-29 10:00:00'"],
    ["'2024-02-29 10:00:00.123999'::timestamp", 'DATETIME', 'timestamp', "DATETIME'2024-02-29 10:00:00.123'"],
    ['getdate()', 'TIMESTAMP', 'timestamp', undefined],
    ['sysdate', 'TIMESTAMP', 'timestamptz', undefined],
    ['NULL', 'INT', 'integer', null],
    ['NULL::character varying', 'STRING', 'text', null],
    ["'NULL'", 'STRING', 'text', "'NULL'"],
  ])('%s for %s is %s %s', (text, targetType, kind, literal) => {
    expect(defaultLiteral(text, { targetType, kind })).toBe(literal)
  })
})
