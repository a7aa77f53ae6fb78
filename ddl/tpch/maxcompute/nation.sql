-- tpch_target.nation, made of tpch.nation (direct load)
-- needs odps.sql.type.system.odps2=true
-- needs odps.sql.decimal.odps2=true
-- RS0104 note: n_name (character(25)) is unloaded without its padding
-- RS0105 note: trailing blanks begin to count in n_comment
-- RS0203 note: PRIMARY KEY (n_nationkey) is not carried
-- RS0204 note: DISTKEY(n_nationkey) SORTKEY(n_nationkey) is not carried
CREATE TABLE IF NOT EXISTS `tpch_target`.`nation` (
  `n_nationkey` INT NOT NULL,
  `n_name` VARCHAR(25) NOT NULL,
  `n_regionkey` INT NOT NULL,
  `n_comment` VARCHAR(152) NOT NULL
);
