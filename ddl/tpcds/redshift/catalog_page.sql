CREATE TABLE tpcds.catalog_page (
  cp_catalog_page_sk      integer NOT NULL,
  cp_catalog_page_id      char(16) NOT NULL,
  cp_start_date_sk        integer,
  cp_end_date_sk          integer,
  cp_department           varchar(50),
  cp_catalog_number       integer,
  cp_catalog_page_number  integer,
  cp_description          varchar(100),
  cp_type                 varchar(100),
  PRIMARY KEY (cp_catalog_page_sk)
)
DISTSTYLE ALL;
