-- tpch_target.supplier, made of tpch.supplier (direct load)
-- needs odps.sql.type.system.odps2=true
-- needs odps.sql.decimal.odps2=true
-- RS0104 note: CHAR is unloaded without its padding: s_name, s_phone
-- RS0105 note: trailing blanks begin to count in s_address, s_comment
-- RS0203 note: PRIMARY KEY (s_suppkey) is not carried
-- RS0204 note: DISTKEY(s_suppkey) SORTKEY(s_suppkey) is not carried
CREATE TABLE IF NOT EXISTS `tpch_target`.`supplier` (
  `s_suppkey` INT NOT NULL,
  `s_name` VARCHAR(25) NOT NULL,
  `s_address` VARCHAR(40) NOT NULL,
  `s_nationkey` INT NOT NULL,
  `s_phone` VARCHAR(15) NOT NULL,
  `s_acctbal` DECIMAL(12,2) NOT NULL,
  `s_comment` VARCHAR(101) NOT NULL
);
