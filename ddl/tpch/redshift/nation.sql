CREATE TABLE tpch.nation (
  n_nationkey int4 NOT NULL,
  n_name      char(25) NOT NULL,
  n_regionkey int4 NOT NULL,
  n_comment   varchar(152) NOT NULL,
  PRIMARY KEY (n_nationkey)
)
DISTKEY (n_nationkey)
SORTKEY (n_nationkey);
