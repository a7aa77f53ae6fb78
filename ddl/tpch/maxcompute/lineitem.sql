-- tpch_target.lineitem, made of tpch.lineitem (direct load)
-- needs odps.sql.type.system.odps2=true
-- needs odps.sql.decimal.odps2=true
-- RS0104 note: CHAR is unloaded without its padding: l_returnflag, l_linestatus, l_shipinstruct, l_shipmode
-- RS0105 note: trailing blanks begin to count in l_comment
-- RS0203 note: PRIMARY KEY (l_orderkey, l_linenumber) is not carried
-- RS0204 note: DISTKEY(l_orderkey) SORTKEY(l_shipdate, l_orderkey) is not carried
CREATE TABLE IF NOT EXISTS `tpch_target`.`lineitem` (
  `l_orderkey` BIGINT NOT NULL,
  `l_partkey` BIGINT NOT NULL,
  `l_suppkey` INT NOT NULL,
  `l_linenumber` INT NOT NULL,
  `l_quantity` DECIMAL(12,2) NOT NULL,
  `l_extendedprice` DECIMAL(12,2) NOT NULL,
  `l_discount` DECIMAL(12,2) NOT NULL,
  `l_tax` DECIMAL(12,2) NOT NULL,
  `l_returnflag` VARCHAR(1) NOT NULL,
  `l_linestatus` VARCHAR(1) NOT NULL,
  `l_shipdate` DATE NOT NULL,
  `l_commitdate` DATE NOT NULL,
  `l_receiptdate` DATE NOT NULL,
  `l_shipinstruct` VARCHAR(25) NOT NULL,
  `l_shipmode` VARCHAR(10) NOT NULL,
  `l_comment` VARCHAR(44) NOT NULL
);
