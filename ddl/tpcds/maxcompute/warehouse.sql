-- tpcds_target.warehouse, made of tpcds.warehouse (direct load)
-- needs odps.sql.type.system.odps2=true
-- needs odps.sql.decimal.odps2=true
-- RS0104 note: CHAR is unloaded without its padding: w_warehouse_id, w_street_number, w_street_type, w_suite_number, w_state, w_zip
-- RS0105 note: trailing blanks begin to count in w_warehouse_name, w_street_name, w_city, w_county, w_country
-- RS0203 note: PRIMARY KEY (w_warehouse_sk) is not carried
CREATE TABLE IF NOT EXISTS `tpcds_target`.`warehouse` (
  `w_warehouse_sk` INT NOT NULL,
  `w_warehouse_id` VARCHAR(16) NOT NULL,
  `w_warehouse_name` VARCHAR(20),
  `w_warehouse_sq_ft` INT,
  `w_street_number` VARCHAR(10),
  `w_street_name` VARCHAR(60),
  `w_street_type` VARCHAR(15),
  `w_suite_number` VARCHAR(10),
  `w_city` VARCHAR(60),
  `w_county` VARCHAR(30),
  `w_state` VARCHAR(2),
  `w_zip` VARCHAR(10),
  `w_country` VARCHAR(20),
  `w_gmt_offset` DECIMAL(5,2)
);
