import type { ConcernCode } from './concern-code.js'

/** RS0140 to RS0159: what csv and text parts make of values. */
export const fileConcerns = {
  RS0140: {
    class: 'blocking',
    title: 'A text is the NULL marker',
    explanation:
      "Parts of csv and text write NULL as a marker. A column that travels plain must not hold that very text, or the value would become NULL. The plan takes this for granted; the scan or the unload's snapshot found it.",
    remedy: 'Set text.nullAs to another marker, or take the column out of plainText.',
  },
  RS0141: {
    class: 'blocking',
    title: 'A text that cannot travel plain',
    explanation:
      "Line ends, quotes, backslashes and the delimiter are not read back alike by every reader of csv and text. A column named in plainText must hold none of them; the scan or the unload's snapshot found some.",
    remedy: 'Take the column out of plainText: it then travels as hexadecimal text, which is always exact.',
  },
  RS0142: {
    class: 'blocking',
    title: 'A value whose hexadecimal text does not fit a cell',
    explanation:
      "A cell of MaxCompute's staging table holds 8 MB, and csv and text carry two digits a byte, so that values end at 4,194,303 bytes. The plan takes for granted that none is longer; the scan or the unload's snapshot found some.",
    remedy:
      'Set format: parquet for the relation if the column is a SUPER; otherwise leave those rows or the column out.',
  },
  RS0143: {
    class: 'blocking',
    title: 'A floating-point value whose text says something else',
    explanation:
      "Parts of csv and text carry numbers as decimal text. Redshift is asked for as many digits as a DOUBLE needs, and whether each value's text reads back as the same number; NaN and infinities never do. The scan or the unload's snapshot found some that do not.",
    remedy: 'Set format: parquet for the relation, or types.floats to null.',
  },
  RS0144: {
    class: 'note',
    title: 'The relation travels as csv or text',
    explanation:
      'Every column is text in the parts and in a staging table; texts and bytes are hexadecimal, dates, times and numbers are spelled out. INSERT OVERWRITE … SELECT makes the values of the table from them, at the price of one more pass over the data and of larger parts.',
    remedy: 'Set format: parquet where Parquet can carry the relation.',
  },
} as const satisfies Readonly<Record<string, ConcernCode>>
