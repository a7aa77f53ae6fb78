/** A value as SQL writes it, and as it must lie in the part: exact text, floats as numbers. */
export type Value = readonly [literal: string, expected: string | number | null]

/** Values of a relation of the schema, by its columns; `id` is given by the place of the row. */
export interface KitchenRows {
  readonly relation: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Value[])[]
}

const nothing: Value = ['NULL', null]
const whole = (text: string): Value => [text, text]
const integer = (value: number): Value => [String(value), value]
const text = (value: string): Value => [quoted(value), value]
const float = (literal: string, value: number): Value => [`'${literal}'`, value]
const nulls = (count: number): Value[] => Array.from({ length: count }, () => nothing)

/** Redshift takes a backslash for an escape in every literal. */
export function quoted(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
}

const nines = (count: number): string => '9'.repeat(count)

const numbers: KitchenRows = {
  relation: 'numbers',
  columns: ['i2', 'i4', 'i8', 'd', 'd1', 'd18', 'd19', 'd38', 'd38s', 'r', 'f', 'fb', 'flag'],
  rows: [
    [
      ...[integer(32767), integer(2147483647), whole('9223372036854775807'), whole(nines(18)), whole('9')],
      ...[whole(`0.${nines(18)}`), whole('922337203685477.5807'), whole(nines(38)), whole(`${nines(20)}.${nines(18)}`)],
      ...[float('3.4028235e38', Math.fround(3.4028235e38)), float('1.7976931348623157e308', Number.MAX_VALUE)],
      ...[float('0.1', 0.1), ['true', 'true'] as const],
    ],
    [
      ...[integer(-32768), integer(-2147483648), whole('-9223372036854775807'), whole(`-${nines(18)}`), whole('-9')],
      ...[whole(`-0.${nines(18)}`), whole('-922337203685477.5807'), whole(`-${nines(38)}`)],
      ...[
        whole(`-${nines(20)}.${nines(18)}`),
        float('1.4e-45', Math.fround(1.4e-45)),
        float('5e-324', Number.MIN_VALUE),
      ],
      ...[float('-0', -0), ['false', 'false'] as const],
    ],
    nulls(13),
  ],
}

const texts: KitchenRows = {
  relation: 'texts',
  columns: ['c', 'c20', 'nc', 'bp', 'v', 'v4', 'vmax', 'nv', 't', 'ci'],
  rows: [
    [
      ...[text('x'), [quoted('ab   '), 'ab'] as const, text('abc'), [quoted('   b '), '   b'] as const],
      ...[
        text('trailing  '),
        text('😀'),
        text('x'.repeat(65_535)),
        text('"quoted"'),
        text('back\\slash'),
        text("It's"),
      ],
    ],
    [
      ...[text(''), [quoted('     '), ''] as const, text(''), text(''), text(''), text(''), text(''), text('')],
      ...[text('two\nlines\r\tand|pipes,commas'), text('UPPER lower')],
    ],
    [
      ...[
        text("'"),
        text('\\'),
        text('\\N'),
        text('NULL'),
        text('NULL'),
        text('\\\\\\\\'),
        text('中文，😀 ' + 'é'.repeat(100)),
      ],
      ...[text('\u00a0'), text('\u2028'), text('\u0001\u007f')],
    ],
    nulls(10),
  ],
}

const moments: KitchenRows = {
  relation: 'moments',
  columns: ['d', 't', 'tz', 'ts', 'tstz'],
  rows: [
    [
      ...[text('0001-01-01'), text('00:00:00'), ["'00:00:00+00'", '00:00:00+00'] as const],
      ...[["'0001-01-01 00:00:00'", '0001-01-01 00:00:00.000000'] as const],
      ...[["'0001-01-01 00:00:00+00'", '0001-01-01 00:00:00.000000'] as const],
    ],
    [
      ...[text('9999-12-31'), text('23:59:59.999999'), ["'01:00:00.25+02'", '23:00:00.25+00'] as const],
      ...[
        text('9999-12-31 23:59:59.999999'),
        ["'9999-12-31 23:59:59.999999+00'", '9999-12-31 23:59:59.999999'] as const,
      ],
    ],
    [
      ...[text('1582-10-10'), text('12:30:00.5'), ["'12:30:00.5+00'", '12:30:00.5+00'] as const],
      ...[text('1969-12-31 23:59:59.999999'), ["'2020-02-29 01:00:00+09'", '2020-02-28 16:00:00.000000'] as const],
    ],
    nulls(5),
  ],
}

const documents: KitchenRows = {
  relation: 'documents',
  columns: ['doc'],
  rows: [
    [['json_parse(\'{"a":[1,true,null,"é\\\\\\\\"]}\')', '{"a":[1,true,null,"é\\\\"]}']],
    [["json_parse('[]')", '[]']],
    [nothing],
  ],
}

const bytes: KitchenRows = {
  relation: 'bytes',
  columns: ['b', 'ba', 'bb'],
  rows: [
    [
      ["'abc'::varbyte", '616263'],
      ["from_hex('00ff')", '00ff'],
      ["'é'::varbyte", 'c3a9'],
    ],
    [["''::varbyte", ''], ["from_hex('5c27220a')", '5c27220a'], nothing],
    nulls(3),
  ],
}

/** As other databases print them: little endian, with the reference system 4326, and without one. */
const shapes: KitchenRows = {
  relation: 'shapes',
  columns: ['g', 'h'],
  rows: [
    [
      ["ST_GeomFromText('POINT(1 2)', 4326)", '0101000020E6100000000000000000F03F0000000000000040'],
      ["'0101000020E6100000000000000000F03F0000000000000040'", '0101000020E6100000000000000000F03F0000000000000040'],
    ],
    [
      ["ST_GeomFromText('LINESTRING(0 0, 1 1)')", '010200000002000000' + '0'.repeat(32) + '000000000000F03F'.repeat(2)],
      nothing,
    ],
    nulls(2),
  ],
}

const odd: KitchenRows = {
  relation: '"per%cent/of\\all"',
  columns: ['"a%b"', '"a/b"', '"a\\b"', '"a.b"', '"a\'b"', '"say ""hi"""', '" lead"', '"trail "', '"{column}"'],
  rows: [[1, 2, 3, 4, 5, 6, 7, 8, 9].map(integer)],
}

const reserved: KitchenRows = {
  relation: '"select"',
  columns: ['"order"', '"table"', '"user"', '"from"', '"partitioned"'],
  rows: [[integer(1), text('t'), text('u'), text('f'), text('p')]],
}

const chinese: KitchenRows = {
  relation: '"价目表"',
  columns: ['"编号"', '"名称"', '"größe"', '"цена"', '"emoji 😀"'],
  rows: [[integer(7), text('名称'), text('groß'), whole('12.30'), text('😀')]],
}

const collisions: KitchenRows = {
  relation: 'collisions',
  columns: ['"a b"', '"a-b"', '"a_b"'],
  rows: [[text('blank'), text('dash'), text('under')]],
}

/** Every column with a value of its own, so that none can be taken for another. */
const wide: KitchenRows = {
  relation: 'wide',
  columns: Array.from({ length: 1150 }, (_, n) => `c${String(n).padStart(4, '0')}`),
  rows: [Array.from({ length: 1150 }, (_, n) => wideValue(n)), nulls(1150)],
}

function wideValue(n: number): Value {
  const day = `2000-01-${String(1 + (n % 28)).padStart(2, '0')}`
  const kinds = [
    integer(n),
    whole(`9000000000${n}`),
    text(`v${n}`),
    whole(`${n}.25`),
    text(day),
    whole(String(n % 4 > 1)),
  ]
  return kinds[n % kinds.length] ?? nothing
}

export const kitchenRows = [
  ...[numbers, texts, moments, documents, bytes, shapes],
  ...[odd, reserved, chinese, collisions, wide],
]
