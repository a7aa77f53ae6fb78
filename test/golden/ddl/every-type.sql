-- tpch_target.every_type, made of lab.Every Type (staged load)
-- needs odps.sql.type.system.odps2=true
-- needs odps.sql.decimal.odps2=true
-- RS0101 note: c_timestamp is loaded as TIMESTAMP into a staging table and cast to TIMESTAMP_NTZ
-- RS0103 note: c_timestamptz keeps its instant and is shown in the session's zone
-- RS0104 note: CHAR is unloaded without its padding: c_char, c_long_char
-- RS0105 note: trailing blanks begin to count in c_varchar, c_any_text
-- RS0106 note: Floating-point values are verified by their number only: c_real, c_double
-- RS0107 blocking: c_fine is numeric(38,20); MaxCompute keeps 18 digits behind the point
-- RS0109 note: TIME and TIMETZ become text: c_time, c_timetz
-- RS0110 note: INTERVAL becomes text: c_months, c_seconds
-- RS0111 lossy: c_super (super) becomes text
-- RS0112 note: VARBYTE travels as hexadecimal text: c_short_bytes, c_long_bytes
-- RS0114 note: GEOMETRY and GEOGRAPHY become hexadecimal EWKB text: c_geometry, c_geography
-- RS0115 blocking: c_sketch is an HLLSKETCH, which cannot be carried
-- RS0201 lossy: c_timestamp loses its default getdate()
-- RS0202 note: c_bigint was IDENTITY(1,1); its values are carried, new ones are not made
-- RS0203 note: UNIQUE (c_integer) is not carried
-- RS0204 note: DISTKEY(c_bigint) INTERLEAVED SORTKEY(c_bigint, C_Smallint) is not carried
-- RS0301 note: 2nd price becomes c_2nd_price
-- RS0302 note: lab.Every Type becomes tpch_target.every_type
CREATE TABLE IF NOT EXISTS `tpch_target`.`every_type` (
  `c_smallint` SMALLINT NOT NULL DEFAULT 7S COMMENT 'it\'s \\ small',
  `c_integer` INT DEFAULT -1,
  `c_bigint` BIGINT,
  `c_numeric` DECIMAL(18,2) DEFAULT 0.5BD,
  `c_fine` STRING,
  `c_real` FLOAT,
  `c_double` DOUBLE,
  `c_boolean` BOOLEAN DEFAULT true,
  `c_char` VARCHAR(10) DEFAULT 'N',
  `c_long_char` VARCHAR(300),
  `c_varchar` VARCHAR(64) DEFAULT 'it\'s',
  `c_any_text` STRING,
  `c_date` DATE DEFAULT DATE'2024-02-29',
  `c_timestamp` TIMESTAMP_NTZ,
  `c_timestamptz` TIMESTAMP,
  `c_time` STRING,
  `c_timetz` STRING,
  `c_months` STRING,
  `c_seconds` STRING,
  `c_super` STRING,
  `c_short_bytes` BINARY,
  `c_long_bytes` BINARY,
  `c_geometry` STRING,
  `c_geography` STRING,
  `c_sketch` BIGINT,
  `select` INT,
  `c_2nd_price` DECIMAL(5,0)
)
COMMENT 'Don\'t\nlose me';
