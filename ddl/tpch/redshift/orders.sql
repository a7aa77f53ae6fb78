CREATE TABLE tpch.orders (
  o_orderkey      int8 NOT NULL,
  o_custkey       int8 NOT NULL,
  o_orderstatus   char(1) NOT NULL,
  o_totalprice    numeric(12,2) NOT NULL,
  o_orderdate     date NOT NULL,
  o_orderpriority char(15) NOT NULL,
  o_clerk         char(15) NOT NULL,
  o_shippriority  int4 NOT NULL,
  o_comment       varchar(79) NOT NULL,
  PRIMARY KEY (o_orderkey)
)
DISTKEY (o_orderkey)
SORTKEY (o_orderdate, o_orderkey);
