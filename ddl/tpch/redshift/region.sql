CREATE TABLE tpch.region (
  r_regionkey int4 NOT NULL,
  r_name      char(25) NOT NULL,
  r_comment   varchar(152) NOT NULL,
  PRIMARY KEY (r_regionkey)
)
DISTKEY (r_regionkey)
SORTKEY (r_regionkey);
