-- Every type of Redshift, in every spelling that a CREATE TABLE may have.
CREATE SCHEMA kitchen;

CREATE TABLE kitchen.numbers (
  id      integer NOT NULL,
  i2      smallint,
  i2a     int2,
  i4      int,
  i4a     int4,
  i8      bigint,
  i8a     int8,
  d       decimal,
  d1      numeric(1),
  d18     numeric(18,18),
  d19     dec(19,4),
  d38     numeric(38,0),
  d38s    decimal(38,18),
  r       real,
  ra      float4,
  f       double precision,
  fa      float8,
  fb      float,
  flag    boolean,
  flaga   bool
);

-- More digits behind the point than MaxCompute keeps.
CREATE TABLE kitchen.fine_numbers (
  id      integer,
  n19     numeric(38,19),
  n37     numeric(38,37)
);

CREATE TABLE kitchen.texts (
  id      integer NOT NULL,
  c       char,
  c20     character(20),
  nc      nchar(3),
  bp      bpchar,
  v       varchar,
  v4      character varying(4),
  vmax    varchar(max),
  nv      nvarchar(16),
  t       text,
  ci      varchar(20) COLLATE CASE_INSENSITIVE
);

CREATE TABLE kitchen.moments (
  id      integer NOT NULL,
  d       date,
  t       time,
  ta      time without time zone,
  tz      timetz,
  tza     time with time zone,
  ts      timestamp,
  tsa     timestamp without time zone,
  tstz    timestamptz,
  tstza   timestamp with time zone
);

CREATE TABLE kitchen.spans (
  id      integer NOT NULL,
  y2m     interval year to month,
  d2s     interval day to second
);

CREATE TABLE kitchen.documents (
  id      integer NOT NULL,
  doc     super
);

-- Two relations: what is too long to travel as hexadecimal text does not hold the other one back.
CREATE TABLE kitchen.bytes (
  id      integer NOT NULL,
  b       varbyte(16),
  ba      varbinary(64),
  bb      binary varying(32767)
);

CREATE TABLE kitchen.long_bytes (
  id      integer NOT NULL,
  b       varbyte(1000000)
);

CREATE TABLE kitchen.shapes (
  id      integer NOT NULL,
  g       geometry,
  h       geography
);

CREATE TABLE kitchen.sketches (
  id      integer NOT NULL,
  s       hllsketch
);
