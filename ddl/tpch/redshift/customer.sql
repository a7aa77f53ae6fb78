CREATE TABLE tpch.customer (
  c_custkey    int8 NOT NULL,
  c_name       varchar(25) NOT NULL,
  c_address    varchar(40) NOT NULL,
  c_nationkey  int4 NOT NULL,
  c_phone      char(15) NOT NULL,
  c_acctbal    numeric(12,2) NOT NULL,
  c_mktsegment char(10) NOT NULL,
  c_comment    varchar(117) NOT NULL,
  PRIMARY KEY (c_custkey)
)
DISTKEY (c_custkey)
SORTKEY (c_custkey);
