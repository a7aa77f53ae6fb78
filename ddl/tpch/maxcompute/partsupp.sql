-- tpch_target.partsupp, made of tpch.partsupp (direct load)
-- needs odps.sql.type.system.odps2=true
-- needs odps.sql.decimal.odps2=true
-- RS0105 note: trailing blanks begin to count in ps_comment
-- RS0203 note: PRIMARY KEY (ps_partkey, ps_suppkey) is not carried
-- RS0204 note: DISTKEY(ps_partkey) SORTKEY(ps_partkey) is not carried
CREATE TABLE IF NOT EXISTS `tpch_target`.`partsupp` (
  `ps_partkey` BIGINT NOT NULL,
  `ps_suppkey` INT NOT NULL,
  `ps_availqty` INT NOT NULL,
  `ps_supplycost` DECIMAL(12,2) NOT NULL,
  `ps_comment` VARCHAR(199) NOT NULL
);
