-- Relations without rows, and relations that hold none.
CREATE TABLE kitchen.empty (
  id  integer,
  ts  timestamp,
  v   varchar(10)
);

CREATE TABLE kitchen.empty_but_blocked (
  id  integer,
  s   hllsketch
);

CREATE VIEW kitchen.plain_view AS
SELECT id, v FROM kitchen.empty;

-- Its table was dropped, or never made.
CREATE VIEW kitchen.dangling_view AS
SELECT a, b FROM kitchen.missing
WITH NO SCHEMA BINDING;

CREATE MATERIALIZED VIEW kitchen.counted AS
SELECT id, count(*) AS n FROM kitchen.empty GROUP BY id;
