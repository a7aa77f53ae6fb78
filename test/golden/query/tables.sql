-- The tables that the pairs beside this file ask, for Redshift and PostgreSQL.
CREATE SCHEMA shop;
CREATE TABLE shop.sale (
  id integer NOT NULL,
  customer_id integer,
  day date,
  at timestamp,
  amount numeric(12,2),
  quantity integer,
  stock bigint,
  rate double precision,
  paid boolean,
  note varchar(40),
  code char(4),
  region varchar(20) NOT NULL
);
INSERT INTO shop.sale VALUES
  (1, 1, '2020-01-31', '2020-01-31 10:15:30.123456', 100.50, 7, 3000000000, 0.5, true, 'Red apple', 'ab', 'north'),
  (2, 1, '2020-02-29', '2020-02-29 23:59:59.999999', -20.25, -7, -5, 1.25, false, '100% wool', 'cd', 'north'),
  (3, 2, '2020-12-31', '2020-12-31 00:00:00', 0.01, 3, 9, -2, true, 'it''s_here', 'ab', 'south'),
  (4, 2, '2021-01-01', '2021-01-01 00:00:00.000001', 999999.99, 10, 10, 4, NULL, '', 'abcd', 'south'),
  (5, 3, NULL, NULL, NULL, NULL, NULL, NULL, false, NULL, NULL, 'east'),
  (6, NULL, '2021-03-15', '2021-03-15 12:30:45', 100.50, 2, 1, 0.25, true, 'red PEAR', 'xy', 'east'),
  (7, 9, '2019-12-29', '2019-12-29 23:00:00', 7.00, 1, 0, 8, true, 'Äpfel öl', 'x', 'north');
CREATE TABLE shop.customer (
  id integer NOT NULL,
  name varchar(30) NOT NULL,
  "joined on" date,
  city varchar(20),
  credit numeric(18,6)
);
INSERT INTO shop.customer VALUES
  (1, 'Ann', '2019-05-05', 'Oslo', 10.500000),
  (2, 'Bob', '2020-02-29', NULL, 0.333333),
  (3, 'Cid', NULL, 'Rome', NULL),
  (4, 'Dee', '2021-01-01', 'Oslo', -7.250000);
