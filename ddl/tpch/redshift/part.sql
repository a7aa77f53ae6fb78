CREATE TABLE tpch.part (
  p_partkey     int8 NOT NULL,
  p_name        varchar(55) NOT NULL,
  p_mfgr        char(25) NOT NULL,
  p_brand       char(10) NOT NULL,
  p_type        varchar(25) NOT NULL,
  p_size        int4 NOT NULL,
  p_container   char(10) NOT NULL,
  p_retailprice numeric(12,2) NOT NULL,
  p_comment     varchar(23) NOT NULL,
  PRIMARY KEY (p_partkey)
)
DISTKEY (p_partkey)
SORTKEY (p_partkey);
