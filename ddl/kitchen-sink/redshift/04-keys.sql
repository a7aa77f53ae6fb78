-- Keys, which Redshift takes as hints.
CREATE TABLE kitchen.carriers (
  country  char(2)     NOT NULL,
  code     varchar(10) NOT NULL,
  title    varchar(40) UNIQUE,
  PRIMARY KEY (country, code)
);

CREATE TABLE kitchen.shipments (
  id       bigint      NOT NULL PRIMARY KEY,
  country  char(2),
  code     varchar(10),
  parent   bigint      REFERENCES kitchen.shipments (id),
  reading  integer     NOT NULL,
  CONSTRAINT one_reading UNIQUE (id, reading),
  CONSTRAINT carried_by FOREIGN KEY (country, code) REFERENCES kitchen.carriers (country, code)
);
