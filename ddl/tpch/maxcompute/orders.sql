-- tpch_target.orders, made of tpch.orders (direct load)
-- needs odps.sql.type.system.odps2=true
-- needs odps.sql.decimal.odps2=true
-- RS0104 note: CHAR is unloaded without its padding: o_orderstatus, o_orderpriority, o_clerk
-- RS0105 note: trailing blanks begin to count in o_comment
-- RS0203 note: PRIMARY KEY (o_orderkey) is not carried
-- RS0204 note: DISTKEY(o_orderkey) SORTKEY(o_orderdate, o_orderkey) is not carried
CREATE TABLE IF NOT EXISTS `tpch_target`.`orders` (
  `o_orderkey` BIGINT NOT NULL,
  `o_custkey` BIGINT NOT NULL,
  `o_orderstatus` VARCHAR(1) NOT NULL,
  `o_totalprice` DECIMAL(12,2) NOT NULL,
  `o_orderdate` DATE NOT NULL,
  `o_orderpriority` VARCHAR(15) NOT NULL,
  `o_clerk` VARCHAR(15) NOT NULL,
  `o_shippriority` INT NOT NULL,
  `o_comment` VARCHAR(79) NOT NULL
);
