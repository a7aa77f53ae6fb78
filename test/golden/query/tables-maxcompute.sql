-- The same rows as in tables.sql, as the plan carries them.
CREATE TABLE shop_sale (id INT NOT NULL, customer_id INT, day DATE, at TIMESTAMP_NTZ, amount DECIMAL(12,2), quantity INT, stock BIGINT, rate DOUBLE, paid BOOLEAN, note VARCHAR(40), code VARCHAR(4), region VARCHAR(20) NOT NULL);
INSERT INTO shop_sale VALUES
  (1, 1, DATE'2020-01-31', TIMESTAMP_NTZ'2020-01-31 10:15:30.123456', 100.50BD, 7, 3000000000L, 0.5D, TRUE, 'Red apple', 'ab', 'north'),
  (2, 1, DATE'2020-02-29', TIMESTAMP_NTZ'2020-02-29 23:59:59.999999', -20.25BD, -7, -5L, 1.25D, FALSE, '100% wool', 'cd', 'north'),
  (3, 2, DATE'2020-12-31', TIMESTAMP_NTZ'2020-12-31 00:00:00', 0.01BD, 3, 9L, -2.0D, TRUE, 'it\'s_here', 'ab', 'south'),
  (4, 2, DATE'2021-01-01', TIMESTAMP_NTZ'2021-01-01 00:00:00.000001', 999999.99BD, 10, 10L, 4.0D, NULL, '', 'abcd', 'south'),
  (5, 3, NULL, NULL, NULL, NULL, NULL, NULL, FALSE, NULL, NULL, 'east'),
  (6, NULL, DATE'2021-03-15', TIMESTAMP_NTZ'2021-03-15 12:30:45', 100.50BD, 2, 1L, 0.25D, TRUE, 'red PEAR', 'xy', 'east'),
  (7, 9, DATE'2019-12-29', TIMESTAMP_NTZ'2019-12-29 23:00:00', 7.00BD, 1, 0L, 8.0D, TRUE, 'Äpfel öl', 'x', 'north');
CREATE TABLE shop_customer (id INT NOT NULL, name VARCHAR(30) NOT NULL, joined_on DATE, city VARCHAR(20), credit DECIMAL(18,6));
INSERT INTO shop_customer VALUES
  (1, 'Ann', DATE'2019-05-05', 'Oslo', 10.500000BD),
  (2, 'Bob', DATE'2020-02-29', NULL, 0.333333BD),
  (3, 'Cid', NULL, 'Rome', NULL),
  (4, 'Dee', DATE'2021-01-01', 'Oslo', -7.250000BD);
