CREATE TABLE tpcds.reason (
  r_reason_sk    integer NOT NULL,
  r_reason_id    char(16) NOT NULL,
  r_reason_desc  char(100),
  PRIMARY KEY (r_reason_sk)
)
DISTSTYLE ALL;
