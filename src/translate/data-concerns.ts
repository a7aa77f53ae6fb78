import type { ConcernCode } from './concern-code.js'

/** RS0122 to RS0139: values that a type cannot carry, and what a policy makes of them. */
export const dataConcerns = {
  RS0122: {
    class: 'blocking',
    title: 'Dates or times outside the years 1 to 9999',
    explanation:
      "Redshift reaches from 4713 BC to 294276 AD, MaxCompute from 0001-01-01 to 9999-12-31. The plan takes for granted that no value lies outside; the scan or the unload's snapshot found some.",
    remedy:
      'Set types.dates to null, clamp or text, or override the type of the column, for instance with STRING or an expression.',
  },
  RS0123: {
    class: 'blocking',
    title: 'NaN or infinity',
    explanation:
      "Whether LOAD keeps them is not documented, and sums and comparisons with them answer differently. The plan takes for granted that there are none; the scan or the unload's snapshot found some.",
    remedy: 'Set types.floats to keep or null, or override with an expression for that column.',
  },
  RS0124: {
    class: 'blocking',
    title: 'BIGINT -9223372036854775808',
    explanation:
      "MaxCompute reserved the smallest number of 64 bits for a long time. The plan takes for granted that it does not occur; the scan or the unload's snapshot found it.",
    remedy: 'Set types.smallestBigint to keep, decimal or null, or override the column with DECIMAL(20,0).',
  },
  RS0125: {
    class: 'blocking',
    title: 'SUPER over 8 MB',
    explanation:
      "A cell of MaxCompute holds 8 MB. The plan takes for granted that no value's JSON text is larger; the scan or the unload's snapshot found some.",
    remedy: 'Set types.largeSuper to null, override with an expression, or leave the column or those rows out.',
  },
  RS0126: {
    class: 'blocking',
    title: 'Digits behind the eighteenth',
    explanation:
      "With types.decimalScale: check the column becomes DECIMAL(38,18), which is exact while no value has more digits behind the point. The scan or the unload's snapshot found some that do.",
    remedy: 'Set types.decimalScale to extended, text or round, or override the type of the column.',
  },
  RS0127: {
    class: 'lossy',
    title: 'Dates or times outside the years 1 to 9999 become NULL',
    explanation:
      'Chosen by types.dates: null. What MaxCompute does not hold is unloaded as NULL, also where the source says NOT NULL.',
    remedy: 'Set types.dates to text to keep every value, or to check to be told of such rows.',
  },
  RS0128: {
    class: 'lossy',
    title: 'Dates or times outside the years 1 to 9999 become the nearest of them',
    explanation:
      'Chosen by types.dates: clamp. Earlier values become the first, later ones the last moment that MaxCompute holds, and can no longer be told from it.',
    remedy: 'Set types.dates to text to keep every value, or to check to be told of such rows.',
  },
  RS0129: {
    class: 'note',
    title: 'DATE, TIMESTAMP or TIMESTAMPTZ becomes text',
    explanation:
      'Chosen by types.dates: text. The text is YYYY-MM-DD, with HH:MM:SS.ffffff behind it for times, at UTC where there is a zone, and BC at the end of years before the first. Years over 9999 have more digits, so that texts do not sort like moments there.',
    remedy: 'Set types.dates to check where no value lies outside the years 1 to 9999.',
  },
  RS0130: {
    class: 'note',
    title: 'NaN and infinities are carried as they are',
    explanation:
      'Chosen by types.floats: keep. Parquet holds them. Whether LOAD keeps each of them is not documented; the number of values that are not NULL is compared.',
    remedy: 'Set types.floats to check to be told of such rows, or to null.',
  },
  RS0131: {
    class: 'lossy',
    title: 'NaN and infinities become NULL',
    explanation: 'Chosen by types.floats: null. They are unloaded as NULL, also where the source says NOT NULL.',
    remedy: 'Set types.floats to keep, or to check to be told of such rows.',
  },
  RS0132: {
    class: 'note',
    title: 'The smallest BIGINT is carried as it is',
    explanation:
      'Chosen by types.smallestBigint: keep. MaxCompute reserved -9223372036854775808 for a long time; verify compares sums and extremes and finds out where it does not arrive.',
    remedy: 'Set types.smallestBigint to check to be told of such rows, or to decimal.',
  },
  RS0133: {
    class: 'note',
    title: 'BIGINT becomes DECIMAL(20,0)',
    explanation:
      'Chosen by types.smallestBigint: decimal. Every number of 64 bits is carried exactly, in a wider type.',
    remedy: 'Set types.smallestBigint to check where the smallest number does not occur.',
  },
  RS0134: {
    class: 'lossy',
    title: 'The smallest BIGINT becomes NULL',
    explanation:
      'Chosen by types.smallestBigint: null. -9223372036854775808 is unloaded as NULL, also where the source says NOT NULL.',
    remedy: 'Set types.smallestBigint to decimal to keep it, or to check to be told of such rows.',
  },
  RS0135: {
    class: 'lossy',
    title: 'VARBYTE over 32,767 bytes becomes NULL',
    explanation:
      'Chosen by types.longVarbyte: null. What is too long to travel as hexadecimal text is unloaded as NULL.',
    remedy: 'Set types.longVarbyte to check to be told of such rows.',
  },
  RS0136: {
    class: 'lossy',
    title: 'SUPER over 8 MB becomes NULL',
    explanation: 'Chosen by types.largeSuper: null. What is larger than a cell of MaxCompute is unloaded as NULL.',
    remedy: 'Set types.largeSuper to check to be told of such rows.',
  },
  RS0137: {
    class: 'lossy',
    title: 'NUMERIC is rounded to DECIMAL(38,18)',
    explanation:
      'Chosen by types.decimalScale: round. Digits behind the eighteenth are rounded away, half away from zero. A value of nines alone, which would need one more digit, makes the statement fail.',
    remedy: 'Set types.decimalScale to check, extended or text to keep every digit.',
  },
  RS0138: {
    class: 'note',
    title: 'NUMERIC with more than 18 digits behind the point becomes text',
    explanation: 'Chosen by types.decimalScale: text. All digits are kept, and calculations need a CAST.',
    remedy: 'Set types.decimalScale to check or extended to have a number.',
  },
  RS0139: {
    class: 'note',
    title: 'NUMERIC with more than 18 digits behind the point becomes DECIMAL(38,18)',
    explanation:
      "Chosen by types.decimalScale: check. Exact while no value has a digit behind the eighteenth, which is asked in the unload's snapshot.",
    remedy: 'Set types.decimalScale to extended or text where such digits occur.',
  },
} as const satisfies Readonly<Record<string, ConcernCode>>
