CREATE TABLE tpcds.time_dim (
  t_time_sk    integer NOT NULL,
  t_time_id    char(16) NOT NULL,
  t_time       integer,
  t_hour       integer,
  t_minute     integer,
  t_second     integer,
  t_am_pm      char(2),
  t_shift      char(20),
  t_sub_shift  char(20),
  t_meal_time  char(20),
  PRIMARY KEY (t_time_sk)
)
DISTSTYLE ALL;
