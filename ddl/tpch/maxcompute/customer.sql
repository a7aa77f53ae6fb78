-- tpch_target.customer, made of tpch.customer (direct load)
-- needs odps.sql.type.system.odps2=true
-- needs odps.sql.decimal.odps2=true
-- RS0104 note: CHAR is unloaded without its padding: c_phone, c_mktsegment
-- RS0105 note: trailing blanks begin to count in c_name, c_address, c_comment
-- RS0203 note: PRIMARY KEY (c_custkey) is not carried
-- RS0204 note: DISTKEY(c_custkey) SORTKEY(c_custkey) is not carried
CREATE TABLE IF NOT EXISTS `tpch_target`.`customer` (
  `c_custkey` BIGINT NOT NULL,
  `c_name` VARCHAR(25) NOT NULL,
  `c_address` VARCHAR(40) NOT NULL,
  `c_nationkey` INT NOT NULL,
  `c_phone` VARCHAR(15) NOT NULL,
  `c_acctbal` DECIMAL(12,2) NOT NULL,
  `c_mktsegment` VARCHAR(10) NOT NULL,
  `c_comment` VARCHAR(117) NOT NULL
);
