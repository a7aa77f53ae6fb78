import type { ConcernCode } from './concern-code.js'

/** RS01xx: what a type cannot carry exactly. */
export const typeConcerns = {
  RS0101: {
    class: 'note',
    title: 'TIMESTAMP becomes TIMESTAMP_NTZ through a staging table',
    explanation:
      'Both are wall-clock times without a zone, but no Parquet reader of MaxCompute produces TIMESTAMP_NTZ. LOAD fills a TIMESTAMP column at UTC and INSERT OVERWRITE casts it, at the price of one more pass over the data.',
    remedy: 'Set types.timestamps to utc to load TIMESTAMP columns directly.',
  },
  RS0102: {
    class: 'note',
    title: 'TIMESTAMP becomes an instant, read as UTC',
    explanation:
      'A wall-clock time has no zone; as TIMESTAMP it becomes an instant, taken as if it had been UTC. Sessions in another zone show another clock time.',
    remedy: 'Set types.timestamps to ntz to keep wall-clock times.',
  },
  RS0103: {
    class: 'note',
    title: 'TIMESTAMPTZ becomes TIMESTAMP',
    explanation:
      'Redshift stores the instant in UTC and never the zone it was written with. TIMESTAMP is the same instant; both are shown in the zone of the session.',
    remedy: 'Set odps.sql.timezone where users expect a certain zone.',
  },
  RS0104: {
    class: 'note',
    title: 'CHAR is unloaded without its padding',
    explanation:
      'UNLOAD writes CHAR padded to its length, and Redshift ignores that padding in comparisons. MaxCompute would not ignore it in VARCHAR or STRING, so trailing blanks are removed on the way.',
    remedy: 'Set types.char to choose between VARCHAR, CHAR (up to 255) and STRING.',
  },
  RS0105: {
    class: 'note',
    title: 'Trailing blanks of VARCHAR begin to count',
    explanation:
      'Redshift ignores trailing blanks when it compares, groups or joins; MaxCompute does not. The values are carried as they are, but such queries may answer differently.',
    remedy: 'Where trailing blanks occur, use RTRIM in queries or clean the source.',
  },
  RS0106: {
    class: 'note',
    title: 'Floating-point values are verified by their number only',
    explanation:
      'The bits travel unchanged, but the two sides print them differently and add them in an order of their own, so neither sums nor extremes can be compared exactly.',
    remedy: 'Give the column a DECIMAL type by an override where exactness matters.',
  },
  RS0107: {
    class: 'blocking',
    title: 'DECIMAL with more than 18 digits behind the point',
    explanation: 'MaxCompute ends at scale 18 unless a flag extends it; nothing is rounded without being told to.',
    remedy:
      'Set types.decimalScale to check (DECIMAL(38,18) if no value loses a digit), extended, text or round; or override the type of the column.',
  },
  RS0108: {
    class: 'note',
    title: 'DECIMAL with extended scale',
    explanation:
      'Statements that touch this table need odps.sql.decimal2.extended.scale.enable=true, also those of its later users.',
    remedy: 'Set the flag for the project, or choose another type.',
  },
  RS0109: {
    class: 'note',
    title: 'TIME and TIMETZ become text',
    explanation:
      'MaxCompute has no time of day and UNLOAD writes none to Parquet. The text is what Redshift makes of the value by CAST; TIMETZ is shown at UTC.',
    remedy: 'Override with an expression to carry something else, such as microseconds since midnight.',
  },
  RS0110: {
    class: 'note',
    title: 'INTERVAL becomes text',
    explanation:
      'Intervals cannot be stored in MaxCompute tables. The text is what Redshift makes of the value by CAST.',
    remedy: 'Override with an expression that gives months or microseconds as BIGINT.',
  },
  RS0111: {
    class: 'lossy',
    title: 'SUPER becomes JSON text',
    explanation:
      'UNLOAD writes the value as JSON text, in which a JSON null at the top cannot be told from SQL NULL. A cell of MaxCompute holds 8 MB, a SUPER value up to 16 MB: types.largeSuper says what becomes of larger ones.',
    remedy: "Override with JSON to have the text parsed into MaxCompute's JSON type.",
  },
  RS0112: {
    class: 'note',
    title: 'VARBYTE travels as hexadecimal text',
    explanation:
      'UNLOAD writes no VARBYTE to Parquet. Values travel as hexadecimal text, which Redshift limits to 65,535 bytes; UNHEX restores the bytes behind a staging table.',
    remedy: 'Override with STRING to keep the hexadecimal text and load directly.',
  },
  RS0113: {
    class: 'blocking',
    title: 'VARBYTE over 32,767 bytes',
    explanation:
      "VARBYTE travels as hexadecimal text, and that of longer values does not fit into Redshift's VARCHAR. The plan takes for granted that there are none; the scan or the unload's snapshot found some.",
    remedy: 'Set types.longVarbyte to null, or override with an expression for that column.',
  },
  RS0114: {
    class: 'note',
    title: 'GEOMETRY and GEOGRAPHY become hexadecimal EWKB text',
    explanation:
      'MaxCompute has no such column type here. The hexadecimal extended well-known binary form is exact and keeps the SRID; values whose text exceeds 65,535 bytes make UNLOAD fail.',
    remedy: 'Override with an expression such as ST_AsEWKT({column}, 17) for readable text.',
  },
  RS0115: {
    class: 'blocking',
    title: 'HLLSKETCH has no counterpart',
    explanation: 'A sketch cannot be unloaded to Parquet, and nothing in MaxCompute could read it.',
    remedy:
      'Set types.hllsketch to estimate to carry the estimated cardinality, or leave the relation or the column out.',
  },
  RS0116: {
    class: 'lossy',
    title: 'HLLSKETCH is reduced to its estimate',
    explanation: 'HLL_CARDINALITY of the sketch is carried; sketches can no longer be merged.',
    remedy: 'Keep the data from which the sketch was made.',
  },
  RS0117: {
    class: 'blocking',
    title: 'Unknown type',
    explanation: 'The catalog names a type for which no mapping exists, and nobody guesses one.',
    remedy: 'Override with a type and an expression, for instance type STRING with CAST({column} AS VARCHAR(65535)).',
  },
  RS0118: {
    class: 'lossy',
    title: 'The chosen type may not hold every value',
    explanation:
      "An override asks for a type that is narrower than the source's. Values that do not fit are rounded, or make UNLOAD or LOAD fail.",
    remedy: 'Choose a type that holds all values, or make sure of the data.',
  },
  RS0119: {
    class: 'blocking',
    title: 'No way is known to the chosen type',
    explanation:
      'An override names a target type that does not exist, or one that this source type is not converted to.',
    remedy: "Choose another type, or give the override an expression in Redshift's SQL with {column} in it.",
  },
  RS0120: {
    class: 'note',
    title: 'The value comes from an expression of the policy',
    explanation:
      "What the expression gives is unloaded and verified; whether it says the same as the column is the author's affair.",
    remedy: 'Read the expression again.',
  },
  RS0121: {
    class: 'note',
    title: 'VARBYTE stays hexadecimal text',
    explanation:
      'Two digits a byte, in lower case. Redshift limits texts to 65,535 bytes: types.longVarbyte says what becomes of values over 32,767 bytes.',
    remedy: 'Read it with UNHEX, or override with BINARY to have that done behind a staging table.',
  },
  RS0145: {
    class: 'lossy',
    title: 'TIMESTAMP or TIMESTAMPTZ becomes DATETIME: what is finer than a millisecond is cut off',
    explanation:
      'DATETIME ends at milliseconds, and is an instant that is shown in the zone of the session: a time without a zone is taken as UTC. UNLOAD cuts the microseconds off (DATE_TRUNC), LOAD fills a TIMESTAMP column of a staging table at UTC, and INSERT OVERWRITE casts it. Both sides are compared by the values that were cut.',
    remedy: 'Leave the override out, or take TIMESTAMP or TIMESTAMP_NTZ, to keep microseconds.',
  },
} as const satisfies Readonly<Record<string, ConcernCode>>
