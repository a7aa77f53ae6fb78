-- tpch_target.every_type, made of lab.Every Type (staged load)
-- needs odps.sql.type.system.odps2=true
-- needs odps.sql.decimal.odps2=true
-- needs odps.sql.decimal2.extended.scale.enable=true
-- needs odps.sql.type.json.enable=true
-- RS0102 note: c_timestamp becomes an instant: its clock time is read as UTC
-- RS0103 note: c_timestamptz keeps its instant and is shown in the session's zone
-- RS0104 note: CHAR is unloaded without its padding: c_char, c_long_char
-- RS0105 note: trailing blanks begin to count in c_varchar, c_any_text
-- RS0106 note: Floating-point values are verified by their number only: c_real, c_double
-- RS0108 note: c_fine (numeric(38,20)) becomes DECIMAL(38,20)
-- RS0109 note: TIME and TIMETZ become text: c_time, c_timetz
-- RS0110 note: INTERVAL becomes text: c_months, c_seconds
-- RS0111 lossy: c_super (super) becomes text, parsed into JSON behind a staging table
-- RS0112 note: c_short_bytes travels as hexadecimal text through a staging table
-- RS0114 note: c_geography (geography) becomes text
-- RS0116 lossy: c_sketch is reduced to its estimated cardinality
-- RS0120 note: c_geometry is unloaded as ST_AsEWKT("c_geometry", 17)
-- RS0121 note: c_long_bytes (binary varying(64000)) stays hexadecimal text
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
  `c_numeric` DECIMAL(38,18) DEFAULT 0.5BD,
  `c_fine` DECIMAL(38,20),
  `c_real` FLOAT,
  `c_double` DOUBLE,
  `c_boolean` BOOLEAN DEFAULT true,
  `c_char` CHAR(10) DEFAULT 'N',
  `c_long_char` VARCHAR(300),
  `c_varchar` STRING DEFAULT 'it\'s',
  `c_any_text` STRING,
  `c_date` DATE DEFAULT DATE'2024-02-29',
  `c_timestamp` TIMESTAMP,
  `c_timestamptz` TIMESTAMP,
  `c_time` STRING,
  `c_timetz` STRING,
  `c_months` STRING,
  `c_seconds` STRING,
  `c_super` JSON,
  `c_short_bytes` BINARY,
  `c_long_bytes` STRING,
  `c_geometry` STRING,
  `c_geography` STRING,
  `c_sketch` BIGINT,
  `select` INT,
  `c_2nd_price` DECIMAL(38,18)
)
COMMENT 'Don\'t\nlose me'
LIFECYCLE 30;
