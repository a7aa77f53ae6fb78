-- tpch_target.part, made of tpch.part (direct load)
-- needs odps.sql.type.system.odps2=true
-- needs odps.sql.decimal.odps2=true
-- RS0104 note: CHAR is unloaded without its padding: p_mfgr, p_brand, p_container
-- RS0105 note: trailing blanks begin to count in p_name, p_type, p_comment
-- RS0203 note: PRIMARY KEY (p_partkey) is not carried
-- RS0204 note: DISTKEY(p_partkey) SORTKEY(p_partkey) is not carried
CREATE TABLE IF NOT EXISTS `tpch_target`.`part` (
  `p_partkey` BIGINT NOT NULL,
  `p_name` VARCHAR(55) NOT NULL,
  `p_mfgr` VARCHAR(25) NOT NULL,
  `p_brand` VARCHAR(10) NOT NULL,
  `p_type` VARCHAR(25) NOT NULL,
  `p_size` INT NOT NULL,
  `p_container` VARCHAR(10) NOT NULL,
  `p_retailprice` DECIMAL(12,2) NOT NULL,
  `p_comment` VARCHAR(23) NOT NULL
);
