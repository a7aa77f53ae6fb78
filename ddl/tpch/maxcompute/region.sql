-- tpch_target.region, made of tpch.region (direct load)
-- needs odps.sql.type.system.odps2=true
-- needs odps.sql.decimal.odps2=true
-- RS0104 note: r_name (character(25)) is unloaded without its padding
-- RS0105 note: trailing blanks begin to count in r_comment
-- RS0203 note: PRIMARY KEY (r_regionkey) is not carried
-- RS0204 note: DISTKEY(r_regionkey) SORTKEY(r_regionkey) is not carried
CREATE TABLE IF NOT EXISTS `tpch_target`.`region` (
  `r_regionkey` INT NOT NULL,
  `r_name` VARCHAR(25) NOT NULL,
  `r_comment` VARCHAR(152) NOT NULL
);
