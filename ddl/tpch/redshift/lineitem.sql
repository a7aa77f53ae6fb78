CREATE TABLE tpch.lineitem (
  l_orderkey      int8 NOT NULL,
  l_partkey       int8 NOT NULL,
  l_suppkey       int4 NOT NULL,
  l_linenumber    int4 NOT NULL,
  l_quantity      numeric(12,2) NOT NULL,
  l_extendedprice numeric(12,2) NOT NULL,
  l_discount      numeric(12,2) NOT NULL,
  l_tax           numeric(12,2) NOT NULL,
  l_returnflag    char(1) NOT NULL,
  l_linestatus    char(1) NOT NULL,
  l_shipdate      date NOT NULL,
  l_commitdate    date NOT NULL,
  l_receiptdate   date NOT NULL,
  l_shipinstruct  char(25) NOT NULL,
  l_shipmode      char(10) NOT NULL,
  l_comment       varchar(44) NOT NULL,
  PRIMARY KEY (l_orderkey, l_linenumber)
)
DISTKEY (l_orderkey)
SORTKEY (l_shipdate, l_orderkey);
