CREATE TABLE tpch.supplier (
  s_suppkey   int4 NOT NULL,
  s_name      char(25) NOT NULL,
  s_address   varchar(40) NOT NULL,
  s_nationkey int4 NOT NULL,
  s_phone     char(15) NOT NULL,
  s_acctbal   numeric(12,2) NOT NULL,
  s_comment   varchar(101) NOT NULL,
  PRIMARY KEY (s_suppkey)
)
DISTKEY (s_suppkey)
SORTKEY (s_suppkey);
