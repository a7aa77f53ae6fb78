-- tpcds_target.income_band, made of tpcds.income_band (direct load)
-- needs odps.sql.type.system.odps2=true
-- needs odps.sql.decimal.odps2=true
-- RS0203 note: PRIMARY KEY (ib_income_band_sk) is not carried
CREATE TABLE IF NOT EXISTS `tpcds_target`.`income_band` (
  `ib_income_band_sk` INT NOT NULL,
  `ib_lower_bound` INT,
  `ib_upper_bound` INT
);
