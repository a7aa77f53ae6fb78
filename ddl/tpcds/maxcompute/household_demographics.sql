-- tpcds_target.household_demographics, made of tpcds.household_demographics (direct load)
-- needs odps.sql.type.system.odps2=true
-- needs odps.sql.decimal.odps2=true
-- RS0104 note: hd_buy_potential (character(15)) is unloaded without its padding
-- RS0203 note: PRIMARY KEY (hd_demo_sk) is not carried
CREATE TABLE IF NOT EXISTS `tpcds_target`.`household_demographics` (
  `hd_demo_sk` INT NOT NULL,
  `hd_income_band_sk` INT,
  `hd_buy_potential` VARCHAR(15),
  `hd_dep_count` INT,
  `hd_vehicle_count` INT
);
