CREATE TABLE tpch.partsupp (
  ps_partkey    int8 NOT NULL,
  ps_suppkey    int4 NOT NULL,
  ps_availqty   int4 NOT NULL,
  ps_supplycost numeric(12,2) NOT NULL,
  ps_comment    varchar(199) NOT NULL,
  PRIMARY KEY (ps_partkey, ps_suppkey)
)
DISTKEY (ps_partkey)
SORTKEY (ps_partkey);
